import { item, resultOf, type CheckResult, type FlaggedItem } from '../check.js';
import type { FileFacts } from '../file-facts.js';
import type { GateFacts } from '../gate-facts.js';
import type { IdentifierHit } from '../identifier-scan.js';

const hitsOf = (file: FileFacts): readonly IdentifierHit[] => {
  const { reading } = file;
  const inside = reading.as === 'table' ? reading.table.identifiers : reading.as === 'text' ? reading.text.identifiers : [];
  return [...file.nameHits, ...inside];
};

/**
 * 2: identifiers left in any cell, line or file name. One that its check character proves is personal data and a veto;
 * one by its form alone is for people to judge, and so are groups that identifiers give their names (a surname, the prefix of a number).
 */
export function residualIdentifiersCheck(facts: GateFacts): CheckResult {
  const items: FlaggedItem[] = [];
  for (const file of facts.files) {
    for (const hit of hitsOf(file)) {
      const answer = hit.certainty === 'checked' ? 'veto' : 'needs-a-human';
      const column = hit.column === '' ? {} : { column: hit.column };
      const line = hit.firstLine > 0 ? { line: hit.firstLine } : {};
      items.push({
        ...item('residual-identifiers', 'identifier', answer, {
          file: file.name,
          ...column,
          ...line,
          figures: { type: hit.type, cells: hit.cells },
        }),
        id: `residual-identifiers:${hit.type}:${file.name}:${hit.column}`,
      });
    }
    const shown = file.reading.as === 'table' ? file.reading.table.shape.columns : [];
    for (const { column, named } of file.lineage ?? [])
      if (named === true && shown.includes(column))
        items.push(item('residual-identifiers', 'groups-named', 'needs-a-human', { file: file.name, column }));
    if (file.reading.as === 'unread')
      items.push(item('residual-identifiers', 'content-not-searched', 'needs-a-human', { file: file.name }));
  }
  return resultOf('residual-identifiers', items, { detectors: facts.detectors, hits: items.length }, facts.policy.maximumItems);
}

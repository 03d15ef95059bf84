import { item, resultOf, type CheckResult, type FlaggedItem } from '../check.js';
import type { FileFacts } from '../file-facts.js';
import type { GateFacts } from '../gate-facts.js';
import { judge, type SourceMeasure } from '../row-match.js';

/** 4: rows, or projections of rows, that stand in a raw or reversible dataset of the domain (EXP-02: no role overrides it). */
export function rowMatchCheck(facts: GateFacts): CheckResult {
  const items: FlaggedItem[] = [];
  const evidence: { file: string; copy: string; rows: number; compared: number; matched: number; expected: number; found: number }[] = [];
  for (const file of facts.files) {
    if (file.reading.as === 'table') items.push(...ofTable(facts, file));
    else if (file.reading.as !== 'broken') items.push(item('row-match', 'rows-inside-not-measured', 'needs-a-human', { file: file.name }));
    for (const source of file.rowMatch?.sources ?? []) {
      const worst = strongest(facts, file.rowMatch?.rows ?? 0, source);
      evidence.push({
        file: file.name,
        copy: source.copyId,
        rows: source.rows,
        compared: source.projections.length,
        matched: worst?.matched ?? 0,
        expected: Math.round(worst?.expected ?? 0),
        found: worst?.found ?? 0,
      });
    }
  }
  return resultOf('row-match', items, { sources: facts.sources, compared: evidence }, facts.policy.maximumItems);
}

const strongest = (facts: GateFacts, rows: number, source: SourceMeasure) =>
  source.projections
    .map((measure) => ({ ...measure, ...judge(rows, measure, facts.policy.rowMatch) }))
    .sort((a, b) => b.found - a.found)[0];

function ofTable(facts: GateFacts, file: FileFacts): readonly FlaggedItem[] {
  const { rowMatch } = file;
  const measured = new Set(rowMatch?.sources.map((source) => source.copyId));
  const missing = facts.sources.filter((copyId) => !measured.has(copyId));
  const items: FlaggedItem[] = [];
  if (rowMatch === undefined || missing.length > 0) {
    items.push(item('row-match', 'source-not-compared', 'veto', { file: file.name, figures: { copies: missing } }));
  }
  for (const source of rowMatch?.sources ?? []) {
    const worst = strongest(facts, rowMatch?.rows ?? 0, source);
    if (worst === undefined || worst.answer === 'pass') continue;
    const figures = {
      rows: worst.found,
      of: rowMatch?.rows ?? 0,
      columns: worst.columns,
      sourceColumns: worst.sourceColumns,
      copy: source.copyId,
    };
    items.push({
      ...item('row-match', 'rows-of-the-source', worst.answer, { file: file.name, figures }),
      id: `row-match:rows-of-the-source:${file.name}:${source.copyId}`,
    });
  }
  return items;
}

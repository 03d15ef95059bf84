import { item, resultOf, type CheckResult, type FlaggedItem } from '../check.js';
import type { Differences } from '#coderuns/contract';
import { compareTables } from '../differencing.js';
import type { FileFacts } from '../file-facts.js';
import type { EarlierTable, GateFacts } from '../gate-facts.js';

/**
 * 6: what can be told of a few people by taking one thing that is shown from another: within the table, and between it and each table of
 * the scenario that left before or may leave. By the sealed maps of their runs, whatever columns are called; by names only where there
 * is no map, and then people have to look.
 */
export function differencingCheck(facts: GateFacts): CheckResult {
  const items: FlaggedItem[] = [];
  let compared = 0;
  for (const file of facts.files) {
    if (file.reading.as !== 'table') continue;
    items.push(...ofDifferences(facts.own ?? unmeasured, file.name, {}));
    const byName = facts.earlier.filter(({ differences }) => differences === undefined);
    for (const { fileId, differences } of facts.earlier) items.push(...ofDifferences(differences, file.name, { release: fileId }));
    const named = comparedByName(file, byName, facts.policy.smallCell);
    compared += facts.earlier.length - byName.length + named.compared;
    items.push(...named.items);
  }
  const evidence = {
    earlierTables: facts.earlier.length,
    compared,
    threshold: facts.policy.smallCell,
    against: facts.earlier.map(({ fileId }) => fileId),
  };
  return resultOf('differencing', items, evidence, facts.policy.maximumItems);
}

/** Without a map nothing is known. */
const unmeasured: Differences = { small: 0, recomputed: 0, complete: false };

/** How many pairs there are is not told: it would say how near one came. */
function ofDifferences(found: Differences | undefined, file: string, figures: { release?: string }): readonly FlaggedItem[] {
  if (found === undefined) return [];
  const { small, recomputed, complete } = found;
  const flag = (finding: 'few-subjects-apart' | 'recomputable-cells' | 'differences-not-measured', answer: FlaggedItem['answer']) => ({
    ...item('differencing', finding, answer, { file, figures }),
    id: ['differencing', finding, file, ...(figures.release === undefined ? [] : [figures.release])].join(':'),
  });
  return [
    ...(small > 0 ? [flag('few-subjects-apart', 'veto')] : []),
    ...(recomputed > 0 ? [flag('recomputable-cells', 'veto')] : []),
    ...(complete ? [] : [flag('differences-not-measured', 'needs-a-human')]),
  ];
}

function comparedByName({ name, reading }: FileFacts, earlier: readonly EarlierTable[], threshold: number) {
  const items: FlaggedItem[] = [];
  let compared = 0;
  if (reading.as !== 'table' || earlier.length === 0) return { items, compared };
  const { table, counts } = reading.table.frequency;
  if (counts.length > 0 && table === undefined) items.push(item('differencing', 'too-large-to-compare', 'needs-a-human', { file: name }));
  let unmapped = 0;
  for (const { fileId, table: before } of earlier) {
    const found = table === undefined || before === undefined ? [] : compareTables(table, before, threshold);
    if (before !== undefined) compared += 1;
    if (found.length === 0) unmapped += 1;
    for (const { column, by, cells } of found)
      items.push({
        ...item('differencing', 'small-difference', 'needs-a-human', {
          file: name,
          column,
          figures: { release: fileId, by: [...by], cells },
        }),
        id: `differencing:${name}:${fileId}:${column}:${by.join('+')}`,
      });
  }
  if (unmapped > 0)
    items.push(item('differencing', 'earlier-not-comparable', 'needs-a-human', { file: name, figures: { releases: unmapped } }));
  return { items, compared };
}

import { item, resultOf, type CheckResult, type FlaggedItem } from '../check.js';
import { compareTables } from '../differencing.js';
import type { GateFacts } from '../gate-facts.js';

/** 6: the new tables minus what already left this scenario: totals that differ by a few people tell who those are. */
export function differencingCheck(facts: GateFacts): CheckResult {
  const items: FlaggedItem[] = [];
  let compared = 0;
  for (const file of facts.files) {
    if (file.reading.as !== 'table' || facts.earlier.length === 0) continue;
    const { table } = file.reading.table.frequency;
    const counts = file.reading.table.frequency.counts.length > 0;
    if (counts && table === undefined) items.push(item('differencing', 'too-large-to-compare', 'needs-a-human', { file: file.name }));
    if (table === undefined) continue;
    for (const earlier of facts.earlier) {
      if (earlier.table === undefined) {
        items.push(
          item('differencing', 'earlier-not-comparable', 'needs-a-human', { file: file.name, figures: { release: earlier.fileId } }),
        );
        continue;
      }
      compared += 1;
      for (const found of compareTables(table, earlier.table, facts.policy.smallCell)) {
        items.push({
          ...item('differencing', 'small-difference', 'needs-a-human', {
            file: file.name,
            column: found.column,
            figures: { release: earlier.fileId, by: [...found.by], cells: found.cells },
          }),
          id: `differencing:${file.name}:${earlier.fileId}:${found.column}:${found.by.join('+')}`,
        });
      }
    }
  }
  return resultOf(
    'differencing',
    items,
    { earlierTables: facts.earlier.length, compared, threshold: facts.policy.smallCell },
    facts.policy.maximumItems,
  );
}

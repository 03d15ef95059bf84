import { item, resultOf, type CheckResult, type FlaggedItem } from '../check.js';
import type { TableFacts } from '../file-facts.js';
import type { FindingCode } from '../findings.js';
import type { GateFacts } from '../gate-facts.js';

/** 3: cells that few stand behind: counts below the threshold, sums that one or two dominate, fits with few degrees of freedom. */
export function smallCellsCheck(facts: GateFacts): CheckResult {
  const items: FlaggedItem[] = [];
  const tables: { file: string; counts: readonly string[]; small: number; dominated: number; fewDegrees: number; suppressed: number }[] =
    [];
  for (const file of facts.files) {
    if (file.reading.as === 'table') {
      const { frequency } = file.reading.table;
      items.push(...ofTable(file.name, file.reading.table));
      tables.push({ file: file.name, counts: frequency.counts, ...frequency.totals, suppressed: frequency.suppressed });
    } else if (file.reading.as !== 'broken') {
      items.push(item('small-cells', 'tables-inside-not-measured', 'needs-a-human', { file: file.name }));
    }
  }
  const { smallCell, dominanceShare, pPercent, degreesOfFreedom } = facts.policy;
  return resultOf(
    'small-cells',
    items,
    { threshold: smallCell, dominanceShare, pPercent, degreesOfFreedom, tables },
    facts.policy.maximumItems,
  );
}

function ofTable(file: string, table: TableFacts): readonly FlaggedItem[] {
  const { frequency, shape } = table;
  const flag = (finding: FindingCode, more: { column?: string; line?: number; figures?: { [key: string]: number } } = {}): FlaggedItem =>
    item('small-cells', finding, 'needs-a-human', { file, ...more });
  const items: FlaggedItem[] = frequency.misdeclared.map((column) =>
    item('small-cells', 'declaration-does-not-fit', 'veto', { file, column }),
  );
  items.push(...frequency.small.map((place) => flag('small-cell', place)));
  items.push(...frequency.dominated.map((place) => flag('dominated-cell', place)));
  items.push(...frequency.fewDegrees.map((place) => flag('few-degrees-of-freedom', place)));
  items.push(...frequency.undeclaredMagnitudes.map((column) => flag('dominance-unknown', { column })));
  if (frequency.suppressed > 0) items.push(flag('suppressed-cells', { figures: { cells: frequency.suppressed } }));
  if (frequency.counts.length === 0 && shape.rows > 0) items.push(flag('no-counts', { figures: { rows: shape.rows } }));
  return items;
}

import { item, resultOf, type CheckResult, type FlaggedItem } from '../check.js';
import type { GateFacts } from '../gate-facts.js';

/** 7: bytes and rows against the scenario's budget, over all releases together. A budget that nobody set is for people to decide. */
export function volumeCheck(facts: GateFacts): CheckResult {
  const bytes = facts.spent.bytes + facts.files.reduce((sum, file) => sum + file.bytes, 0);
  const rows =
    facts.spent.rows + facts.files.reduce((sum, { reading }) => sum + (reading.as === 'table' ? reading.table.shape.rows : 0), 0);
  const items: FlaggedItem[] = [];
  if (facts.budget === undefined) items.push(item('volume', 'no-budget', 'needs-a-human', { file: '*', figures: { bytes, rows } }));
  else {
    if (bytes > facts.budget.bytes)
      items.push(item('volume', 'bytes-over-budget', 'veto', { file: '*', figures: { bytes, budget: facts.budget.bytes } }));
    if (rows > facts.budget.rows)
      items.push(item('volume', 'rows-over-budget', 'veto', { file: '*', figures: { rows, budget: facts.budget.rows } }));
  }
  return resultOf(
    'volume',
    items,
    { bytes, rows, budget: facts.budget === undefined ? null : { ...facts.budget } },
    facts.policy.maximumItems,
  );
}

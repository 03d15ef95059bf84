import { item, resultOf, type CheckResult, type FlaggedItem } from '../check.js';
import type { FileFacts } from '../file-facts.js';
import type { FindingCode } from '../findings.js';
import type { GateFacts } from '../gate-facts.js';

/**
 * 5: whether the raw data could be computed back (EXP-03: reversible or untested means veto). From the lineage of each column, and
 * from columns that stand one-to-one beside a raw column without a key between them.
 */
export function reversibilityCheck(facts: GateFacts): CheckResult {
  const items = facts.files.flatMap(ofFile);
  const columns = facts.files.flatMap((file) =>
    (file.lineage ?? []).map(({ column, reversibility, sources }) => ({
      file: file.name,
      column,
      reversibility,
      sources: sources.map((source) => `${source.datasetId}.${source.column}`),
    })),
  );
  const verdict = items.some((one) => one.answer === 'veto')
    ? 'reversible-or-untested'
    : items.length > 0
      ? 'for-people'
      : 'not-reversible';
  return resultOf('reversibility', items, { verdict, columns }, facts.policy.maximumItems);
}

function ofFile(file: FileFacts): readonly FlaggedItem[] {
  const veto = (finding: FindingCode, column?: string): FlaggedItem =>
    item('reversibility', finding, 'veto', { file: file.name, ...(column === undefined ? {} : { column }) });
  if (file.reading.as === 'broken' || file.typing.treatment === 'refused') return [veto('lineage-unknown')];
  if (file.reading.as !== 'table') return [item('reversibility', 'lineage-not-by-column', 'needs-a-human', { file: file.name })];
  if (file.lineage === undefined) return [veto('lineage-unknown')];
  const known = new Map(file.lineage.map((entry) => [entry.column, entry]));
  const items: FlaggedItem[] = [];
  for (const column of file.reading.table.shape.columns) {
    const entry = known.get(column);
    if (entry === undefined) items.push(veto('lineage-unknown', column));
    else if (entry.reversibility === 'reversible') items.push(veto('reversible-column', column));
    else if (entry.reversibility === 'raw' && entry.grouped !== true) items.push(veto('untransformed-column', column));
    else if (entry.reversibility === 'keyed')
      items.push(item('reversibility', 'keyed-column', 'needs-a-human', { file: file.name, column }));
  }
  const keyed = new Set(file.lineage.filter((entry) => entry.reversibility === 'keyed').map((entry) => entry.column));
  const bijective = new Set(file.rowMatch?.sources.flatMap((source) => source.bijections.map((one) => one.column)));
  for (const column of bijective) if (!keyed.has(column)) items.push(veto('one-to-one-column', column));
  return items;
}

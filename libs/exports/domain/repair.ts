import type { Id } from '#kernel';
import type { CheckResult, FlaggedItem } from './check.js';
import type { ExportFile } from './export-request.js';
import type { FindingCode } from './findings.js';
import { repairFor } from './outline.js';
import type { Lineage } from './lineage.js';
import { evidenceColumns, type TableDeclaration } from './policy.js';
import { repairKinds, type RepairKind } from './remedies.js';
import { refuse } from './refusals.js';

/** What is done to the columns of a table. Which ones is for reviewers: the requester is told that it was done. */
export interface RepairPlan {
  readonly suppress: readonly string[];
  readonly round: readonly string[];
  readonly coarsen: readonly string[];
  /** Counts are rounded to its multiples. */
  readonly base: number;
}

/** A repair that the requester accepted: the file of `round` is made by it from the one that was blocked. */
export interface Repair<File extends ExportFile = ExportFile> {
  readonly round: number;
  readonly plan: RepairPlan;
  readonly from: File;
}

export const kindsOf = (plan: RepairPlan): readonly RepairKind[] => repairKinds.filter((kind) => plan[kind].length > 0);

interface Blocked {
  readonly id: Id;
  readonly checks: readonly CheckResult[];
  /** Of the blocked file, as far as its lineage and what was repaired before say. */
  readonly columns: readonly string[];
  readonly before: readonly RepairPlan[];
  readonly base: number;
}

/**
 * What mends every veto of a blocked request at once. Columns are mended as a whole: single cells could be computed back from their margins.
 * @throws Refusal `export.no-repair` where a veto has none, or nothing would be left
 */
export function planRepair({ id, checks, columns, before, base }: Blocked): RepairPlan {
  const wanted = new Map<string, Set<RepairKind>>();
  const unmended = new Set<FindingCode>();
  for (const result of checks) {
    for (const item of result.items.filter(({ answer }) => answer === 'veto')) {
      const named = namedBy(result, item);
      if (named === undefined) unmended.add(item.finding);
      for (const { column, kind } of named ?? []) wanted.set(column, (wanted.get(column) ?? new Set()).add(kind));
    }
  }
  if (unmended.size > 0) throw refuse('export.no-repair', { id, findings: [...unmended].sort() });
  // What was mended in a gentler way and is vetoed again goes.
  const tried = (column: string): boolean => before.some((plan) => plan.round.includes(column) || plan.coarsen.includes(column));
  const suppress = columns.filter((column) => wanted.get(column)?.has('suppress') === true || (wanted.has(column) && tried(column)));
  const gently = (kind: RepairKind): readonly string[] =>
    columns.filter((column) => !suppress.includes(column) && wanted.get(column)?.has(kind) === true);
  const plan = { suppress, round: gently('round'), coarsen: gently('coarsen'), base };
  if (kindsOf(plan).length === 0 || suppress.length === columns.length)
    throw refuse('export.no-repair', { id, findings: ['nothing-left'] });
  return plan;
}

/** The columns that a vetoed item names, each with its repair; undefined where it has none. */
function namedBy(
  { check, items }: CheckResult,
  { finding, answer, column, figures }: FlaggedItem,
): readonly { readonly column: string; readonly kind: RepairKind }[] | undefined {
  const kind = repairFor(check, finding, answer);
  if (kind === 'none') return undefined;
  if (finding === 'too-many-items') {
    const flood = items.filter((one) => one.column !== undefined);
    return flood.map((one) => ({ column: one.column ?? '', kind: one.finding === 'small-cell' ? 'round' : 'suppress' }));
  }
  const named = column === undefined ? (figures?.['columns'] ?? []) : [column];
  const columns = Array.isArray(named) ? named.filter((one): one is string => typeof one === 'string') : [];
  return columns.length === 0 ? undefined : columns.map((one) => ({ column: one, kind }));
}

/** The columns of a file in quarantine: those of its result but what is evidence, and but what repairs took away. */
export const columnsOf = (
  { lineage, declaration, repairs }: { lineage: Lineage; declaration: TableDeclaration | null; repairs: readonly Pick<Repair, 'plan'>[] },
  file: string,
): readonly string[] => {
  const evidence = evidenceColumns(declaration ?? {});
  const made = lineage.files.find((one) => one.file === file)?.columns.map(({ column }) => column) ?? [];
  return columnsLeft(made, repairs).filter((column) => !evidence.includes(column));
};

/** The columns that are left of those that a result had. */
export const columnsLeft = (columns: readonly string[], repairs: readonly Pick<Repair, 'plan'>[]): readonly string[] =>
  columns.filter((column) => !repairs.some(({ plan }) => plan.suppress.includes(column)));

/** What was declared of columns that are gone is not declared any more. */
export function declarationLeft({ counts, magnitudes }: TableDeclaration, gone: readonly string[]): TableDeclaration {
  const left = (name: string): boolean => !gone.includes(name);
  return {
    ...(counts === undefined ? {} : { counts: counts.filter(left) }),
    ...(magnitudes === undefined
      ? {}
      : { magnitudes: magnitudes.filter(({ total, largest, second }) => [total, largest, second].every(left)) }),
  };
}

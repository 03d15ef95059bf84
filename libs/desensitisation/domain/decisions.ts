import { digestOf, mayMove, type Digest, type Id } from '#kernel';
import type { OutputColumn, Plan, SchemaColumn } from '../contract.js';
import type { PlanProblem } from './plan-check.js';
import { planTransitions, type PlanState } from './states.js';
import { refuse } from './refusals.js';

/** Whose roles may order and change a plan; the one who approves is never of the unit. */
export const planEditors = ['provider', 'authority', 'unit-manager'] as const;

/** What is approved and what runs: the content together with the columns that it was drawn up for. */
export const planDigest = (content: Plan, columns: readonly SchemaColumn[]): Digest => digestOf({ content, columns });

/** @throws Refusal `desensitisation.plan-faulty` naming every problem at once */
export function assertFaultless(problems: readonly PlanProblem[]): void {
  if (problems.length > 0) throw refuse('desensitisation.plan-faulty', { problems: problems.map((problem) => ({ ...problem })) });
}

interface ApprovalFacts {
  readonly state: PlanState;
  readonly revision: number;
  readonly digest: string | null;
  readonly unitId: Id;
  readonly editedBy: Id | null;
  readonly problems: readonly PlanProblem[];
}

/**
 * Whether this person may approve this revision: one of the provider or the authority, never of the unit that will work with the data,
 * never who wrote it, and exactly what they saw.
 */
export function assertApprovable(
  facts: ApprovalFacts,
  approver: { personId: Id; organisationIds: readonly Id[] },
  seen: { revision: number; digest: string },
): void {
  if (!mayMove(planTransitions, facts.state, 'approved')) throw refuse('desensitisation.plan-not-draft', { state: facts.state });
  if (approver.organisationIds.includes(facts.unitId)) throw refuse('desensitisation.approver-of-unit');
  if (approver.personId === facts.editedBy) throw refuse('desensitisation.approver-is-author');
  if (seen.revision !== facts.revision || seen.digest !== facts.digest)
    throw refuse('desensitisation.plan-changed', { revision: facts.revision });
  assertFaultless(facts.problems);
}

/** Fields of a dataset that data requests in force open to a scenario, and those whose consent has lapsed since. */
export interface FieldGrant {
  readonly open: readonly string[];
  readonly lapsed: readonly string[];
}

/** The raw columns that a sample derives from. */
export const rawColumnsOf = ({ lineage }: { readonly lineage: readonly OutputColumn[] | null }): readonly string[] => [
  ...new Set((lineage ?? []).flatMap(({ from }) => from)),
];

/**
 * A run shows only what a data request in force opens (REQ-02), and nothing whose consent is no longer valid (REQ-07); everything else
 * the plan must drop.
 */
export function assertGranted(plan: Plan, grant: FieldGrant): void {
  const shown = plan.columns.filter((decision) => decision.technique.kind !== 'drop').map((decision) => decision.column);
  const lapsed = shown.filter((column) => grant.lapsed.includes(column));
  if (lapsed.length > 0) throw refuse('desensitisation.consent-lapsed', { columns: lapsed });
  const ungranted = shown.filter((column) => !grant.open.includes(column));
  if (ungranted.length > 0) throw refuse('desensitisation.fields-not-granted', { columns: ungranted });
}

/** Whether a plan, drawn up for one delivery, is for another too: same columns, same order, same types. */
export const sameColumns = (a: readonly SchemaColumn[], b: readonly SchemaColumn[]): boolean =>
  a.length === b.length && a.every((column, i) => column.name === b[i]?.name && column.type === b[i].type);

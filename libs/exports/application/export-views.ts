import type { z } from 'zod';
import type { ChecksView, ExportBudgetView, ExportPolicyView, ExportRequestView, FlaggedItemView, ReviewView } from '../contract.js';
import type { CheckResult, FlaggedItem } from '../domain/check.js';
import { findings, type FindingCode } from '../domain/findings.js';
import { outlineOf, repairFor, type OutlinedFinding, type Sight } from '../domain/outline.js';
import { remedies, repairKinds } from '../domain/remedies.js';
import { kindsOf } from '../domain/repair.js';
import type { ReviewDecision } from '../domain/review.js';
import type { BudgetRow, CheckRoundRow, ExportRequestRow, PolicyRow, QuarantinedFile } from '../persistence/entities.js';

export type RequestAnswer = z.input<typeof ExportRequestView>;

/** @param sight `whole` for reviewers; what was released is whole for everyone */
export const requestView = (row: ExportRequestRow, sight: Sight = 'outline'): RequestAnswer => ({
  id: row.id,
  version: row.version,
  createdAt: row.createdAt,
  unitId: row.unitId,
  authorisationId: row.authorisationId,
  scenarioId: row.scenarioId,
  requesterId: row.requesterId,
  codeRunId: row.runId,
  purpose: row.purpose,
  recipient: row.recipient,
  state: row.state,
  waits: null,
  files: row.files.map((file) => fileView(file, row.releasedAt === null ? sight : 'whole')),
  reviewers: [...row.slots],
  round: row.round,
  repairs: row.repairs.map(({ round, plan }) => ({
    round,
    kinds: [...kindsOf(plan)],
    columns: sight === 'whole' ? repairKinds.flatMap((kind) => plan[kind]) : null,
  })),
  binding: row.releasedAt === null && sight === 'outline' ? null : row.bindingDigest,
  submittedAt: row.submittedAt,
  releasedAt: row.releasedAt,
  releasedBy: row.releasedBy,
  expiresAt: row.expiresAt,
  manifestDigest: row.manifestDigest,
  endReason: row.endReason,
});

const fileView = ({ id, name, bytes, digest }: QuarantinedFile, sight: Sight): RequestAnswer['files'][number] =>
  sight === 'whole' ? { id, name, bytes, digest } : { id, name, bytes: null, digest: null };

const said = (finding: FindingCode) => {
  const { zh, en } = remedies[finding];
  return { text: { ...findings[finding] }, satisfy: { zh, en } };
};
const itemView = (check: CheckResult['check'], item: FlaggedItem): z.input<typeof FlaggedItemView> => ({
  ...item,
  ...said(item.finding),
  repair: repairFor(check, item.finding, item.answer),
  ...(item.figures === undefined ? {} : { figures: { ...item.figures } }),
});
const outlinedView = (found: OutlinedFinding): z.input<typeof FlaggedItemView> => ({ ...found, ...said(found.finding) });

export const checksView = (round: CheckRoundRow, sight: Sight): z.input<typeof ChecksView> => ({
  requestId: round.requestId,
  round: round.round,
  answer: round.answer,
  policyVersion: round.policy.version,
  checkedAt: round.checkedAt,
  checks: round.checks.map((result) => {
    const { check, answer, evidence, items } = result;
    return sight === 'whole'
      ? { check, answer, evidence: { ...evidence }, items: items.map((item) => itemView(check, item)) }
      : { check, answer, evidence: {}, items: outlineOf(result).map(outlinedView) };
  }),
});

export const reviewView = (decision: ReviewDecision, round: number, sight: Sight): z.input<typeof ReviewView> => ({
  ...decision,
  round,
  ...(sight === 'whole' ? { answers: decision.answers.map((one) => ({ ...one })) } : { answers: [], binding: null }),
});

export const policyView = (row: PolicyRow): z.input<typeof ExportPolicyView> => {
  const { id, version, setAt, setBy, reason, policy } = row;
  return { id, version, setAt, setBy, reason, policy: { ...policy, rowMatch: { ...policy.rowMatch } } };
};

export const budgetView = (row: BudgetRow): z.input<typeof ExportBudgetView> => {
  const { id, version, setAt, scenarioId, bytes, rows, basis, setBy } = row;
  return { id, version, setAt, scenarioId, bytes, rows, basis, setBy };
};

/** Under what a journal entry of a request stands. */
export const underOf = (row: Pick<ExportRequestRow, 'id' | 'unitId' | 'authorisationId' | 'scenarioId'>) =>
  ({
    object: { kind: 'export-request', id: row.id },
    unitId: row.unitId,
    authorisationId: row.authorisationId,
    scenarioId: row.scenarioId,
  }) as const;

import type { z } from 'zod';
import type { ChecksView, ExportBudgetView, ExportPolicyView, ExportRequestView, FlaggedItemView, ReviewView } from '../contract.js';
import type { FlaggedItem } from '../domain/check.js';
import { findings } from '../domain/findings.js';
import type { ReviewDecision } from '../domain/review.js';
import type { BudgetRow, CheckRoundRow, ExportRequestRow, PolicyRow } from '../persistence/entities.js';

export type RequestAnswer = z.input<typeof ExportRequestView>;

export const requestView = (row: ExportRequestRow): RequestAnswer => ({
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
  files: row.files.map(({ id, name, bytes, digest }) => ({ id, name, bytes, digest })),
  reviewers: [...row.slots],
  round: row.round,
  binding: row.bindingDigest,
  submittedAt: row.submittedAt,
  releasedAt: row.releasedAt,
  releasedBy: row.releasedBy,
  expiresAt: row.expiresAt,
  manifestDigest: row.manifestDigest,
  endReason: row.endReason,
});

const itemView = (item: FlaggedItem): z.input<typeof FlaggedItemView> => ({
  ...item,
  text: { ...findings[item.finding] },
  ...(item.figures === undefined ? {} : { figures: { ...item.figures } }),
});

export const checksView = (round: CheckRoundRow): z.input<typeof ChecksView> => ({
  requestId: round.requestId,
  round: round.round,
  answer: round.answer,
  policyVersion: round.policy.version,
  checkedAt: round.checkedAt,
  checks: round.checks.map(({ check, answer, evidence, items }) => ({
    check,
    answer,
    evidence: { ...evidence },
    items: items.map(itemView),
  })),
});

export const reviewView = (decision: ReviewDecision, round: number): z.input<typeof ReviewView> => ({
  ...decision,
  round,
  answers: decision.answers.map((one) => ({ ...one })),
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

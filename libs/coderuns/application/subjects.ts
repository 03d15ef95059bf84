import type { Id } from '#kernel';

/** Under what a journal entry stands. */
export const underOf = ({ unitId, authorisationId, scenarioId }: { unitId: Id; authorisationId: Id; scenarioId: Id }) => ({
  unitId,
  authorisationId,
  scenarioId,
});

export const submissionObject = ({ id }: { readonly id: Id }) => ({ kind: 'code-submission', id }) as const;

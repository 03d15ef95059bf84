import type { Id } from '#kernel';
import type { PlanRow } from '../persistence/entities.js';

type Belongs = Pick<PlanRow, 'scenarioId' | 'authorisationId' | 'unitId' | 'providerId' | 'authorityId' | 'datasetId' | 'copyId'>;

/** What plan, run and copy have in common. */
export const belongingOf = ({ scenarioId, authorisationId, unitId, providerId, authorityId, datasetId, copyId }: Belongs): Belongs => ({
  scenarioId,
  authorisationId,
  unitId,
  providerId,
  authorityId,
  datasetId,
  copyId,
});

/** Under what a journal entry stands. */
export const underOf = ({
  unitId,
  authorisationId,
  scenarioId,
}: Pick<Belongs, 'unitId' | 'authorisationId' | 'scenarioId'>): { unitId: Id; authorisationId: Id; scenarioId: Id } => ({
  unitId,
  authorisationId,
  scenarioId,
});

export const planObject = (plan: Pick<PlanRow, 'id'>) => ({ kind: 'desensitisation-plan', id: plan.id }) as const;

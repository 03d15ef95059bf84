import type { Usage } from '#kernel';
import type { PriceVersion } from './price.js';

/** A readable UUID for tests. */
export const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

export const usageOf = (change: Partial<Usage> = {}): Usage => ({
  item: 'code-run',
  quantity: 1,
  sourceKind: 'code-run',
  sourceId: idOf(1),
  authorisationId: idOf(901),
  scenarioId: idOf(902),
  unitId: idOf(903),
  usedAt: '2026-03-10T02:00:00.000Z',
  ...change,
});

export const priceOf = (change: Partial<PriceVersion> = {}): PriceVersion => ({
  id: idOf(500),
  item: 'code-run',
  unit: '次',
  priceFen: 1250n,
  validFrom: '2026-01-01',
  validUntil: null,
  legalBasis: '价格主管部门批复',
  authorisationId: null,
  ...change,
});

import type { Instant } from './clock.js';
import type { Id } from './ids.js';

export const chargeItems = ['seat-day', 'workspace-start', 'desensitisation', 'code-run', 'export-release', 'data-processing'] as const;
export type ChargeItem = (typeof chargeItems)[number];

/** One finished use. `sourceKind` + `sourceId` + `item` make it unique, so a retry never charges twice. */
export interface Usage {
  readonly item: ChargeItem;
  readonly quantity: number;
  readonly sourceKind: string;
  readonly sourceId: Id;
  readonly authorisationId: Id;
  readonly scenarioId: Id;
  readonly unitId: Id;
  readonly usedAt: Instant;
}

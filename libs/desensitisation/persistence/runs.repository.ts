import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { RunTable } from '#runs';
import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { refuse } from '../domain/refusals.js';
import { DesensitisationRunRow } from './entities.js';

/** Of a run whose sample stands in dev now. */
const standing = { state: 'succeeded', destroyedAt: IsNull() } as const;

@Injectable()
export class RunsRepository extends RunTable<DesensitisationRunRow, 'desensitisation-run'> {
  constructor() {
    const parties = { unitId: 'unitId', authorityId: 'authorityId', providerId: 'providerId', datasetId: 'datasetId' } as const;
    super(DesensitisationRunRow, { what: 'desensitisation-run', refuse, parties });
  }

  pageOfStanding(tx: Tx, scenarioId: Id | undefined, request: PageRequest): Promise<Page<DesensitisationRunRow>> {
    return this.page(tx, { scenarioId, ...standing }, request);
  }
  published(tx: Tx, scenarioId: Id): Promise<DesensitisationRunRow[]> {
    return this.where(tx, { scenarioId, ...standing });
  }

  /** How many runs ended how since a moment; for the board. */
  async ended(tx: Tx): Promise<{ succeeded: number; failed: number; unproven: number; last: string | null }> {
    const rows: { succeeded: number; failed: number; unproven: number; last: Date | null }[] = await this.manager(tx).query(
      `SELECT count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded, count(*) FILTER (WHERE state = 'failed')::int AS failed,
         count(*) FILTER (WHERE state = 'succeeded' AND NOT coalesce((proof ->> 'passed')::boolean, false))::int AS unproven,
         max(finished_at) AS last FROM desensitisation.runs`,
    );
    const row = rows[0];
    return {
      succeeded: row?.succeeded ?? 0,
      failed: row?.failed ?? 0,
      unproven: row?.unproven ?? 0,
      last: row?.last?.toISOString() ?? null,
    };
  }
}

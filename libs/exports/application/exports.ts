import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { ExportState } from '../domain/export-request.js';
import { RequestsRepository } from '../persistence/requests.repository.js';

/** A request as a termination decides on it. */
export interface ExportExit {
  readonly id: Id;
  readonly scenarioId: Id;
  readonly state: ExportState;
  readonly runId: Id;
  readonly files: readonly { readonly name: string; readonly objectKey: string; readonly digest: string }[];
  readonly released: boolean;
}

/** The door for other contexts. */
@Injectable()
export class Exports {
  constructor(private readonly requests: RequestsRepository) {}

  async ofAuthorisation(tx: Tx, authorisationId: Id): Promise<ExportExit[]> {
    const rows = await this.requests.ofAuthorisation(tx, authorisationId);
    return rows.map(({ id, scenarioId, state, runId, files, releasedAt }) => ({
      id,
      scenarioId,
      state,
      runId,
      files: files.map(({ name, objectKey, digest }) => ({ name, objectKey, digest })),
      released: releasedAt !== null,
    }));
  }
}

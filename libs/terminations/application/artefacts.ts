import { Copies } from '#datasets';
import type { Id, Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { ExitDecision } from '../domain/exits.js';
import type { TerminationRow } from '../persistence/entities.js';

/** An artefact of the ending scenarios as the checklist first shows it. */
export interface Artefact {
  readonly kind: string;
  readonly ref: string;
  readonly scenarioId: Id;
  readonly decision: ExitDecision | null;
  readonly decidedBy: Id | null;
  readonly decidedAt: Instant | null;
  readonly carriedBy: string | null;
  readonly carriedOut: boolean;
}

/** Lists every artefact that somebody has to decide about, and those about which there is nothing to decide (TERM-07). */
@Injectable()
export class Artefacts {
  constructor(private readonly copies: Copies) {}

  async of(tx: Tx, row: TerminationRow): Promise<readonly Artefact[]> {
    const found: Artefact[] = [];
    for (const scenarioId of row.scenarioIds) {
      const copies = await this.copies.ofScenario(tx, scenarioId);
      // Raw packages never leave, whoever approves: their exit is decided by the rule, not by a person.
      found.push(
        ...copies.filter(({ state }) => state !== 'destroyed').map(({ id }) => destroyed('dataset-copy', id, scenarioId, tx.context.at)),
      );
    }
    return found;
  }
}

const destroyed = (kind: string, ref: string, scenarioId: Id, decidedAt: Instant): Artefact => ({
  ...{ kind, ref, scenarioId, decidedAt },
  decision: 'destroy',
  decidedBy: null,
  carriedBy: null,
  carriedOut: false,
});

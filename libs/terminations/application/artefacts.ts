import { Copies } from '#datasets';
import { type ExportExit, Exports } from '#exports';
import type { Id, Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { rawKind, type ExitDecision } from '../domain/exits.js';
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

/** Kind of the exits that are carried by an export request of the same id. */
const exportKind = 'export-request';

/** Lists every artefact that somebody has to decide about, and those about which there is nothing to decide (TERM-07). */
@Injectable()
export class Artefacts {
  constructor(
    private readonly copies: Copies,
    private readonly exports: Exports,
  ) {}

  /** Ids of export requests that have been released by now. */
  async released(tx: Tx, authorisationId: Id): Promise<ReadonlySet<Id>> {
    const requests = await this.exports.ofAuthorisation(tx, authorisationId);
    return new Set(requests.filter(({ released }) => released).map(({ id }) => id));
  }

  async of(tx: Tx, row: TerminationRow): Promise<readonly Artefact[]> {
    const found: Artefact[] = [];
    for (const scenarioId of row.scenarioIds) {
      const copies = await this.copies.ofScenario(tx, scenarioId);
      // Raw packages never leave, whoever approves: their exit is decided by the rule, not by a person.
      found.push(...copies.filter(({ state }) => state !== 'destroyed').map(({ id }) => destroyed(rawKind, id, scenarioId, tx.context.at)));
    }
    const requests = await this.exports.ofAuthorisation(tx, row.authorisationId);
    found.push(...requests.filter(({ scenarioId }) => row.scenarioIds.includes(scenarioId)).flatMap(ofExport));
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

/**
 * Results that were asked out. One that was released has left; one that is still under way waits for a person's decision; one that was
 * withdrawn, blocked or returned is destroyed with the rest.
 */
function ofExport({ id, scenarioId, state, released }: ExportExit): readonly Artefact[] {
  const item = { kind: exportKind, ref: id, scenarioId, decidedBy: null, decidedAt: null };
  if (released) return [{ ...item, decision: 'release', carriedBy: id, carriedOut: true }];
  if (state === 'withdrawn' || state === 'blocked' || state === 'returned')
    return [{ ...item, decision: 'destroy', carriedBy: null, carriedOut: false }];
  return [{ ...item, decision: null, carriedBy: null, carriedOut: false }];
}

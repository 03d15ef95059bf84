import { Authorisations } from '#authorisations';
import { Domains } from '#domains';
import { addMs, type Clock, documentDigest, systemAct, type TypedDocument } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { SignedDocuments } from '#platform/documents';
import { CLOCK } from '#platform/http';
import { Revocations } from '#seats';
import { Inject, Injectable } from '@nestjs/common';
import { terminationEvents } from '../contract.js';
import { type CertificateFacts, conclude } from '../domain/certificate.js';
import { standingHolds } from '../domain/legal-hold.js';
import { logsKeptUntil } from '../domain/log-retention.js';
import type { RecoveryAttempt } from '../domain/recovery.js';
import { decideConclusion } from '../domain/termination-decisions.js';
import type { TerminationRow } from '../persistence/entities.js';
import { LegalHoldsRepository } from '../persistence/legal-holds.repository.js';
import { TerminationsRepository } from '../persistence/terminations.repository.js';
import { recordStep } from './case-journal.js';
import { HoldingsSurvey } from './holdings-survey.js';
import { TERMINATIONS_CONFIG, type TerminationsConfig } from './terminations.config.js';

/** Ends an attempt: a certificate when nothing is left, otherwise a pending notice that names it (DEST-03). */
@Injectable()
export class Concluding {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: TerminationsRepository,
    private readonly holds: LegalHoldsRepository,
    private readonly survey: HoldingsSurvey,
    private readonly revocations: Revocations,
    private readonly authorisations: Authorisations,
    private readonly domains: Domains,
    private readonly documents: SignedDocuments,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TERMINATIONS_CONFIG) private readonly config: TerminationsConfig,
  ) {}

  /** @param recoveryAfter attempts made once the keys were gone; none when the destruction did not come that far. */
  async conclude(row: TerminationRow, recoveryAfter: readonly RecoveryAttempt[]): Promise<void> {
    const at = this.clock.now();
    const facts = await this.factsOf(row, recoveryAfter);
    const document = JSON.parse(JSON.stringify(conclude(facts, at))) as TypedDocument;
    const signed = await this.documents.sign('certificates', document);
    await this.unitOfWork.run(systemAct('terminations', 'termination.certified', at), async (tx) => {
      const locked = await this.repository.lock(tx, row.id);
      const change = decideConclusion(locked.state, document);
      const certified = change.to === 'certified';
      const retryAt = certified ? null : facts.retryAt;
      await this.repository.update(tx, locked, {
        state: change.to,
        recoveryAfter: [...recoveryAfter],
        retryAt,
        conclusion: signed,
        conclusionDigest: documentDigest(document),
      });
      await recordStep(
        tx,
        locked,
        change,
        certified
          ? { items: facts.inventory.items.length }
          : { left: (document['left'] as readonly { code: string }[]).map(({ code }) => code) },
        document,
      );
      const { id, authorisationId, domainId, scenarioIds } = row;
      if (certified && row.scope.kind === 'authorisation') {
        if (domainId !== null) await this.domains.markDestroyed(tx, domainId);
        await this.authorisations.markTerminated(tx, authorisationId);
      }
      if (retryAt !== null) await tx.enqueue({ name: 'terminations.proceed', key: id, dueAt: retryAt });
      await tx.publish({
        type: certified ? terminationEvents.certified : terminationEvents.pending,
        key: id,
        payload: { terminationId: id, authorisationId, domainId, scenarioIds },
      });
    });
  }

  private async factsOf(row: TerminationRow, recoveryAfter: readonly RecoveryAttempt[]): Promise<CertificateFacts> {
    const at = this.clock.now();
    return this.unitOfWork.read(systemAct('terminations', 'termination.read', at), async (tx) => {
      const receipt = await this.revocations.status(tx, row.revocationId);
      const { id, authorisationId, unitId, domainId, scope, scenarioIds, ground, decision, openedAt, confirmations } = row;
      return {
        ...{ terminationId: id, authorisationId, unitId, domainId, scope, scenarioIds, ground, decision, openedAt, confirmations },
        closing: { receiptDigest: receipt.receiptDigest, complete: receipt.state === 'closed', open: receipt.open.map(({ path }) => path) },
        exits: await this.repository.exitsOf(tx, row.id),
        holds: standingHolds(await this.holds.naming(tx, row), row, at),
        inventory: row.inventory ?? { takenAt: at, items: [], differences: [], failures: [{ source: 'inventory', failure: 'not taken' }] },
        holdings: this.survey.holdings(row).map(({ name }) => name),
        outcomes: row.outcomes,
        keysDestroyedAt: row.keysDestroyedAt,
        recoveryBefore: row.recoveryBefore,
        recoveryAfter,
        unreachable: this.config.unreachable,
        logsKeptUntil: logsKeptUntil(row.openedAt, row.openedAt, this.config.logRetentionMonths),
        retryAt: addMs(at, this.config.retrySeconds * 1000),
      };
    });
  }
}

import { Authorisations, LogRetentionMonths } from '#authorisations';
import { Domains } from '#domains';
import { type Clock, documentDigest, type Instant, logsKeptUntil, type SignedDocument, systemAct, type TypedDocument } from '#kernel';
import { terminationCertified, type Tx, UnitOfWork } from '#platform/database';
import { SignedDocuments } from '#platform/documents';
import { CLOCK } from '#platform/http';
import { Revocations } from '#seats';
import { Inject, Injectable } from '@nestjs/common';
import { type CertificateFacts, conclude, retryAtAfter } from '../domain/certificate.js';
import type { Inventory } from '../domain/inventory.js';
import { standingHolds } from '../domain/legal-hold.js';
import type { RecoveryAttempt } from '../domain/recovery.js';
import { decideConclusion } from '../domain/termination-decisions.js';
import type { TerminationRow } from '../persistence/entities.js';
import { LegalHoldsRepository } from '../persistence/legal-holds.repository.js';
import { TerminationsRepository } from '../persistence/terminations.repository.js';
import { recordStep } from './case-journal.js';
import { HoldingsSurvey } from './holdings-survey.js';
import { partiesOf } from './termination-views.js';
import { TERMINATIONS_CONFIG, type TerminationsConfig } from './terminations.config.js';
import { proceedJob } from '../domain/work.js';

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
    private readonly logRetention: LogRetentionMonths,
    private readonly domains: Domains,
    private readonly documents: SignedDocuments,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TERMINATIONS_CONFIG) private readonly config: TerminationsConfig,
  ) {}

  /** @param recoveryAfter attempts made once the keys were gone; none when the destruction did not come that far. */
  async conclude(row: TerminationRow, recoveryAfter: readonly RecoveryAttempt[]): Promise<void> {
    const at = this.clock.now();
    const facts = await this.factsOf(row, recoveryAfter, at);
    const signed = await this.signed(facts, at);
    await this.unitOfWork.run(systemAct('terminations', 'termination.certified', this.clock.now()), async (tx) => {
      const locked = await this.repository.lock(tx, row.id);
      const change = decideConclusion(locked.state, signed.document);
      const certified = change.to === 'certified';
      const retryAt = certified ? null : facts.retryAt;
      await this.repository.move(tx, locked, { state: change.to, recoveryAfter: [...recoveryAfter], retryAt, ...kept(signed) });
      await recordStep(tx, locked, change, certified ? { items: facts.inventory.items.length } : leftOf(signed), signed.document);
      if (certified) await this.endWhatEnded(tx, locked);
      else await tx.enqueue(proceedJob, { key: row.id, dueAt: facts.retryAt });
    });
  }

  /** The inventory could not be taken whole: a notice says of which source and why. The case stays where it is until it can be. */
  async waitForInventory(row: TerminationRow, inventory: Inventory): Promise<void> {
    const at = this.clock.now();
    const facts = { ...(await this.factsOf(row, [], at)), inventory };
    const signed = await this.signed(facts, at);
    await this.unitOfWork.run(systemAct('terminations', 'termination.pending', this.clock.now()), async (tx) => {
      const locked = await this.repository.lock(tx, row.id);
      if (locked.state !== row.state) return;
      await this.repository.update(tx, locked, { retryAt: facts.retryAt, ...kept(signed) });
      const object = { kind: 'termination', id: row.id };
      await tx.record({ action: 'termination.pending', object, ...partiesOf(row), after: signed.document, details: leftOf(signed) });
      await tx.enqueue(proceedJob, { key: row.id, dueAt: facts.retryAt });
    });
  }

  private async endWhatEnded(tx: Tx, { id, scope, authorisationId, unitId, authorityId, domainId }: TerminationRow): Promise<void> {
    if (scope.kind === 'authorisation') {
      if (domainId !== null) await this.domains.markDestroyed(tx, domainId);
      await this.authorisations.markTerminated(tx, authorisationId);
    } else await tx.end({ kind: 'scenario', id: scope.scenarioId, unitId, authorityId }, 'ended');
    // A scenario that ends alone ends no domain.
    const ended = scope.kind === 'authorisation' ? domainId : null;
    await tx.publish(terminationCertified, id, { terminationId: id, domainId: ended });
  }

  private async factsOf(row: TerminationRow, recoveryAfter: readonly RecoveryAttempt[], at: Instant): Promise<CertificateFacts> {
    return this.unitOfWork.read(systemAct('terminations', 'termination.read', at), async (tx) => {
      const receipt = await this.revocations.status(tx, row.revocationId);
      const { id, authorisationId, unitId, domainId, scope, scenarioIds, ground, decision, openedAt, confirmations } = row;
      return {
        ...{ terminationId: id, authorisationId, unitId, domainId, scope, scenarioIds, ground, decision, openedAt, confirmations },
        closing: { receiptDigest: receipt.receiptDigest, complete: receipt.state === 'closed', open: receipt.open.map(({ path }) => path) },
        exits: await this.repository.exitsOf(tx, row.id),
        holds: standingHolds(await this.holds.naming(tx, row), row, at),
        inventory: row.inventory ?? { takenAt: at, items: [], differences: [], failures: [{ source: 'inventory', failure: 'not taken' }] },
        holdings: this.survey.expected(row),
        outcomes: row.outcomes,
        keysDestroyedAt: row.keysDestroyedAt,
        recoveryBefore: row.recoveryBefore,
        recoveryAfter,
        unreachable: this.config.unreachable,
        logsKeptUntil: logsKeptUntil(at, at, await this.logRetention.of(tx, authorisationId)),
        retryAt: retryAtAfter(row.conclusion?.document ?? null, at, this.config.retrySeconds),
      };
    });
  }

  /** A notice is given also while the key store is away or the time in doubt, then without a signature; a certificate never. */
  private async signed(facts: CertificateFacts, at: Instant): Promise<SignedDocument> {
    const document = JSON.parse(JSON.stringify(conclude(facts, at))) as TypedDocument;
    try {
      return await this.documents.sign('certificates', document);
    } catch (fault) {
      if (document.type === 'opdomain.destruction-certificate/v1') throw fault;
      return { document, signatures: [] };
    }
  }
}

const kept = (conclusion: SignedDocument) => ({ conclusion, conclusionDigest: documentDigest(conclusion.document) });
const leftOf = ({ document }: SignedDocument) => ({ left: (document['left'] as readonly { code: string }[]).map(({ code }) => code) });

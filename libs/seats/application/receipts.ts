import {
  type CutPath,
  type Id,
  type Instant,
  Refusal,
  refuse,
  documentDigest,
  type SignedDocument,
  type TypedDocument,
  systemAct,
  type Clock,
} from '#kernel';
import { UnitOfWork } from '#platform/database';
import { SignedDocuments } from '#platform/documents';
import { CLOCK, LOGGER } from '#platform/http';
import { Seams } from '#platform/seams';
import type { Logger } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { revocationClosed } from '../contract.js';
import { cutPaths } from '../domain/cut-paths.js';
import { assembleReceipt, type PathReport, type Receipt } from '../domain/receipt.js';
import { decideRevoked } from '../domain/seat-decisions.js';
import type { RevocationRow } from '../persistence/entities.js';
import { RevocationsRepository } from '../persistence/revocations.repository.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { SeatChanges } from './seat-changes.js';

/** Works for a revocation's receipt: cuts every path there is, probes it, and signs what it found once nothing is open. */
@Injectable()
export class Receipts {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seams: Seams,
    private readonly revocations: RevocationsRepository,
    private readonly seats: SeatsRepository,
    private readonly changes: SeatChanges,
    private readonly documents: SignedDocuments,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** One attempt. @throws Refusal `seat.receipt-open` while a path is open, so that it is tried again. */
  async work(revocationId: Id, traceparent?: string): Promise<void> {
    const reading = systemAct('seats', 'revocation.read', this.clock.now(), traceparent);
    const row = await this.unitOfWork.read(reading, (tx) => this.revocations.get(tx, revocationId));
    if (row.state !== 'cutting') return;
    const implementations = this.seams.all('cut-path');
    const reports = await Promise.all(implementations.map((path) => this.cut(path, row)));
    const at = this.clock.now();
    const expected = [...new Set(implementations.map(({ path }) => path))];
    const receipt = assembleReceipt(
      {
        cutId: row.id,
        scope: { kind: row.scopeKind, id: row.scopeId },
        cause: row.cause,
        committedAt: row.committedAt,
        expected,
        absent: cutPaths.filter((path) => !expected.includes(path)),
      },
      reports,
      at,
    );
    if (!receipt.complete) return this.stillOpen(row.id, receipt, at, traceparent);
    const signed = await this.sign(receipt);
    await this.close(row.id, signed, receipt, at, traceparent);
  }

  private async cut(path: CutPath, row: RevocationRow): Promise<PathReport> {
    try {
      const rows = await path.cut({ kind: row.scopeKind, id: row.scopeId }, this.clock.now());
      return { path: path.path, rows, failure: null };
    } catch (fault) {
      this.log.error('revocation.path-failed', fault, { revocationId: row.id, path: path.path });
      return {
        path: path.path,
        rows: [],
        failure: fault instanceof Refusal ? fault.code : fault instanceof Error ? fault.name : 'unknown',
      };
    }
  }

  private sign(receipt: Receipt): Promise<SignedDocument> {
    return this.documents.sign('receipts', JSON.parse(JSON.stringify(receipt)) as TypedDocument);
  }

  private async stillOpen(id: Id, receipt: Receipt, at: Instant, traceparent?: string): Promise<never> {
    await this.unitOfWork.run(systemAct('seats', 'revocation.cut', at, traceparent), async (tx) => {
      const row = await this.revocations.lock(tx, id);
      if (row.state !== 'cutting') return;
      await this.revocations.saveOpen(tx, row, receipt.open);
      await tx.record({
        action: 'revocation.cut',
        object: { kind: 'revocation', id },
        ...(row.authorisationId === null ? {} : { authorisationId: row.authorisationId }),
        details: { open: receipt.open.map(({ path, reason, detail }) => ({ path, reason, detail })) },
      });
    });
    throw refuse('seat.receipt-open', { open: receipt.open.map(({ path }) => path) });
  }

  /** Receipt, seats and audit entry in one transaction; the entry carries the document's digest. */
  private async close(id: Id, signed: SignedDocument, receipt: Receipt, at: Instant, traceparent?: string): Promise<void> {
    await this.unitOfWork.run(systemAct('seats', 'revocation.receipt-issued', at, traceparent), async (tx) => {
      const row = await this.revocations.lock(tx, id);
      if (row.state !== 'cutting') return;
      await this.revocations.close(tx, row, signed, documentDigest(signed.document), at);
      await tx.record({
        action: 'revocation.receipt-issued',
        object: { kind: 'revocation', id },
        ...(row.unitId === null ? {} : { unitId: row.unitId }),
        ...(row.authorisationId === null ? {} : { authorisationId: row.authorisationId }),
        ...(row.scenarioId === null ? {} : { scenarioId: row.scenarioId }),
        after: signed.document,
        details: { cutWithinMs: receipt.cutWithinMs, absent: [...receipt.absent] },
      });
      for (const seat of await this.seats.find(tx, row.seatIds)) {
        if (seat.state !== 'revoking') continue;
        await this.changes.apply(tx, await this.seats.lock(tx, seat.id), decideRevoked(seat.state, receipt));
      }
      await tx.publish(revocationClosed, id, { revocationId: id, scope: { kind: row.scopeKind, id: row.scopeId }, caseId: row.caseId });
    });
  }
}

import {
  addMs,
  Batched,
  canonicalJson,
  codeOf,
  type CutMoment,
  type CutPath,
  type Id,
  type Instant,
  pathNames,
  Refusal,
  documentDigest,
  latestOf,
  type SignedDocument,
  type TypedDocument,
  systemAct,
  type Clock,
} from '#kernel';
import { type Acted, actedBetween, type Tx, UnitOfWork } from '#platform/database';
import { isOfTime, SignedDocuments } from '#platform/documents';
import { Canaries, CLOCK, LOGGER } from '#platform/http';
import { Seams } from '#platform/seams';
import type { Logger } from '#platform/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { revocationClosed } from '../contract.js';
import {
  askAgainMs,
  assembleReceipt,
  lastCutOf,
  type PathReport,
  type Receipt,
  type ShownReport,
  shownBy,
  type UsedMeanwhile,
} from '../domain/receipt.js';
import { refuse } from '../domain/refusals.js';
import { decideRevoked } from '../domain/seat-decisions.js';
import type { RevocationRow, SeatRow } from '../persistence/entities.js';
import { RevocationsRepository } from '../persistence/revocations.repository.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { SeatChanges } from './seat-changes.js';
import { SEATS_CONFIG, type SeatsConfig } from './seats.config.js';

/** Acts listed on a receipt; more than that are counted by the journal alone. */
const mostUsed = 200;

/** Receipts in one transaction, which holds their seats locked. */
const mostTogether = 10;

interface Closing {
  readonly id: Id;
  readonly signed: SignedDocument;
  readonly receipt: Receipt;
  readonly at: Instant;
  readonly traceparent: string | undefined;
}

/** Works for a revocation's receipt: cuts every path there is, probes it, and signs what it found once nothing is open. */
@Injectable()
export class Receipts implements OnApplicationBootstrap {
  private readonly rows = new Batched<Id, { readonly row: RevocationRow | undefined; readonly readAt: Instant }>((ids) =>
    this.unitOfWork.read(this.reading(), async (tx) => {
      const found = new Map((await this.revocations.find(tx, ids)).map((row) => [row.id, row]));
      const readAt = await tx.now();
      return ids.map((id) => ({ row: found.get(id), readAt }));
    }),
  );
  private readonly used = new Batched<{ readonly row: RevocationRow; readonly until: Instant }, readonly Acted[]>(
    (asked) =>
      this.unitOfWork.read(this.reading(), async (tx) => {
        const seats = await this.seats.find(tx, [...new Set(asked.flatMap(({ row }) => row.seatIds))]);
        const acts = [];
        for (const { row, until } of asked) acts.push(await this.actsOf(tx, row, seats, until));
        return acts;
      }),
    { gatherMs: 0 },
  );

  /** Receipts that are ready at the same time are issued together: each alone costs as much again in transactions. */
  private readonly closings = new Batched<Closing, undefined>((closings) => this.closeAll(closings), {
    most: mostTogether,
    gatherMs: 0,
    atOnce: 6,
  });

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seams: Seams,
    private readonly revocations: RevocationsRepository,
    private readonly seats: SeatsRepository,
    private readonly changes: SeatChanges,
    private readonly documents: SignedDocuments,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(SEATS_CONFIG) private readonly config: SeatsConfig,
    private readonly canaries: Canaries,
  ) {}

  /** What is configured and not there keeps every receipt from being complete: said at the start, not found out at the first revocation. */
  onApplicationBootstrap(): void {
    const composed = new Set(this.seams.all('cut-path').map(({ path }) => path));
    const missing = this.config.paths.filter((path) => !composed.has(path));
    if (missing.length > 0) this.log.error('receipts.paths-missing', undefined, { missing: missing.join(', ') });
  }

  /**
   * One attempt at the paths that are still open; it waits for nobody.
   * @returns when to try again while one stays open, which is no failure
   */
  async work(revocationId: Id, traceparent?: string): Promise<Instant | undefined> {
    const { row, readAt } = await this.rows.ask(revocationId);
    if (row === undefined) throw refuse('revocation.not-found', { id: revocationId });
    if (row.state !== 'cutting') return undefined;
    const moment = this.momentOf(row, row.seenAt ?? readAt);
    const shown = new Set(row.shown.map(({ path }) => path));
    const open = this.seams.all('cut-path').filter(({ path }) => !shown.has(path));
    const reports = [...row.shown, ...(await Promise.all(open.map((path) => this.cut(path, row, moment))))];
    const at = moment.now();
    const expected = this.config.paths;
    const assembled = assembleReceipt(
      {
        cutId: row.id,
        scope: { kind: row.scopeKind, id: row.scopeId },
        cause: row.cause,
        committedAt: row.committedAt,
        expected,
        absent: pathNames.filter((path) => !expected.includes(path)),
      },
      reports,
      [],
      at,
    );
    const receipt = assembled.complete ? { ...assembled, used: await this.usedUntil(row, lastCutOf(row.committedAt, reports)) } : assembled;
    const signed = receipt.complete ? await this.sign(row, receipt) : undefined;
    if (signed === undefined) {
      await this.stillOpen(row, assembled, shownBy(assembled, reports), moment, traceparent);
      return addMs(at, askAgainMs(Date.parse(at) - Date.parse(row.committedAt)));
    }
    await this.closings.ask({ id: row.id, signed, receipt, at, traceparent });
    return undefined;
  }

  /** By the database's clock, whatever this host's says; never behind it, so that no cut is dated before it was. */
  private momentOf(row: RevocationRow, seenAt: Instant): CutMoment {
    let gate: ReturnType<CutMoment['gate']> | undefined;
    return {
      cutId: row.id,
      seenAt,
      now: () => latestOf(seenAt, this.clock.now()),
      gate: () => (gate ??= this.canaries.askEverywhere({ kind: row.scopeKind, id: row.scopeId }, row.committedAt)),
    };
  }

  private reading() {
    return systemAct('seats', 'revocation.read', this.clock.now());
  }

  /** What the people concerned did under the scope between the commit and the last cut, by the journal. */
  private async usedUntil(row: RevocationRow, until: Instant): Promise<readonly UsedMeanwhile[]> {
    return (await this.used.ask({ row, until })).map(({ at, personId, action, objectKind, objectId }) => ({
      at,
      person: personId,
      action,
      object: `${objectKind}/${objectId}`,
    }));
  }

  private actsOf(tx: Tx, row: RevocationRow, seats: readonly SeatRow[], until: Instant): Promise<readonly Acted[]> {
    const people = seats.filter(({ id }) => row.seatIds.includes(id)).map(({ personId }) => personId);
    const of = [...new Set(row.scopeKind === 'person' ? [...people, row.scopeId] : people)];
    const under = row.scopeKind === 'person' ? null : { authorisationId: row.authorisationId, scenarioId: row.scenarioId };
    return actedBetween(tx, of, under, row.committedAt, until, mostUsed);
  }

  private async cut(path: CutPath, row: RevocationRow, moment: CutMoment): Promise<PathReport> {
    const { limits } = path;
    try {
      const rows = await path.cut({ kind: row.scopeKind, id: row.scopeId }, moment);
      return { path: path.path, limits, rows, failure: null };
    } catch (fault) {
      const about = { revocationId: row.id, path: path.path };
      // A refusal is an answer: not yet. Anything else is a fault.
      if (fault instanceof Refusal) this.log.info('revocation.path-open', { ...about, refusal: fault.code });
      else this.log.error('revocation.path-failed', fault, about);
      return {
        path: path.path,
        limits,
        rows: [],
        failure: codeOf(fault),
      };
    }
  }

  /** Undefined where the time is not known well enough: what was shown is kept, and it is signed when it is. */
  private async sign({ id }: RevocationRow, receipt: Receipt): Promise<SignedDocument | undefined> {
    try {
      return await this.documents.sign('receipts', JSON.parse(JSON.stringify(receipt)) as TypedDocument);
    } catch (fault) {
      if (!isOfTime(fault)) throw fault;
      this.log.warn('revocation.receipt-waits', { revocationId: id, refusal: fault.code });
      return undefined;
    }
  }

  /** Says what is open where that has changed, and keeps what was shown. */
  private async stillOpen(
    seen: RevocationRow,
    { open }: Receipt,
    shown: ShownReport[],
    { seenAt, now }: CutMoment,
    traceparent?: string,
  ): Promise<void> {
    const { id } = seen;
    const same = (row: RevocationRow): boolean =>
      row.seenAt !== null && row.shown.length === shown.length && canonicalJson(row.open) === canonicalJson(open);
    if (same(seen)) return;
    await this.unitOfWork.run(systemAct('seats', 'revocation.cut', now(), traceparent), async (tx) => {
      const row = await this.revocations.lock(tx, id);
      if (row.state !== 'cutting' || same(row)) return;
      await this.revocations.saveOpen(tx, row, { open: [...open], shown, seenAt });
      await tx.record({
        action: 'revocation.cut',
        object: { kind: 'revocation', id },
        ...(row.authorisationId === null ? {} : { authorisationId: row.authorisationId }),
        details: { open: open.map(({ path, reason, detail }) => ({ path, reason, detail })) },
      });
    });
  }

  /** Receipts, seats and audit entries in one transaction; each entry carries its document's digest. */
  private async closeAll(closings: readonly Closing[]): Promise<readonly undefined[]> {
    const [first] = closings;
    const at = closings.reduce((latest, closing) => latestOf(latest, closing.at), first?.at ?? this.clock.now());
    await this.unitOfWork.run(systemAct('seats', 'revocation.receipt-issued', at, first?.traceparent), async (tx) => {
      // In one order for all who lock several.
      for (const closing of closings.toSorted((a, b) => (a.id < b.id ? -1 : 1))) await this.closeIn(tx, closing);
    });
    return closings.map(() => undefined);
  }

  private async closeIn(tx: Tx, { id, signed, receipt, at }: Closing): Promise<void> {
    const row = await this.revocations.lock(tx, id);
    if (row.state !== 'cutting') return;
    await this.revocations.close(tx, row, signed, documentDigest(signed.document), at);
    await tx.record({
      action: 'revocation.receipt-issued',
      object: { kind: 'revocation', id },
      ...(row.unitId === null ? {} : { unitId: row.unitId }),
      ...(row.authorisationId === null ? {} : { authorisationId: row.authorisationId }),
      ...(row.scenarioId === null ? {} : { scenarioId: row.scenarioId }),
      decidedAt: at,
      after: signed.document,
      details: { cutWithinMs: receipt.cutWithinMs, absent: [...receipt.absent] },
    });
    const seats = await this.seats.lockRevoking(tx, row.seatIds);
    // Asked while they are held, so that of two that close at once the later one sees the earlier.
    const cutElsewhere = await this.revocations.stillCutting(
      tx,
      id,
      seats.map((seat) => seat.id),
    );
    for (const seat of seats) if (!cutElsewhere.has(seat.id)) await this.changes.apply(tx, seat, decideRevoked(seat.state, receipt));
    await tx.publish(revocationClosed, id, { revocationId: id, scope: { kind: row.scopeKind, id: row.scopeId }, caseId: row.caseId });
  }
}

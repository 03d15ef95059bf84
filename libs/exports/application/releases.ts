import {
  addDays,
  documentDigest,
  newId,
  personOf,
  type ActContext,
  type Clock,
  type Digest,
  type Id,
  type Instant,
  type SignedDocument,
} from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { SignedDocuments } from '#platform/documents';
import { CLOCK } from '#platform/http';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { EXPORTS_CONFIG, type ExportsConfig } from '../config.js';
import { manifestOf } from '../domain/manifest.js';
import { assertReleasable, type ReleaseFacts } from '../domain/release.js';
import { bindingOf, changedSince } from '../domain/review-binding.js';
import type { ExportRequestRow, QuarantinedFile } from '../persistence/entities.js';
import { PoliciesRepository } from '../persistence/policies.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { ReleasedSince, type Compared } from './released-since.js';
import { DigestKeys } from './digest-keys.js';
import { requestView, underOf, type RequestAnswer } from './export-views.js';
import { RunResults } from './run-results.js';
import { Standing } from './standing.js';
import { Voiding } from './voiding.js';
import { expireJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

/** The third person's act: what was reviewed, and nothing else, may be downloaded from here on. */
@Injectable()
export class Releases {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
    private readonly policies: PoliciesRepository,
    private readonly results: RunResults,
    private readonly standing: Standing,
    private readonly voiding: Voiding,
    private readonly since: ReleasedSince,
    private readonly digestKeys: DigestKeys,
    @Inject(OBJECTS) private readonly objects: Objects,
    private readonly documents: SignedDocuments,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EXPORTS_CONFIG) private readonly config: ExportsConfig,
  ) {}

  /** @throws Refusal of assertReleasable, `export.review-void` (the review was voided and the checks run again), `export.closed` */
  async release(ctx: ActContext, id: Id): Promise<RequestAnswer> {
    for (let left = mostTries; left > 0; left -= 1) {
      const answer = await this.tryRelease(ctx, id);
      if (answer !== undefined) return answer;
    }
    throw refuse('export.review-void', { id, changed: ['releases'] });
  }

  /** @returns nothing where another result of the scenario left meanwhile, with which it was not compared */
  private async tryRelease(ctx: ActContext, id: Id): Promise<RequestAnswer | undefined> {
    const unseen = await this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.requests.get(tx, id);
      this.standing.assertSees(ctx, row);
      return this.since.unseen(tx, row);
    });
    // Asked before the transactions: a store that keeps silent must not hold a connection, and what is stored under a version stays.
    const stored = await this.measure(unseen.row);
    const compared = await this.since.compare(unseen);
    const changed = await this.voidIfChanged(ctx, id, stored, compared);
    if (changed.length > 0) throw refuse('export.review-void', { id, changed: [...changed] });
    return unlessOvertaken(
      this.unitOfWork.run(ctx, async (tx) => {
        const row = await this.requests.lock(tx, id);
        this.standing.assertSees(ctx, row);
        await this.standing.assertOpen(tx, row);
        const facts = await this.facts(tx, row, stored);
        const releaser = await this.standing.reviewer(tx, ctx.actor, row, 'share');
        assertReleasable(facts, releaser);
        if (!(await this.since.holds(tx, row, compared))) throw new Overtaken();
        // The reviews were decided by now, also one that this act had to wait for.
        const at = this.clock.now();
        const files = released(row.files, stored);
        const manifest = await this.manifest(tx, row, files, facts, at);
        const manifestDigest = documentDigest(manifest.document);
        const expiresAt = addDays(at, this.config.releaseDays);
        const next = await this.requests.move(tx, row, {
          state: 'released',
          files,
          releasedAt: at,
          releasedBy: releaser.personId,
          releasedGrantId: releaser.grantId,
          expiresAt,
          manifest,
          manifestDigest,
        });
        await tx.record({
          action: 'export-request.released',
          ...underOf(row),
          before: row,
          after: manifest.document,
          details: { manifest: manifestDigest, grantId: releaser.grantId },
        });
        await tx.enqueue(expireJob, { key: id, dueAt: expiresAt, unitId: row.unitId, scenarioId: row.scenarioId });
        const { authorisationId, scenarioId, unitId } = row;
        await tx.use({
          item: 'export-release',
          quantity: 1,
          sourceKind: 'export-request',
          sourceId: id,
          authorisationId,
          scenarioId,
          unitId,
          usedAt: at,
        });
        return requestView(next);
      }),
    );
  }

  manifestOf(ctx: ActContext, id: Id): Promise<SignedDocument> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.requests.get(tx, id);
      this.standing.assertSees(ctx, row);
      if (row.manifest === null) throw refuse('export.not-released', { id, state: row.state });
      return row.manifest;
    });
  }

  /** In a transaction of its own, since the refusal that follows rolls its own back. */
  private voidIfChanged(ctx: ActContext, id: Id, stored: Measured, { tells }: Compared): Promise<readonly string[]> {
    const { idempotency: _, ...plain } = ctx;
    return this.unitOfWork.run({ ...plain, action: 'export-request.review-voided' }, async (tx) => {
      const row = await this.requests.lock(tx, id);
      this.standing.assertSees(ctx, row);
      if (row.state !== 'approved' || row.binding === null) return [];
      const { lineage } = await this.results.of(tx, row.runId);
      const { fallen } = await this.standing.decisions(tx, row);
      const now = bindingOf(measured(row.files, stored), await this.policies.current(tx), lineage);
      const changed = [...changedSince(row.binding, now), ...(fallen.length > 0 ? ['reviewers'] : []), ...(tells ? ['releases'] : [])];
      if (changed.length > 0) await this.voiding.void(tx, row, changed, { lineage });
      return changed;
    });
  }

  /** The files as they are now: their digests come from the stored, authenticated content, not from the request. */
  private async measure(row: ExportRequestRow): Promise<Measured> {
    const asKept = await this.digestKeys.reading(row);
    const found = row.files.map(async (file) => {
      const stored = await this.objects.stat(file.objectKey, file.objectVersion);
      const plain = stored?.sha256 ?? 'sha256:';
      return [versionOf(file), { bytes: stored?.bytes ?? -1, digest: asKept(file, plain), plain }] as const;
    });
    return new Map(await Promise.all(found));
  }

  private async facts(tx: Tx, row: ExportRequestRow, stored: Measured): Promise<ReleaseFacts> {
    const round = await this.requests.round(tx, row.id, row.round);
    const { lineage } = await this.results.of(tx, row.runId);
    const now = bindingOf(measured(row.files, stored), await this.policies.current(tx), lineage);
    return {
      request: row,
      slots: row.slots,
      checks: round?.checks ?? [],
      decisions: (await this.standing.decisions(tx, row)).standing,
      reviewed: row.binding ?? now,
      now,
      reviewedDigest: row.bindingDigest ?? 'sha256:',
    };
  }

  private async manifest(
    tx: Tx,
    row: ExportRequestRow,
    files: readonly ReleasedFile[],
    facts: ReleaseFacts,
    releasedAt: Instant,
  ): Promise<SignedDocument> {
    const document = manifestOf({
      manifestId: newId(),
      request: row,
      files,
      authorisationId: row.authorisationId,
      policy: await this.policies.current(tx),
      binding: facts.now,
      lineage: row.lineage,
      checks: facts.checks,
      decisions: facts.decisions,
      releasedBy: personOf(tx.context.actor).personId,
      releasedAt,
    });
    return this.documents.sign('manifests', document);
  }
}

const mostTries = 5;
/** Another result left between what was compared and the lock. */
class Overtaken extends Error {}
async function unlessOvertaken<T>(released: Promise<T>): Promise<T | undefined> {
  try {
    return await released;
  } catch (fault) {
    if (fault instanceof Overtaken) return undefined;
    throw fault;
  }
}

/** `plain`: the digest that the manifest says. */
type Measured = ReadonlyMap<string, Pick<QuarantinedFile, 'bytes' | 'digest'> & { readonly plain: Digest }>;
type ReleasedFile = QuarantinedFile & { readonly digest: Digest };
const versionOf = ({ objectKey, objectVersion }: QuarantinedFile): string => `${objectKey}@${objectVersion}`;

/** @throws Refusal `export.review-void` where a file took another's place since it was measured */
const measured = (files: readonly QuarantinedFile[], stored: Measured): QuarantinedFile[] =>
  files.map((file) => {
    const { bytes, digest } = of(file, stored);
    return { ...file, bytes, digest };
  });
const released = (files: readonly QuarantinedFile[], stored: Measured): ReleasedFile[] =>
  files.map((file) => ({ ...file, digest: of(file, stored).plain }));

function of(file: QuarantinedFile, stored: Measured) {
  const found = stored.get(versionOf(file));
  if (found === undefined) throw refuse('export.review-void', { id: file.id, changed: ['files'] });
  return found;
}

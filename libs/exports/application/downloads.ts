import { addMs, asRecord, newId, personOf, type ActContext, type Clock, type Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { EXPORTS_CONFIG, type ExportsConfig } from '../config.js';
import type { DownloadView } from '../contract.js';
import { decideDownload, rangeStart } from '../domain/release.js';
import type { ExportRequestRow, QuarantinedFile, ReleaseLinkRow } from '../persistence/entities.js';
import { LinksRepository } from '../persistence/links.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { underOf } from './export-views.js';
import { Standing } from './standing.js';
import { refuse } from '../domain/refusals.js';

/** How often a running download looks whether its link still stands; its access is looked at before every piece, by the route's guard. */
const lookEveryMs = 250;

export interface Download {
  readonly file: Pick<QuarantinedFile, 'name' | 'bytes' | 'digest'>;
  readonly from: number;
  readonly partial: boolean;
  readonly content: AsyncIterable<Uint8Array>;
}

/** One-time links of released files. A link opens for its person's own sign-in alone, so its id is no secret. */
@Injectable()
export class Downloads {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
    private readonly links: LinksRepository,
    private readonly standing: Standing,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EXPORTS_CONFIG) private readonly config: ExportsConfig,
  ) {}

  /** A new link takes the place of an open one for the same file. @throws Refusal `export.not-released`, `export.unknown-file`, `export.closed` */
  issue(ctx: ActContext, id: Id, fileId: Id): Promise<z.input<typeof DownloadView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.requests.lock(tx, id);
      this.standing.assertSees(ctx, row);
      const { personId } = personOf(ctx.actor);
      if (personId !== row.requesterId) throw refuse('export.not-the-requester', { id });
      if (row.state !== 'released' || row.expiresAt === null || ctx.at >= row.expiresAt)
        throw refuse('export.not-released', { id, state: row.state });
      await this.standing.assertOpen(tx, row);
      await this.standing.assertMayReceive(tx, ctx.actor, row);
      const file = fileOf(row, fileId);
      await this.links.revokeOpen(tx, id, fileId);
      const wanted = addMs(ctx.at, this.config.linkMinutes * 60_000);
      const expiresAt = wanted < row.expiresAt ? wanted : row.expiresAt;
      const link = await this.links.insert(tx, {
        id: newId(),
        issuedAt: ctx.at,
        requestId: id,
        fileId,
        personId,
        expiresAt,
        state: 'open',
        attempts: 0,
        served: 0,
      });
      await tx.record({ action: 'export-request.link-issued', ...underOf(row), details: { linkId: link.id, fileId, expiresAt } });
      return { id: link.id, path: `/api/v1/downloads/${link.id}`, expiresAt, bytes: file.bytes, digest: file.digest };
    });
  }

  /** @throws Refusal of decideDownload, `export.closed` */
  async open(
    ctx: ActContext,
    linkId: Id,
    asked: { readonly range?: string | undefined; readonly ifRange?: string | undefined },
  ): Promise<Download> {
    const { file, link, decided } = await this.unitOfWork.run(ctx, async (tx) => {
      if ((await this.links.find(tx, linkId)) === undefined) throw refuse('export.link-unknown');
      const locked = await this.links.lock(tx, linkId);
      const row = await this.requests.get(tx, locked.requestId);
      const found = fileOf(row, locked.fileId);
      const from = rangeStart(asked.range) ?? 0;
      const answer = decideDownload(locked, found, {
        personId: personOf(ctx.actor).personId,
        at: ctx.at,
        from,
        ...(asked.ifRange === undefined ? {} : { ifRange: asked.ifRange }),
      });
      await this.standing.assertOpen(tx, row);
      if (row.state !== 'released') throw refuse('export.link-gone', { because: row.state });
      await this.standing.assertMayReceive(tx, ctx.actor, row);
      const counted = await this.links.update(tx, locked, { attempts: locked.attempts + 1 });
      await tx.record({
        action: 'export-request.download-begun',
        ...underOf(row),
        details: { linkId, fileId: found.id, from: answer.from },
      });
      return { file: found, link: counted, decided: answer };
    });
    return { file, ...decided, content: this.content(ctx, file, link, decided.from) };
  }

  /**
   * The bytes, as long as the link stands and nobody took the download over. The link is closed before the last bytes are given out: only one connection ever gets them.
   */
  private async *content(ctx: ActContext, file: QuarantinedFile, link: ReleaseLinkRow, from: number): AsyncGenerator<Uint8Array> {
    let position = from;
    let looked = Date.parse(this.clock.now());
    let complete = false;
    try {
      const source = await this.objects.get(file.objectKey, { sealedBy: file.sealedBy, version: file.objectVersion, from });
      for await (const piece of source) {
        const now = Date.parse(this.clock.now());
        if (position + piece.length >= file.bytes) {
          await this.ended(ctx, link, file, file.bytes);
          complete = true;
        } else if (now - looked >= lookEveryMs) {
          looked = now;
          await this.unitOfWork.read(ctx, async (tx) => assertStands(await this.links.find(tx, link.id), link));
        }
        yield piece;
        position += piece.length;
      }
    } finally {
      if (!complete) await this.ended(ctx, link, file, position);
    }
  }

  /** @throws Refusal `export.link-gone` for the last bytes of a link that no longer stands */
  private ended(ctx: ActContext, begun: ReleaseLinkRow, file: QuarantinedFile, served: number): Promise<void> {
    const complete = served >= file.bytes;
    // How far it came is recorded also of a download whose access was cut; that it is complete is not.
    const act = { ...(complete ? ctx : asRecord(ctx)), action: 'export-request.download-ended', at: this.clock.now() };
    return this.unitOfWork.run(act, async (tx) => {
      const link = await this.links.lock(tx, begun.id);
      if (complete) assertStands(link, begun);
      const change = { served: Math.max(link.served, served) };
      await (complete ? this.links.move(tx, link, { ...change, state: 'completed' }) : this.links.update(tx, link, change));
      const row = await this.requests.get(tx, link.requestId);
      const details = { linkId: link.id, fileId: file.id, served, complete };
      await tx.record({ action: 'export-request.download-ended', ...underOf(row), details });
    });
  }
}

/** @param begun the link as it was when this download began: a later connection on it takes the download over */
function assertStands(now: ReleaseLinkRow | undefined, begun: ReleaseLinkRow): void {
  if (now?.state !== 'open') throw refuse('export.link-gone', { because: now?.state ?? 'gone' });
  if (now.attempts !== begun.attempts) throw refuse('export.link-gone', { because: 'taken over' });
}

function fileOf(row: ExportRequestRow, fileId: Id): QuarantinedFile {
  const file = row.files.find(({ id }) => id === fileId);
  if (file === undefined) throw refuse('export.unknown-file', { fileId });
  return file;
}

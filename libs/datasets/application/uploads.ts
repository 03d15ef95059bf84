import { addDays, newId } from '#kernel';
import type { ActContext, Id } from '#kernel';
import { personOf } from '#identity';
import { UnitOfWork } from '#platform/database';
import type { Tx } from '#platform/database';
import { KEYS } from '#platform/keys';
import type { Keys } from '#platform/keys';
import { objectsLocked, OBJECTS } from '#platform/objects';
import type { Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { assertUploadRoom, assertWritable, decideClaim, openPart, partKey, uploadDays, uploadFolder, uploadKey } from '../domain/upload.js';
import type { Upload, UploadPart } from '../domain/upload.js';
import { UploadsRepository } from '../persistence/uploads.repository.js';
import { Pieces } from './pieces.js';
import { endUploadJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

/** Files on their way in. Encrypted before they touch the store, each under a key of its own that is destroyed after use (IMP-01). */
@Injectable()
export class Uploads {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: UploadsRepository,
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(OBJECTS) private readonly objects: Objects,
  ) {}

  begin(ctx: ActContext, length: number): Promise<Upload> {
    const person = personOf(ctx.actor);
    return this.unitOfWork.run(ctx, async (tx) => {
      assertUploadRoom(await this.repository.open(tx, person.organisationId, person.personId));
      const upload = await this.repository.insert(tx, {
        id: newId(),
        createdAt: ctx.at,
        ownerId: person.personId,
        organisationId: person.organisationId,
        length,
        offset: 0,
        parts: 0,
        expiresAt: addDays(ctx.at, uploadDays),
        claimedBy: null,
        destroyedAt: null,
      });
      await tx.record({ action: 'upload.created', object: { kind: 'upload', id: upload.id }, details: { length } });
      await tx.enqueue(endUploadJob, { key: upload.id, dueAt: upload.expiresAt });
      return upload;
    });
  }

  /** Journals the read itself, since the protocol asks by HEAD. @throws Refusal `upload.not-found` also for another person's. */
  async progress(ctx: ActContext, id: Id): Promise<Upload> {
    const upload = await this.own(ctx, id);
    await this.unitOfWork.journal(ctx, { action: 'upload.read', outcome: 'read', object: { kind: 'upload', id } });
    return upload;
  }

  async own(ctx: ActContext, id: Id): Promise<Upload> {
    const upload = await this.unitOfWork.read(ctx, (tx) => this.repository.get(tx, id));
    if (upload.ownerId !== personOf(ctx.actor).personId || upload.destroyedAt !== null) throw refuse('upload.not-found', { id });
    return upload;
  }

  /** What is stored of an upload, for its sender to compare its file with. @throws Refusal `upload.not-found` also for another person's. */
  async parts(ctx: ActContext, id: Id): Promise<{ upload: Upload; parts: UploadPart[] }> {
    const upload = await this.own(ctx, id);
    return { upload, parts: await this.unitOfWork.read(ctx, (tx) => this.repository.stored(tx, id)) };
  }

  /**
   * Takes in what the connection brings, part by part; each part counts as soon as it is stored, so that a broken connection resumes, and
   * a process that is killed loses the open part alone.
   * @returns the new offset. @throws Refusal `upload.not-found`, `upload.moved-on`.
   */
  async write(ctx: ActContext, id: Id, offset: number, data: AsyncIterable<Uint8Array>): Promise<number> {
    const writer = { personId: personOf(ctx.actor).personId, at: ctx.at };
    let upload = await this.own(ctx, id);
    assertWritable(upload, writer, offset);
    await this.keys.create(uploadKey(id));
    const pieces = new Pieces(data);
    while (await pieces.hasMore()) {
      const key = partKey(id, upload.parts, newId());
      const most = { ...openPart, bytes: Math.min(openPart.bytes, upload.length - upload.offset) };
      const { bytes, sha256 } = await this.objects.put(key, pieces.next(most), { sealedBy: uploadKey(id) });
      const at = upload.offset;
      upload = await this.unitOfWork.run(ctx, async (tx) => {
        const row = await this.repository.lock(tx, id, 'update');
        assertWritable(row, writer, at);
        await this.repository.addPart(tx, id, row.parts, { key, bytes, sha256 });
        await tx.record({ action: 'upload.written', object: { kind: 'upload', id }, details: { offset: at, bytes } });
        return this.repository.update(tx, row, { offset: at + bytes, parts: row.parts + 1 });
      });
    }
    return upload.offset;
  }

  /** For a delivery, in its transaction. @throws Refusal `upload.not-found`, `upload.incomplete`, `upload.used`. */
  async claim(tx: Tx, id: Id, organisationId: Id, claimedBy: Id): Promise<void> {
    const row = await this.repository.lock(tx, id, 'update');
    await this.repository.update(tx, row, decideClaim(row, organisationId, claimedBy));
    await tx.record({ action: 'upload.claimed', object: { kind: 'upload', id }, details: { claimedBy } });
  }

  /** The file from its first byte. */
  async *read(ctx: ActContext, id: Id): AsyncGenerator<Uint8Array> {
    const parts = await this.unitOfWork.read(ctx, (tx) => this.repository.parts(tx, id));
    for (const part of parts) yield* await this.objects.get(part, { sealedBy: uploadKey(id) });
  }

  /** Destroys the bytes, then the key they are under. Idempotent. */
  async destroy(ctx: ActContext, id: Id): Promise<void> {
    const { remaining } = await this.objects.destroy(uploadFolder(id));
    if (remaining.length > 0) throw objectsLocked(uploadFolder(id), remaining[0]?.retainUntil ?? null);
    if ((await this.keys.state(uploadKey(id))).state === 'live') await this.keys.destroy(uploadKey(id));
    await this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id, 'update');
      if (row.destroyedAt !== null) return;
      await this.repository.update(tx, row, { destroyedAt: ctx.at });
      await this.repository.forgetDigests(tx, id);
      await tx.record({ action: 'upload.destroyed', object: { kind: 'upload', id }, details: { claimed: row.claimedBy !== null } });
    });
  }

  /** Who gave it up: its owner may, as long as no delivery uses it. */
  async abandon(ctx: ActContext, id: Id): Promise<void> {
    const upload = await this.own(ctx, id);
    if (upload.claimedBy !== null) throw refuse('upload.used', { id });
    await this.destroy(ctx, id);
  }

  find(tx: Tx, id: Id): Promise<Upload> {
    return this.repository.get(tx, id);
  }
}

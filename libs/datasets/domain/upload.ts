import { fullShare, type Id, type Instant } from '#kernel';
import { refuse } from './refusals.js';

/** A file on its way in (tus 1.0): encrypted part by part under a key of its own, used once, then destroyed. No workspace can read it. */
export interface Upload {
  readonly id: Id;
  readonly createdAt: Instant;
  readonly ownerId: Id;
  readonly organisationId: Id;
  readonly length: number;
  readonly offset: number;
  readonly parts: number;
  readonly expiresAt: Instant;
  readonly claimedBy: Id | null;
  readonly destroyedAt: Instant | null;
}

/** Days after which an upload that nobody used is destroyed (IMP-01). */
export const uploadDays = 3;
/**
 * One object of the store a part: big enough that a large file makes few, small enough that whoever is interrupted repeats little. A part
 * that fills slowly is closed after a while, so that no more is repeated of a slow upload either.
 */
export const openPart = { bytes: 8 * 1024 * 1024, ms: 10_000 } as const;
export const maxUploadBytes = 64 * 1024 ** 3;

/** How many uploads may be open at once that no delivery has taken. */
const openLimits = { person: 50, unit: 200 } as const;

/** @throws Refusal `upload.too-many-open` naming whose share is full. */
export function assertUploadRoom(open: { readonly person: number; readonly unit: number }): void {
  const full = fullShare(open, openLimits);
  if (full !== undefined) throw refuse('upload.too-many-open', full);
}

/** A piece of an upload that is stored, in the order of the file. */
export interface UploadPart {
  readonly bytes: number;
  /** Of its bytes in the clear; null for one that came before digests were kept. */
  readonly sha256: string | null;
}

/** @throws Refusal `upload.incomplete` */
export function assertWhole({ id, offset, length }: Upload): void {
  if (offset !== length) throw refuse('upload.incomplete', { id, offset, length });
}
export const uploadFolder = (id: Id): string => `uploads/${id}`;
export const uploadKey = (id: Id): string => `uploads/${id}`;
/** Two writers at once never share a part: the one that comes second is refused, and its part is nobody's. */
export const partKey = (id: Id, part: number, writer: Id): string => `${uploadFolder(id)}/${String(part).padStart(8, '0')}-${writer}`;

/** @throws Refusal `upload.not-found` for another's and for what is over, `upload.moved-on`. */
export function assertWritable(upload: Upload, writer: { personId: Id; at: Instant }, offset: number): void {
  const over = upload.destroyedAt !== null || upload.claimedBy !== null || upload.expiresAt <= writer.at;
  if (upload.ownerId !== writer.personId || over) throw refuse('upload.not-found', { id: upload.id });
  if (upload.offset !== offset) throw refuse('upload.moved-on', { id: upload.id, offset: upload.offset });
}

/** @throws Refusal `upload.not-found` for another's, `upload.incomplete`, `upload.used`. */
export function decideClaim(upload: Upload, organisationId: Id, claimedBy: Id): Partial<Upload> {
  if (upload.organisationId !== organisationId || upload.destroyedAt !== null) throw refuse('upload.not-found', { id: upload.id });
  assertWhole(upload);
  if (upload.claimedBy !== null) throw refuse('upload.used', { id: upload.id });
  return { claimedBy };
}

import {
  canonicalJson,
  digestOf,
  verifySignedDocument,
  type Digest,
  type Id,
  type Instant,
  type JsonObject,
  type SignedDocument,
  type TypedDocument,
  type VerifierKey,
} from '#kernel';
import type { CheckResult } from './check.js';
import type { ExportRequest } from './export-request.js';
import type { Lineage } from './lineage.js';
import type { ExportPolicy } from './policy.js';
import type { ReviewBinding } from './review-binding.js';
import type { ReviewDecision } from './review.js';
import { refuse } from './refusals.js';

export const manifestType = 'opdomain.release-manifest/v1';

export interface ManifestParts {
  readonly manifestId: Id;
  readonly request: ExportRequest;
  /** What leaves says what it is: digests are keyed no longer. */
  readonly files: readonly (Pick<ExportRequest['files'][number], 'id' | 'name' | 'bytes'> & { readonly digest: Digest })[];
  readonly authorisationId: Id;
  readonly policy: ExportPolicy;
  readonly binding: ReviewBinding;
  readonly lineage: Lineage;
  readonly checks: readonly CheckResult[];
  readonly decisions: readonly ReviewDecision[];
  readonly releasedBy: Id;
  readonly releasedAt: Instant;
}

/** The release manifest: what left, for which scenario and recipient (EXP-04), on whose review, with the reversibility verdict (EXP-03). */
export function manifestOf(parts: ManifestParts): TypedDocument {
  const { request } = parts;
  const reversibility = parts.checks.find((check) => check.check === 'reversibility');
  const document = {
    type: manifestType,
    id: parts.manifestId,
    request: request.id,
    unit: request.unitId,
    authorisation: parts.authorisationId,
    scenario: request.scenarioId,
    requester: request.requesterId,
    recipient: request.recipient,
    purpose: request.purpose,
    files: parts.files.map(({ id, name, bytes, digest }) => ({ id, name, bytes, digest })),
    policy: { version: parts.policy.version, digest: parts.binding.policy },
    binding: { ...parts.binding },
    code: parts.lineage.codeDigest ?? null,
    snapshot: parts.lineage.copies.map(({ copyId, digest }) => ({ copy: copyId, digest })),
    reversibility: { answer: reversibility?.answer ?? 'veto', evidence: reversibility?.evidence ?? null },
    checks: parts.checks.map((check) => ({ check: check.check, answer: check.answer, evidence: digestOf(check) })),
    reviews: parts.decisions.map((one) => ({
      reviewer: one.reviewerId,
      party: one.party,
      verdict: one.verdict,
      decidedAt: one.decidedAt,
      digest: digestOf(one),
    })),
    releasedBy: parts.releasedBy,
    releasedAt: parts.releasedAt,
  };
  return JSON.parse(canonicalJson(document)) as TypedDocument;
}

export interface VerifiedManifest {
  readonly digest: Digest;
  readonly signedBy: readonly string[];
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly digest: Digest }[];
}

const isFile = (value: unknown): value is { name: string; bytes: number; digest: Digest } =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'bytes' in value &&
  'digest' in value &&
  typeof value.digest === 'string';

/**
 * Checks a manifest from the file and public keys alone, and files beside it by their digests.
 * @param found digests of the files at hand, by name
 * @throws Refusal `document.*`, `manifest.wrong-type`, `manifest.file-differs` naming the file
 */
export function verifyManifest(
  signed: SignedDocument,
  trusted: readonly VerifierKey[],
  found: Readonly<Record<string, Digest>> = {},
): VerifiedManifest {
  const verified = verifySignedDocument(signed, trusted);
  const document: JsonObject = signed.document;
  if (document['type'] !== manifestType) throw refuse('manifest.wrong-type', { type: signed.document.type });
  const listed: readonly unknown[] = Array.isArray(document['files']) ? document['files'] : [];
  const files = listed.filter(isFile).map(({ name, bytes, digest }) => ({ name, bytes, digest }));
  for (const [name, digest] of Object.entries(found)) {
    if (!files.some((file) => file.name === name && file.digest === digest)) throw refuse('manifest.file-differs', { file: name });
  }
  return { ...verified, files };
}

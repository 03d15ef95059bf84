import { z } from 'zod';
import {
  decodeBase64,
  type Digest,
  issuedAt,
  type JsonObject,
  logOfKey,
  parseVerifierKey,
  type SignedDocument,
  sm3,
  type VerifierKey,
  verifySignedDocument,
  type Waiting,
} from '#kernel';
import { assertTimely, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.js';
import { assertIssues, parseEntry } from './entry-text.js';
import { leafHash } from './merkle.js';
import { verifyConsistency, verifyInclusion } from './proof-verification.js';
import { refuse } from './refusals.js';
import { type SignedNote } from './signed-note.js';

const hash = z.string().refine((text) => decodeBase64(text)?.length === 32, 'base64 of 32 bytes');
const size = z.int().nonnegative();
function isVerifierKey(text: string): boolean {
  try {
    return parseVerifierKey(text).name !== '';
  } catch {
    return false;
  }
}

/** A proof bundle: all that is needed, beside trusted keys, to show that one entry stands in the log. */
export const proofBundle = z
  .strictObject({
    format: z.literal('opdomain-proof/v1'),
    /** Position in the log, from 0. */
    index: size,
    /** The entry exactly as hashed: canonical JSON (RFC 8785). */
    entry: z.string(),
    /** SM3 digest of the entry's bytes, `sm3:<hex>`. */
    sm3: z.string().regex(/^sm3:[0-9a-f]{64}$/),
    /** Inclusion path (RFC 9162 §2.1.3), leaf to root, base64. */
    inclusion: z.array(hash).max(64),
    /** The checkpoint as a C2SP signed note, with the witnesses' lines. */
    checkpoint: z.string(),
    /**
     * Keys that signed the checkpoint, as C2SP vkeys in the order of their lines. For finding out whom to ask: a verifier neither trusts
     * them for standing here nor misses those that were left out, but takes none that signed nothing.
     */
    keys: z.array(z.string().refine(isVerifierKey, 'a C2SP vkey')),
  })
  .meta({ id: 'ProofBundle' });
export type ProofBundle = z.infer<typeof proofBundle>;

/** Shows that a later checkpoint extends an earlier one of the same log. */
export const consistencyBundle = z
  .strictObject({
    format: z.literal('opdomain-consistency/v1'),
    first: z.string(),
    second: z.string(),
    proof: z.array(hash).max(128),
  })
  .meta({ id: 'ConsistencyBundle' });
export type ConsistencyBundle = z.infer<typeof consistencyBundle>;

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refuse('audit.bundle-malformed', { path: parsed.error.issues[0]?.path.join('.') ?? '' });
}
/** @throws Refusal `audit.bundle-malformed` naming the first member that does not fit. */
export const parseProofBundle = (value: unknown): ProofBundle => parse(proofBundle, value);
/** @throws Refusal `audit.bundle-malformed` */
export const parseConsistencyBundle = (value: unknown): ConsistencyBundle => parse(consistencyBundle, value);

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'base64');

export interface VerifiedBundle {
  readonly index: number;
  readonly entry: JsonObject;
  readonly checkpoint: VerifiedCheckpoint;
  /** A trusted witness cosigned: the entry can no longer be taken out unnoticed. */
  readonly final: boolean;
}

/**
 * Verifies an entry from its bundle and trusted keys alone: signatures of the checkpoint, position under it, SM3 digest, spelling.
 * @throws Refusal naming what failed; nothing of an unverified entry is handed back.
 */
export function verifyBundle(bundle: ProofBundle, trusted: readonly VerifierKey[]): VerifiedBundle {
  const checkpoint = verifyCheckpoint(bundle.checkpoint, trusted);
  assertSigners(bundle.keys.map(parseVerifierKey), checkpoint.note);
  const bytes = Buffer.from(bundle.entry, 'utf8');
  verifyInclusion(leafHash(bytes), bundle.index, checkpoint.size, bundle.inclusion.map(bytesOf), checkpoint.root);
  if (sm3(bytes) !== bundle.sm3) throw refuse('audit.sm3-differs', { index: bundle.index });
  const entry = parseEntry(bytes, bundle.index);
  assertTimely(checkpoint, { after: entry['recordedAt'] });
  return { index: bundle.index, entry, checkpoint, final: checkpoint.cosignedBy.length > 0 };
}

/** @throws Refusal `audit.bundle-malformed` for a key that signed nothing, stands twice or out of order. */
function assertSigners(keys: readonly VerifierKey[], { signatures }: SignedNote): void {
  const lines = keys.map(({ name, id }) => signatures.findIndex((line) => line.name === name && line.id === id));
  if (lines.some((line, at) => line <= (lines[at - 1] ?? -1))) throw refuse('audit.bundle-malformed', { path: 'keys' });
}

/** @throws Refusal `audit.consistency-fails`, `audit.checkpoint-foreign`, or what is wrong with a checkpoint. */
export function verifyConsistencyBundle(
  bundle: ConsistencyBundle,
  trusted: readonly VerifierKey[],
): { readonly first: VerifiedCheckpoint; readonly second: VerifiedCheckpoint } {
  const first = verifyCheckpoint(bundle.first, trusted);
  const second = verifyCheckpoint(bundle.second, trusted);
  if (first.origin !== second.origin) throw refuse('audit.checkpoint-foreign', { expected: first.origin, found: second.origin });
  verifyConsistency(first.size, second.size, bundle.proof.map(bytesOf), first.root, second.root);
  return { first, second };
}

export interface VerifiedDocument {
  readonly digest: Digest;
  readonly signedBy: readonly string[];
  /** The audit entry that issued the document; undefined while no checkpoint covers it. */
  readonly inclusion?: VerifiedBundle;
  /** Signed, in the log, and under a checkpoint that a trusted witness cosigned. Receipts, releases and certificates bind only then. */
  readonly final: boolean;
}

/** Verifies a receipt, certificate or manifest from its file and trusted keys alone (DEST-03). @throws Refusal naming what failed. */
export function verifyDocument(signed: SignedDocument, trusted: readonly VerifierKey[]): VerifiedDocument {
  const { digest, signedBy } = verifySignedDocument(signed, trusted);
  if (signed.inclusion === undefined) return { digest, signedBy, final: false };
  const inclusion = verifyBundle(parseProofBundle(signed.inclusion), trusted);
  const { entry, index, checkpoint } = inclusion;
  assertIssues(entry, index, signed.document, digest);
  assertOwnLog(signedBy, checkpoint);
  assertTimely(checkpoint, { after: issuedAt(signed.document) });
  assertWaits(signed.waiting, checkpoint);
  return { digest, signedBy, inclusion, final: inclusion.final };
}

/** What an installation issues stands in its own log. @throws Refusal `audit.checkpoint-foreign` */
export function assertOwnLog(signedBy: readonly string[], { origin }: VerifiedCheckpoint): void {
  const foreign = signedBy.map((name) => logOfKey(name) ?? '').find((log) => log !== origin);
  if (foreign !== undefined) throw refuse('audit.checkpoint-foreign', { expected: foreign, found: origin });
}

/** Nothing waits for a cosignature that is there. @throws Refusal `audit.bundle-malformed` */
function assertWaits(waiting: Waiting | undefined, { cosignedBy }: VerifiedCheckpoint): void {
  const given = waiting?.for === 'external-cosignature' ? cosignedBy.filter(({ key }) => key === 'external') : cosignedBy;
  if (waiting !== undefined && given.length > 0) throw refuse('audit.bundle-malformed', { path: 'waiting' });
}

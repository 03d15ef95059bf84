import { canonicalJson, type JsonObject } from './canonical.js';
import { type Digest, digestOf } from './digest.js';
import { assertPossible } from './document-order.js';
import { roleOfDocument, roleOfKey } from './document-types.js';
import { refuse } from './kernel-refusals.js';
import { decodeBase64, isKeyName, signatureTypes, type VerifierKey, verifyEd25519 } from './verifier-key.js';

/** What a document is stands in its `type`, e.g. `opdomain.revocation-receipt/v1`. */
export type TypedDocument = JsonObject & { readonly type: string };

export interface DocumentSignature {
  readonly keyName: string;
  readonly algorithm: 'Ed25519';
  /** Base64 of 64 bytes over `documentBytes`. */
  readonly signature: string;
}

const waitingForProof = ['sequencing', 'checkpoint'] as const;
/** What a document that is not final yet waits for: a place in the log, a checkpoint over it, or the cosignature of a witness. */
export const waitingFor = [...waitingForProof, 'held-cosignature', 'external-cosignature'] as const;
export interface Waiting {
  readonly for: (typeof waitingFor)[number];
}

/**
 * A receipt, certificate or manifest that can be checked from the file alone. The digest of `document` stands in an audit
 * entry; `inclusion` is that entry's proof bundle, added once a checkpoint covers it, and `waiting` what is still missing. Both lie
 * outside the signature: the bundle proves itself, and the other proves nothing.
 */
export interface SignedDocument<D extends TypedDocument = TypedDocument> {
  readonly document: D;
  readonly signatures: readonly DocumentSignature[];
  readonly inclusion?: JsonObject;
  readonly waiting?: Waiting;
}

/** Signs with a key that may live elsewhere (key store, smart card). */
export interface DocumentSigner {
  readonly keyName: string;
  /** Ed25519 over the bytes as they are; 64 bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** What is signed: a fixed first line, so that the signature can never be taken for one over a note, then RFC 8785 JSON. */
const documentBytes = (document: TypedDocument): Uint8Array => Buffer.from(`opdomain-document/v1\n${canonicalJson(document)}`, 'utf8');

/** The digest that the audit entry of a document carries: SHA-256 over its canonical JSON. */
export const documentDigest = (document: TypedDocument): Digest => digestOf(document);

export async function signDocument<D extends TypedDocument>(document: D, signers: readonly DocumentSigner[]): Promise<SignedDocument<D>> {
  const bytes = documentBytes(document);
  const signatures = await Promise.all(
    signers.map(async (signer): Promise<DocumentSignature> => {
      const signature = Buffer.from(await signer.sign(bytes)).toString('base64');
      return { keyName: signer.keyName, algorithm: 'Ed25519', signature };
    }),
  );
  return { document, signatures };
}

/**
 * Checks every signature whose key name is trusted; signatures of unknown names are ignored, as in signed notes.
 * @throws Refusal `document.signature-invalid` when a trusted name's signature fails, `document.no-trusted-signature` when none is by a
 * trusted key, `document.type-unknown`, `document.wrong-key` for a trusted key that signs documents of other types or none,
 * `document.malformed` for a name that signs twice, `document.impossible-order` for times that contradict one another.
 */
export function verifySignedDocument(
  signed: SignedDocument,
  trusted: readonly VerifierKey[],
): { readonly digest: Digest; readonly signedBy: readonly string[] } {
  const bytes = documentBytes(signed.document);
  const { type } = signed.document;
  const role = roleOfDocument(signed.document);
  if (new Set(signed.signatures.map(({ keyName }) => keyName)).size < signed.signatures.length)
    throw refuse('document.malformed', { member: 'signatures' });
  const signedBy: string[] = [];
  for (const { keyName, signature } of signed.signatures) {
    const candidates = trusted.filter((key) => key.name === keyName && key.type === signatureTypes.ed25519);
    if (candidates.length === 0) continue;
    const raw = decodeBase64(signature);
    if (raw === undefined || !candidates.some((key) => verifyEd25519(key, bytes, raw)))
      throw refuse('document.signature-invalid', { keyName });
    if (role === undefined) throw refuse('document.type-unknown', { type });
    if (roleOfKey(keyName) !== role) throw refuse('document.wrong-key', { keyName, type, role });
    signedBy.push(keyName);
  }
  if (signedBy.length === 0) throw refuse('document.no-trusted-signature', { keyNames: signed.signatures.map(({ keyName }) => keyName) });
  assertPossible(signed.document);
  return { digest: documentDigest(signed.document), signedBy };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const hasOnly = (value: object, members: readonly string[]): boolean => Object.keys(value).every((member) => members.includes(member));
const isSignature = (value: unknown): value is DocumentSignature =>
  isObject(value) &&
  hasOnly(value, ['keyName', 'algorithm', 'signature']) &&
  typeof value.keyName === 'string' &&
  isKeyName(value.keyName) &&
  value.algorithm === 'Ed25519' &&
  typeof value.signature === 'string' &&
  decodeBase64(value.signature)?.length === 64;
/** Only what has no proof yet waits for one, and only what has one for a cosignature on it. */
const isWaiting = (value: unknown, proven: boolean): value is Waiting =>
  isObject(value) &&
  hasOnly(value, ['for']) &&
  waitingFor.some((step) => step === value.for) &&
  waitingForProof.some((step) => step === value.for) !== proven;

/** Nothing unsigned may stand beside or inside a document as if it belonged to it. @throws Refusal `document.malformed` naming the member that does not fit. */
export function parseSignedDocument(value: unknown): SignedDocument {
  const malformed = (member: string) => refuse('document.malformed', { member });
  if (!isObject(value)) throw malformed('');
  const { document, signatures, inclusion, waiting, ...others } = value;
  const [other] = Object.keys(others);
  if (other !== undefined) throw malformed(other);
  if (!isObject(document) || typeof document.type !== 'string') throw malformed('document');
  if (!Array.isArray(signatures) || !signatures.every(isSignature)) throw malformed('signatures');
  if (inclusion !== undefined && !isObject(inclusion)) throw malformed('inclusion');
  if (waiting !== undefined && !isWaiting(waiting, inclusion !== undefined)) throw malformed('waiting');
  return {
    document: document as TypedDocument,
    signatures,
    ...(inclusion === undefined ? {} : { inclusion: inclusion as JsonObject }),
    ...(waiting === undefined ? {} : { waiting }),
  };
}

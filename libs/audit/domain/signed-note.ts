import { decodeBase64, formatKeyId, isKeyName, signatureTypes, type VerifierKey, verifyEd25519 } from '#kernel';
import { cosignedMessage, splitCosignature } from './cosignature.js';
import { isSm2Key, verifySm2 } from './sm2.js';
import { refuse } from './refusals.js';

export interface NoteSignature {
  readonly name: string;
  readonly id: number;
  /** What follows the key id: the raw signature, for cosignatures with its timestamp in front. */
  readonly bytes: Uint8Array;
}
/** A C2SP signed note. `text` ends in a newline, which is signed with it. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const signatureLine = /^— (\S+) (\S+)$/u;

const malformed = (reason: string) => refuse('audit.note-malformed', { reason });

/** Any number of signatures is legal: whoever knows none but one of the keys skips the rest. @throws Refusal `audit.note-malformed` for anything but the exact form. */
export function parseNote(note: string): SignedNote {
  if (!note.isWellFormed()) throw malformed('not UTF-8');
  // eslint-disable-next-line no-control-regex -- the specification forbids exactly these
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw malformed('control character');
  const gap = note.lastIndexOf('\n\n');
  if (gap < 0 || !note.endsWith('\n')) throw malformed('no signatures after an empty line');
  const lines = note.slice(gap + 2, -1).split('\n');
  return { text: note.slice(0, gap + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [, name, encoded] = signatureLine.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || !isKeyName(name) || bytes === undefined || bytes.length <= 4) throw malformed('signature line');
  return { name, id: bytes.readUInt32BE(0), bytes: bytes.subarray(4) };
}

export const formatSignature = ({ name, id, bytes }: NoteSignature): string =>
  `— ${name} ${Buffer.concat([Buffer.from(formatKeyId(id), 'hex'), bytes]).toString('base64')}\n`;

export const formatNote = ({ text, signatures }: SignedNote): string => `${text}\n${signatures.map(formatSignature).join('')}`;

/** A signature line of a key over the note's text, e.g. of the log itself; the signature is made elsewhere. */
export const noteSignature = ({ name, id }: VerifierKey, bytes: Uint8Array): NoteSignature => ({ name, id, bytes });

/** Which of the known keys signed, in the order of their lines. */
export const signersOf = ({ signatures }: SignedNote, known: readonly VerifierKey[]): VerifierKey[] =>
  signatures.flatMap((line) => known.filter(({ name, id }) => name === line.name && id === line.id).slice(0, 1));

export interface VerifiedSignature {
  readonly key: VerifierKey;
  /** Whole seconds since 1970, for cosignatures alone. */
  readonly timestamp?: number;
}

/**
 * Checks every signature by a known key (name and id both); others are ignored.
 * @throws Refusal `audit.signature-invalid` when a known key's signature fails, `audit.no-trusted-signature` when there is none.
 */
export function verifyNote(note: SignedNote, known: readonly VerifierKey[]): VerifiedSignature[] {
  const verified = note.signatures.flatMap((signature) => {
    const key = known.find(({ name, id }) => name === signature.name && id === signature.id);
    return key === undefined ? [] : [verifyOne(note.text, signature, key)];
  });
  if (verified.length === 0) throw refuse('audit.no-trusted-signature', { signers: note.signatures.map(({ name }) => name) });
  return verified;
}

function verifyOne(text: string, { bytes }: NoteSignature, key: VerifierKey): VerifiedSignature {
  const message = Buffer.from(text, 'utf8');
  if (key.type === signatureTypes.ed25519 && verifyEd25519(key, message, bytes)) return { key };
  if (isSm2Key(key) && verifySm2(key, message, bytes)) return { key };
  if (key.type === signatureTypes.cosignature) {
    const parts = splitCosignature(bytes);
    if (parts !== undefined && verifyEd25519(key, cosignedMessage(text, parts.timestamp), parts.signature))
      return { key, timestamp: parts.timestamp };
  }
  throw refuse('audit.signature-invalid', { keyName: key.name });
}

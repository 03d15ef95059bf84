import { addMs, decodeBase64, type Instant, roleOfKey, signatureTypes, type VerifierKey } from '#kernel';
import { type Hash, sameHash } from './merkle.js';
import { parseNote, type SignedNote, verifyNote } from './signed-note.js';
import { isSm2Key } from './sm2.js';
import { refuse } from './refusals.js';

/** A log's statement of its tree (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Names the log for ever; its signing key has the same name. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** The note text: origin, size, root, each on its line. We write no extension lines: no monitor could audit them. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;

/** @throws Refusal `audit.checkpoint-malformed` naming the line (1 origin, 2 size, 3 root, 4 extensions). */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', sizeText = '', rootText = '', ...rest] = text.split('\n');
  const fault = (line: number) => refuse('audit.checkpoint-malformed', { line });
  if (origin === '') throw fault(1);
  const size = Number(sizeText);
  if (!/^(0|[1-9]\d*)$/.test(sizeText) || !Number.isSafeInteger(size)) throw fault(2);
  const root = decodeBase64(rootText);
  if (root?.length !== 32) throw fault(3);
  if (rest.pop() !== '' || rest.includes('')) throw fault(4);
  return { origin, size, root };
}

/** Where a witness keeps its key: with whoever runs the log (`held`), or outside (`external`). */
export type Custody = 'held' | 'external';
export interface Cosigner {
  readonly name: string;
  readonly at: Instant;
  readonly key: Custody;
}
export interface VerifiedCheckpoint extends Checkpoint {
  readonly note: SignedNote;
  /** Names of trusted keys that signed as or for the log. */
  readonly signedBy: readonly string[];
  /** Trusted witnesses that saw the log grow consistently up to here; empty: nobody outside the log vouches for it yet. */
  readonly cosignedBy: readonly Cosigner[];
  /** Signed by the log's own SM2 key as well. */
  readonly sm2: boolean;
}

/**
 * A witness named under the log's own name is held by whoever runs the log, and so is a key that stands under another name as well
 * among the trusted ones: the log's, a document signer's or a held witness's.
 */
export function custodyOf(key: VerifierKey, origin: string, known: readonly VerifierKey[]): Custody {
  const isOurs = (name: string) => name === origin || name.startsWith(`${origin}/`);
  const ours = known.filter(({ name, type }) => isOurs(name) || type === signatureTypes.ed25519);
  return isOurs(key.name) || ours.some(({ material }) => sameHash(material, key.material)) ? 'held' : 'external';
}

const epoch: Instant = '1970-01-01T00:00:00.000Z';

/**
 * Reads a checkpoint and checks every signature on it by a trusted key.
 * @throws Refusal for a malformed note, a failed signature, or `audit.no-log-signature` when the log's own key (Ed25519, named as the origin) is not among them.
 */
export function verifyCheckpoint(noteText: string, trusted: readonly VerifierKey[]): VerifiedCheckpoint {
  const note = parseNote(noteText);
  const checkpoint = parseCheckpoint(note.text);
  // A key for documents is no log's, whatever a note calls itself.
  if (roleOfKey(checkpoint.origin) !== undefined) throw refuse('audit.no-log-signature', { origin: checkpoint.origin });
  const verified = verifyNote(note, trusted);
  const byLog = verified.some(({ key }) => key.type === signatureTypes.ed25519 && key.name === checkpoint.origin);
  if (!byLog) throw refuse('audit.no-log-signature', { origin: checkpoint.origin });
  const cosignatures = verified.flatMap(({ key, timestamp }): Cosigner[] =>
    timestamp === undefined
      ? []
      : [{ name: key.name, at: addMs(epoch, timestamp * 1000), key: custodyOf(key, checkpoint.origin, trusted) }],
  );
  // A line that stands twice says the same once more, not that another witness has seen it.
  const isFirst = ({ name, at }: Cosigner, place: number) => cosignatures.findIndex((one) => one.name === name && one.at === at) === place;
  const cosignedBy = cosignatures.filter(isFirst);
  const signedBy = verified.filter(({ timestamp }) => timestamp === undefined).map(({ key }) => key.name);
  const sm2 = verified.some(({ key }) => isSm2Key(key) && key.name === checkpoint.origin);
  return { ...checkpoint, note, signedBy: [...new Set(signedBy)], cosignedBy, sm2 };
}

/** How far the clocks of a witness, a log and a verifier may be apart. */
export const clockToleranceMs = 300_000;

/**
 * A witness cosigns what is there, at a moment that has been: not before an entry under the checkpoint was recorded, and not later than now.
 * @param moments `after`: as an entry states it, anything that is no moment says nothing
 * @throws Refusal `audit.cosignature-implausible`
 */
export function assertTimely({ cosignedBy }: VerifiedCheckpoint, moments: { readonly after?: unknown; readonly until?: Instant }): void {
  const { after, until } = moments;
  const from = typeof after === 'string' ? Date.parse(after) : Number.NaN;
  for (const { name, at } of cosignedBy) {
    const ms = Date.parse(at);
    if (ms < from - clockToleranceMs || (until !== undefined && ms > Date.parse(until) + clockToleranceMs))
      throw refuse('audit.cosignature-implausible', { name, at });
  }
}

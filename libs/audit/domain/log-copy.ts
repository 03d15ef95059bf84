import { Refusal, sm3, type VerifierKey } from '#kernel';
import { assertTimely, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.js';
import { parseEntry } from './entry-text.js';
import { strictText } from './strict-json.js';
import { type Hash, leafHash, sameHash } from './merkle.js';
import { bundlePath, decodeHashes, hashesAtLevel, sm3Path, splitBundle, tilePath, tileWidth, tileWidthAt } from './tiles.js';
import { appendLeaves, emptyEdge, partialTiles, rootOf, type Tile } from './tree-edge.js';
import { refuse } from './refusals.js';

/**
 * A copy of the whole log as static files, in the layout it is served in: `checkpoint`, `tile/<L>/<N>[.p/<W>]`,
 * `tile/entries/<N>[.p/<W>]`, `sm3/<N>[.p/<W>]`. Answers undefined for a file that is not there.
 */
export type LogCopy = (path: string) => Uint8Array | undefined;

export interface LogReport {
  readonly checkpoint: VerifiedCheckpoint;
  /** What does not fit, in the order of the log, each naming its position; empty for an intact copy. */
  readonly findings: readonly Refusal[];
}

/** Collects refusals instead of stopping at the first: an inspector needs to see how much of the log is affected. */
function collecting(findings: Refusal[]): <T>(act: () => T) => T | undefined {
  return (act) => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      findings.push(error);
      return undefined;
    }
  };
}

/**
 * Recomputes the whole tree from the entries and compares it with every tile, every SM3 digest and the signed checkpoint (AUD-04).
 * @throws Refusal only when the checkpoint itself cannot be trusted; everything else is a finding.
 */
export function verifyLogCopy(copy: LogCopy, trusted: readonly VerifierKey[]): LogReport {
  const note = copy('checkpoint');
  if (note === undefined) throw refuse('audit.file-missing', { path: 'checkpoint' });
  const checkpoint = verifyCheckpoint(strictText(note), trusted);
  const findings: Refusal[] = [];
  const { size } = checkpoint;
  let edge = emptyEdge;
  let latest = '';
  for (let index = 0; tileWidthAt(size, 0, index) > 0; index += 1) {
    const { leaves, latest: recorded } = checkBundle(copy, index, tileWidthAt(size, 0, index), findings);
    latest = recorded > latest ? recorded : latest;
    const appended = appendLeaves(edge, leaves);
    edge = appended.edge;
    for (const tile of appended.full) checkTile(copy, tile, size, findings);
  }
  for (const tile of partialTiles(edge)) checkTile(copy, tile, size, findings);
  if (edge.size !== size || !sameHash(rootOf(edge), checkpoint.root)) {
    // Entries, tiles and digests changed alike: the checkpoint refuses them, and nothing in the copy tells which.
    if (findings.length === 0) findings.push(refuse('audit.change-unlocated', { from: 0, to: size - 1 }));
    findings.push(refuse('audit.root-differs', { size }));
  }
  collecting(findings)(() => {
    assertTimely(checkpoint, { after: latest });
  });
  return { checkpoint, findings };
}

/** Leaf hashes of one bundle as its entries give them, where entries are missing as the tile claims them; and when the latest was recorded. */
function checkBundle(copy: LogCopy, index: number, width: number, findings: Refusal[]): { leaves: Hash[]; latest: string } {
  const collect = collecting(findings);
  const from = index * tileWidth;
  const read = (path: string) => copy(path) ?? raise(refuse('audit.file-missing', { path }));
  const claimed = collect(() => decodeHashes(read(tilePath({ level: 0, index, width })), width)) ?? [];
  const digests = collect(() => decodeHashes(read(sm3Path(index, width)), width)) ?? [];
  const { entries, rest } = splitBundle(copy(bundlePath(index, width)) ?? new Uint8Array());
  if (rest.length > 0) findings.push(refuse('audit.bundle-overlong', { path: bundlePath(index, width), bytes: rest.length }));
  if (entries.length < width) findings.push(refuse('audit.entry-missing', { from: from + entries.length, to: from + width - 1 }));
  for (let at = width; at < entries.length; at += 1) findings.push(refuse('audit.entry-surplus', { index: from + at }));
  const leaves = entries.slice(0, width).map(leafHash);
  let latest = '';
  entries.slice(0, width).forEach((entry, at) => {
    const leaf = leaves[at];
    const hash = claimed[at];
    // A removed entry moves all that follow it in its bundle: each of them differs, and the first is where it was.
    if (leaf !== undefined && hash !== undefined && !sameHash(leaf, hash))
      findings.push(refuse('audit.entry-differs', { index: from + at }));
    const recordedAt = collect(() => parseEntry(entry, from + at))?.['recordedAt'];
    if (typeof recordedAt === 'string' && recordedAt > latest) latest = recordedAt;
    const digest = digests[at];
    if (digest !== undefined && sm3(entry) !== `sm3:${Buffer.from(digest).toString('hex')}`)
      findings.push(refuse('audit.sm3-differs', { index: from + at }));
  });
  const known = Array.from({ length: width }, (_, at) => leaves[at] ?? claimed[at]).filter((leaf) => leaf !== undefined);
  return { leaves: known, latest };
}

/** Level 0 is compared entry by entry already; above it a hash that differs names the run of entries under it. */
function checkTile(copy: LogCopy, tile: Tile, size: number, findings: Refusal[]): void {
  if (tile.level === 0) return;
  const path = tilePath(tile);
  const bytes = copy(path);
  if (bytes === undefined) {
    findings.push(refuse('audit.file-missing', { path }));
    return;
  }
  const published = collecting(findings)(() => decodeHashes(bytes, tile.width));
  if (published === undefined) return;
  const span = tileWidth ** tile.level;
  decodeHashes(tile.bytes, tile.width).forEach((hash, at) => {
    const claimed = published[at];
    if (claimed === undefined || sameHash(hash, claimed)) return;
    const from = (tile.index * tileWidth + at) * span;
    findings.push(refuse('audit.tile-differs', { path, from, to: Math.min(from + span, size) - 1 }));
  });
}

const raise = (refusal: Refusal): never => {
  throw refusal;
};

/**
 * Whether an earlier checkpoint is a prefix of the copied log: shows a fork or a restored old backup from files alone.
 * The copy itself must have been verified first.
 * @throws Refusal `audit.checkpoint-foreign`, `audit.consistency-fails`
 */
export function assertPrefixOfCopy(copy: LogCopy, current: VerifiedCheckpoint, earlier: VerifiedCheckpoint): void {
  const fails = refuse('audit.consistency-fails', { first: earlier.size, second: current.size });
  if (earlier.origin !== current.origin) throw refuse('audit.checkpoint-foreign', { expected: current.origin, found: earlier.origin });
  if (earlier.size > current.size) throw fails;
  let edge = emptyEdge;
  for (let index = 0; index < Math.ceil(earlier.size / tileWidth); index += 1) {
    const width = tileWidthAt(current.size, 0, index);
    const path = tilePath({ level: 0, index, width });
    const leaves = decodeHashes(copy(path) ?? raise(refuse('audit.file-missing', { path })), width);
    edge = appendLeaves(edge, leaves.slice(0, hashesAtLevel(earlier.size, 0) - index * tileWidth)).edge;
  }
  if (!sameHash(rootOf(edge), earlier.root)) throw fails;
}

/** An entry that was proven to stand in a log, wherever it was found. */
export interface LoggedEntry {
  readonly origin: string;
  readonly index: number;
  readonly leaf: Hash;
}

/** Of an entry under a checkpoint that the copy may not have reached. The copy itself must have been verified first. @throws Refusal `audit.entry-differs` */
export function assertEntryOfCopy(copy: LogCopy, { origin, size }: VerifiedCheckpoint, entry: LoggedEntry): void {
  if (entry.origin !== origin || entry.index >= size) return;
  const index = Math.floor(entry.index / tileWidth);
  const width = tileWidthAt(size, 0, index);
  const path = tilePath({ level: 0, index, width });
  const leaf = decodeHashes(copy(path) ?? raise(refuse('audit.file-missing', { path })), width)[entry.index % tileWidth];
  if (leaf === undefined || !sameHash(leaf, entry.leaf)) throw refuse('audit.entry-differs', { index: entry.index });
}

/**
 * One log never shows two roots for one size, nor two entries at one index.
 * @throws Refusal `audit.consistency-fails`, `audit.entry-differs`: the log was forked, one history for one reader and another for the next.
 */
export function assertNoFork(checkpoints: readonly VerifiedCheckpoint[], entries: readonly LoggedEntry[] = []): void {
  const seen = new Map<string, Hash>();
  for (const { origin, size, root } of checkpoints) {
    const key = `${size} ${origin}`;
    const before = seen.get(key);
    if (before !== undefined && !sameHash(before, root)) throw refuse('audit.consistency-fails', { first: size, second: size });
    seen.set(key, root);
  }
  const leaves = new Map<string, Hash>();
  for (const { origin, index, leaf } of entries) {
    const key = `${index} ${origin}`;
    const before = leaves.get(key);
    if (before !== undefined && !sameHash(before, leaf)) throw refuse('audit.entry-differs', { index });
    leaves.set(key, leaf);
  }
}

import {
  assertEntryOfCopy,
  assertNoFork,
  assertPrefixOfCopy,
  assertTimely,
  leafHash,
  type LogCopy,
  type LoggedEntry,
  parseConsistencyBundle,
  parseProofBundle,
  parseStrictJson,
  strictText,
  type VerifiedCheckpoint,
  verifyAuditPackage,
  verifyBundle,
  verifyCheckpoint,
  verifyConsistencyBundle,
  verifyDocument,
  verifyLogCopy,
} from '#audit/offline';
import { canonicalJson, type Instant, type JsonObject, parseSignedDocument, type Refusal, type VerifierKey } from '#kernel';
import type { Evidence } from './evidence-file.js';
import { judge, type Verdict } from './verdict.js';

const checkpointFacts = ({ origin, size, root, signedBy, cosignedBy, sm2 }: VerifiedCheckpoint): JsonObject => ({
  log: origin,
  size,
  root: Buffer.from(root).toString('base64'),
  signedBy,
  sm2,
  cosignedBy: cosignedBy.map(({ name, at, key }) => ({ name, at, key })),
});

const rests = (...checkpoints: readonly VerifiedCheckpoint[]) => ({
  external: checkpoints.every(({ cosignedBy }) => cosignedBy.some(({ key }) => key === 'external')),
  sm2: checkpoints.every(({ sm2 }) => sm2),
});
/** Of a document that no checkpoint covers yet. */
const restsOnNothing = { external: false, sm2: false };

/** What a file shows of logs, to be held against what the others show. */
interface Seen {
  readonly checkpoints: readonly VerifiedCheckpoint[];
  readonly entries?: readonly LoggedEntry[];
  /** Where the file is a copy without a finding, under its one checkpoint. */
  readonly copy?: LogCopy;
}
type Shown = Pick<Verdict, 'final' | 'rests' | 'facts'> & { readonly seen: Seen; readonly findings?: readonly Refusal[] };

const logged = ({ origin }: VerifiedCheckpoint, index: number, entry: JsonObject): LoggedEntry => ({
  origin,
  index,
  leaf: leafHash(Buffer.from(canonicalJson(entry), 'utf8')),
});

/**
 * Verifies each file alone, then all that was met on the way against one another: two roots of one size, or two entries at one place, are
 * a fork, in whatever files they stand.
 * @param now by the verifier's clock: no witness cosigned later
 */
export function verifyAll(evidence: readonly Evidence[], trusted: readonly VerifierKey[], now: Instant): Verdict[] {
  const all = new Map<Evidence, Seen>();
  const verdicts = evidence.map((one) =>
    judge(one.file, one.kind, () => {
      const { seen, ...shown } = examine(one, trusted);
      for (const checkpoint of seen.checkpoints) assertTimely(checkpoint, { until: now });
      all.set(one, seen);
      return shown;
    }),
  );
  return verdicts.map((verdict, at) => {
    const one = evidence[at];
    const own = one === undefined ? undefined : all.get(one);
    if (!verdict.ok || own === undefined) return verdict;
    const rest = judge(verdict.file, verdict.kind, () => {
      assertFits(own, verdict.kind === 'checkpoint', [...all.values()]);
      return { facts: {} };
    });
    return rest.ok ? verdict : { ...verdict, ok: false, findings: rest.findings };
  });
}

function examine(evidence: Evidence, trusted: readonly VerifierKey[]): Shown {
  switch (evidence.kind) {
    case 'checkpoint': {
      const checkpoint = verifyCheckpoint(strictText(evidence.bytes), trusted);
      return { ...ofCheckpoint(checkpoint), seen: { checkpoints: [checkpoint] } };
    }
    case 'log-copy': {
      const { checkpoint, findings } = verifyLogCopy(evidence.copy, trusted);
      const copy = findings.length === 0 ? { copy: evidence.copy } : {};
      return { ...ofCheckpoint(checkpoint), findings, seen: { checkpoints: [checkpoint], ...copy } };
    }
    case 'entry': {
      const { index, entry, checkpoint, final } = verifyBundle(parseProofBundle(parseStrictJson(evidence.bytes)), trusted);
      const seen = { checkpoints: [checkpoint], entries: [logged(checkpoint, index, entry)] };
      return { final, rests: rests(checkpoint), facts: { index, entry, checkpoint: checkpointFacts(checkpoint) }, seen };
    }
    case 'consistency': {
      const { first, second } = verifyConsistencyBundle(parseConsistencyBundle(parseStrictJson(evidence.bytes)), trusted);
      const facts = { first: checkpointFacts(first), second: checkpointFacts(second) };
      return { rests: rests(first, second), facts, seen: { checkpoints: [first, second] } };
    }
    case 'document': {
      const signed = parseSignedDocument(parseStrictJson(evidence.bytes));
      const { digest, signedBy, inclusion, final } = verifyDocument(signed, trusted);
      const facts = { type: signed.document.type, digest, signedBy };
      if (inclusion === undefined) return { final, rests: restsOnNothing, facts, seen: { checkpoints: [] } };
      const { index, entry, checkpoint } = inclusion;
      const seen = { checkpoints: [checkpoint], entries: [logged(checkpoint, index, entry)] };
      return { final, rests: rests(checkpoint), facts: { ...facts, index, checkpoint: checkpointFacts(checkpoint) }, seen };
    }
    case 'audit-package': {
      const signed = parseSignedDocument(parseStrictJson(evidence.bytes));
      const { content, signedBy, checkpoint, entries, inclusion, final } = verifyAuditPackage(signed, trusted);
      const { period, filter, gaps } = content;
      const issued = inclusion === undefined ? {} : { issuedAtIndex: inclusion.index };
      const facts = { period, filter, entries: entries.length, gaps, signedBy, ...issued, checkpoint: checkpointFacts(checkpoint) };
      const chosen = entries.map((entry, at) => logged(checkpoint, content.entries[at]?.index ?? -1, entry));
      if (inclusion === undefined) return { final, rests: restsOnNothing, facts, seen: { checkpoints: [checkpoint], entries: chosen } };
      const seen = {
        checkpoints: [checkpoint, inclusion.checkpoint],
        entries: [...chosen, logged(inclusion.checkpoint, inclusion.index, inclusion.entry)],
      };
      return { final, rests: rests(checkpoint, inclusion.checkpoint), facts, seen };
    }
  }
}

const ofCheckpoint = (checkpoint: VerifiedCheckpoint) => ({
  final: checkpoint.cosignedBy.length > 0,
  rests: rests(checkpoint),
  facts: checkpointFacts(checkpoint),
});

/**
 * No fork of the logs that a file speaks of, and its checkpoints are prefixes of every intact copy of them.
 * @param kept a checkpoint given by itself must be one of every copy's; one in another file may be of another log, or newer
 */
function assertFits({ checkpoints, entries = [] }: Seen, kept: boolean, all: readonly Seen[]): void {
  const isOurs = ({ origin }: { readonly origin: string }) => checkpoints.some((one) => one.origin === origin);
  assertNoFork(all.flatMap((one) => one.checkpoints).filter(isOurs), all.flatMap((one) => one.entries ?? []).filter(isOurs));
  for (const { copy, checkpoints: under } of all) {
    const [current] = under;
    if (copy === undefined || current === undefined) continue;
    for (const checkpoint of checkpoints)
      if (kept || (checkpoint.origin === current.origin && checkpoint.size <= current.size)) assertPrefixOfCopy(copy, current, checkpoint);
    for (const entry of entries) assertEntryOfCopy(copy, current, entry);
  }
}

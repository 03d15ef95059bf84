import {
  assertNoFork,
  assertPrefixOfCopy,
  type LogCopy,
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
import { type JsonObject, parseSignedDocument, type VerifierKey } from '#kernel';
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

/** Verifies each file alone, then all checkpoints met on the way against one another: two roots of one size are a fork. */
export function verifyAll(evidence: readonly Evidence[], trusted: readonly VerifierKey[]): Verdict[] {
  const met: VerifiedCheckpoint[] = [];
  const copies: { readonly copy: LogCopy; readonly checkpoint: VerifiedCheckpoint }[] = [];
  const verdicts = evidence.map((one) => verifyOne(one, trusted, met, copies));
  return verdicts.map((verdict, at) => (verdict.ok ? againstOthers(verdict, evidence[at], met, copies, trusted) : verdict));
}

function verifyOne(
  evidence: Evidence,
  trusted: readonly VerifierKey[],
  met: VerifiedCheckpoint[],
  copies: { copy: LogCopy; checkpoint: VerifiedCheckpoint }[],
): Verdict {
  return judge(evidence.file, evidence.kind, () => {
    switch (evidence.kind) {
      case 'checkpoint': {
        const checkpoint = verifyCheckpoint(strictText(evidence.bytes), trusted);
        met.push(checkpoint);
        return { final: checkpoint.cosignedBy.length > 0, rests: rests(checkpoint), facts: checkpointFacts(checkpoint) };
      }
      case 'log-copy': {
        const { checkpoint, findings } = verifyLogCopy(evidence.copy, trusted);
        met.push(checkpoint);
        if (findings.length === 0) copies.push({ copy: evidence.copy, checkpoint });
        return { final: checkpoint.cosignedBy.length > 0, rests: rests(checkpoint), facts: checkpointFacts(checkpoint), findings };
      }
      case 'entry': {
        const { index, entry, checkpoint, final } = verifyBundle(parseProofBundle(parseStrictJson(evidence.bytes)), trusted);
        met.push(checkpoint);
        return { final, rests: rests(checkpoint), facts: { index, entry, checkpoint: checkpointFacts(checkpoint) } };
      }
      case 'consistency': {
        const { first, second } = verifyConsistencyBundle(parseConsistencyBundle(parseStrictJson(evidence.bytes)), trusted);
        met.push(first, second);
        return { rests: rests(first, second), facts: { first: checkpointFacts(first), second: checkpointFacts(second) } };
      }
      case 'document': {
        const signed = parseSignedDocument(parseStrictJson(evidence.bytes));
        const { digest, signedBy, inclusion, final } = verifyDocument(signed, trusted);
        if (inclusion !== undefined) met.push(inclusion.checkpoint);
        const facts = { type: signed.document.type, digest, signedBy };
        if (inclusion === undefined) return { final, rests: { external: false, sm2: false }, facts };
        const { index, checkpoint } = inclusion;
        return { final, rests: rests(checkpoint), facts: { ...facts, index, checkpoint: checkpointFacts(checkpoint) } };
      }
      case 'audit-package': {
        const signed = parseSignedDocument(parseStrictJson(evidence.bytes));
        const { content, signedBy, checkpoint, entries, inclusion } = verifyAuditPackage(signed, trusted);
        met.push(checkpoint, ...(inclusion === undefined ? [] : [inclusion.checkpoint]));
        const { period, filter, gaps } = content;
        const issued = inclusion === undefined ? {} : { issuedAtIndex: inclusion.index };
        const facts = { period, filter, entries: entries.length, gaps, signedBy, ...issued, checkpoint: checkpointFacts(checkpoint) };
        return { final: checkpoint.cosignedBy.length > 0, rests: rests(checkpoint), facts };
      }
    }
  });
}

/** A kept checkpoint must be a prefix of every intact copy of the same log that was given with it. */
function againstOthers(
  verdict: Verdict,
  evidence: Evidence | undefined,
  met: readonly VerifiedCheckpoint[],
  copies: readonly { readonly copy: LogCopy; readonly checkpoint: VerifiedCheckpoint }[],
  trusted: readonly VerifierKey[],
): Verdict {
  if (evidence?.kind !== 'checkpoint' && evidence?.kind !== 'log-copy') return verdict;
  const rest = judge(verdict.file, verdict.kind, () => {
    assertNoFork(met);
    if (evidence.kind === 'checkpoint') {
      const kept = verifyCheckpoint(strictText(evidence.bytes), trusted);
      for (const { copy, checkpoint } of copies) assertPrefixOfCopy(copy, checkpoint, kept);
    }
    return { facts: {} };
  });
  return rest.ok ? verdict : { ...verdict, ok: false, findings: rest.findings };
}

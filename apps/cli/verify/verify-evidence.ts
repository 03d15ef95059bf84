import {
  assertNoFork,
  assertPrefixOfCopy,
  type LogCopy,
  parseConsistencyBundle,
  parseProofBundle,
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

const checkpointFacts = ({ origin, size, root, signedBy, cosignedBy }: VerifiedCheckpoint): JsonObject => ({
  log: origin,
  size,
  root: Buffer.from(root).toString('base64'),
  signedBy,
  cosignedBy: cosignedBy.map(({ name, at }) => ({ name, at })),
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
        const checkpoint = verifyCheckpoint(evidence.note, trusted);
        met.push(checkpoint);
        return { final: checkpoint.cosignedBy.length > 0, facts: checkpointFacts(checkpoint) };
      }
      case 'log-copy': {
        const { checkpoint, findings } = verifyLogCopy(evidence.copy, trusted);
        met.push(checkpoint);
        if (findings.length === 0) copies.push({ copy: evidence.copy, checkpoint });
        return { final: checkpoint.cosignedBy.length > 0, facts: checkpointFacts(checkpoint), findings };
      }
      case 'entry': {
        const { index, entry, checkpoint, final } = verifyBundle(parseProofBundle(evidence.value), trusted);
        met.push(checkpoint);
        return { final, facts: { index, entry, checkpoint: checkpointFacts(checkpoint) } };
      }
      case 'consistency': {
        const { first, second } = verifyConsistencyBundle(parseConsistencyBundle(evidence.value), trusted);
        met.push(first, second);
        return { facts: { first: checkpointFacts(first), second: checkpointFacts(second) } };
      }
      case 'document': {
        const signed = parseSignedDocument(evidence.value);
        const { digest, signedBy, inclusion, final } = verifyDocument(signed, trusted);
        if (inclusion !== undefined) met.push(inclusion.checkpoint);
        const place = inclusion === undefined ? {} : { index: inclusion.index, checkpoint: checkpointFacts(inclusion.checkpoint) };
        return { final, facts: { type: signed.document.type, digest, signedBy, ...place } };
      }
      case 'audit-package': {
        const { content, signedBy, checkpoint, entries } = verifyAuditPackage(parseSignedDocument(evidence.value), trusted);
        met.push(checkpoint);
        const facts = { period: content.period, filter: content.filter, entries: entries.length, gaps: content.gaps, signedBy };
        return { final: checkpoint.cosignedBy.length > 0, facts: { ...facts, checkpoint: checkpointFacts(checkpoint) } };
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
      const kept = verifyCheckpoint(evidence.note, trusted);
      for (const { copy, checkpoint } of copies) assertPrefixOfCopy(copy, checkpoint, kept);
    }
    return { facts: {} };
  });
  return rest.ok ? verdict : { ...verdict, ok: false, findings: rest.findings };
}

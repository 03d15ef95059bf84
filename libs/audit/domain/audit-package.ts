import { instant } from '#platform/http/schemas';
import { z } from 'zod';
import { canonicalJson, decodeBase64, type JsonObject, type SignedDocument, type TypedDocument, type VerifierKey } from '#kernel';
import { assertOwnLog, type VerifiedBundle, verifyDocument } from './bundle.js';
import { assertTimely, type VerifiedCheckpoint, verifyCheckpoint } from './checkpoint.js';
import { parseEntry } from './entry-text.js';
import { leafHash } from './merkle.js';
import { verifyInclusion } from './proof-verification.js';
import { refuse } from './refusals.js';

export const auditPackageType = 'opdomain.audit-package/v1';

/**
 * Evidence for an audit case (AUD-07): the chosen entries of a period, each provable under one checkpoint. Whoever signs it
 * vouches for the choice being complete; the tree vouches for every entry in it and for the size of the whole log.
 */
const auditPackage = z.strictObject({
  type: z.literal(auditPackageType),
  caseId: z.string(),
  issuedAt: instant,
  period: z.strictObject({ from: instant, until: instant }),
  /** What was asked for beside the period, by member of the entry. */
  filter: z.record(z.string(), z.string()),
  checkpoint: z.string(),
  entries: z.array(z.strictObject({ index: z.int().nonnegative(), entry: z.string(), inclusion: z.array(z.string()).max(64) })),
  /** What the package cannot show, said and not left out: e.g. entries of the period that no checkpoint covers yet. */
  gaps: z.array(z.strictObject({ what: z.string(), count: z.int().nonnegative() })),
});
export type AuditPackage = z.infer<typeof auditPackage>;

export const asDocument = (content: AuditPackage): TypedDocument => JSON.parse(canonicalJson(content)) as TypedDocument;

export interface VerifiedPackage {
  readonly content: AuditPackage;
  readonly signedBy: readonly string[];
  readonly checkpoint: VerifiedCheckpoint;
  readonly entries: readonly JsonObject[];
  /** It and the entries in it can no longer be taken out unnoticed: witnesses cosigned over both. */
  readonly final: boolean;
  /** The entry that issued the package itself; undefined while no checkpoint covers it. */
  readonly inclusion?: VerifiedBundle | undefined;
}

/** Verifies signature, checkpoint, every entry's place and that none is there twice. @throws Refusal naming what failed and where. */
export function verifyAuditPackage(signed: SignedDocument, trusted: readonly VerifierKey[]): VerifiedPackage {
  const { signedBy, inclusion } = verifyDocument(signed, trusted);
  const parsed = auditPackage.safeParse(signed.document);
  if (!parsed.success) throw refuse('audit.bundle-malformed', { path: `document.${parsed.error.issues[0]?.path.join('.') ?? ''}` });
  const checkpoint = verifyCheckpoint(parsed.data.checkpoint, trusted);
  assertOwnLog(signedBy, checkpoint);
  // It was issued when its checkpoint was there: its own entry cannot lie under that.
  if (inclusion !== undefined && inclusion.index < checkpoint.size)
    throw refuse('audit.package-before-checkpoint', { index: inclusion.index, size: checkpoint.size });
  let last = -1;
  const entries = parsed.data.entries.map(({ index, entry, inclusion }) => {
    if (index <= last) throw refuse('audit.entry-differs', { index });
    last = index;
    const path = inclusion.map((hash) => decodeBase64(hash) ?? new Uint8Array());
    const bytes = Buffer.from(entry, 'utf8');
    verifyInclusion(leafHash(bytes), index, checkpoint.size, path, checkpoint.root);
    const read = parseEntry(bytes, index);
    assertTimely(checkpoint, { after: read['recordedAt'] });
    return read;
  });
  const final = inclusion?.final === true && checkpoint.cosignedBy.length > 0;
  return { content: parsed.data, signedBy, checkpoint, entries, final, inclusion };
}

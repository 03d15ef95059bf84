import { z } from 'zod';

/** Configuration fragment of the audit log. */
export const auditConfig = z.strictObject({
  /** AUD-05: 5 years at least; a higher figure extends what is already kept, a lower one does not start. */
  retentionYears: z.number().int().min(5).max(100).default(5).describe('Years that audit entries are kept, 5 at least'),
  /** false where the audit administrator's key lies outside: then nothing is final before that witness sent its cosignature in. */
  heldWitness: z.boolean().default(true).describe("Whether the platform holds the audit administrator's witness key and cosigns by itself"),
  /** Of checkpoints that are cosigned by themselves, at most one in this time is also kept in the object store. */
  keepEverySeconds: z.number().int().min(0).max(3600).default(60),
  /** How often the sequencer looks for new entries. */
  sequenceEveryMs: z.number().int().min(50).max(60_000).default(500),
  /** AUD-04's published bound: an entry is in the tree and under a checkpoint within this time, else the board shows it failing. */
  boundSeconds: z.number().int().min(1).max(3600).default(30),
  /** More entries than this make the audit case to be asked for in parts. */
  caseEntries: z.number().int().min(1).max(100_000).default(10_000),
});
export type AuditConfig = z.infer<typeof auditConfig>;
export const AUDIT_CONFIG = Symbol('AuditConfig');

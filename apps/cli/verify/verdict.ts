import { auditProofRefusals } from '#audit/offline';
import { fill, proofRefusals, type Json, type JsonObject, Refusal, type RefusalCatalogue } from '#kernel';

/** What a file shows, for people and, as JSON, for programs. */
export interface Verdict {
  readonly file: string;
  readonly kind: Kind;
  readonly ok: boolean;
  /** Signed, in the log and cosigned by a trusted witness; undefined where it has no meaning. */
  readonly final?: boolean;
  /** What the checkpoints it rests on show; each holds only where all of them do. Undefined where there is none to ask. */
  readonly rests?: { readonly external: boolean; readonly sm2: boolean };
  readonly facts: JsonObject;
  readonly findings: readonly Finding[];
}
export const kinds = {
  entry: { zh: '审计记录', en: 'audit entry' },
  document: { zh: '文书', en: 'document' },
  'audit-package': { zh: '审计取证包', en: 'audit package' },
  'log-copy': { zh: '审计日志副本', en: 'copy of the log' },
  checkpoint: { zh: '检查点', en: 'checkpoint' },
  consistency: { zh: '一致性证明', en: 'consistency proof' },
} as const;
export type Kind = keyof typeof kinds;

export interface Finding {
  readonly code: string;
  readonly rule: { readonly 'zh-CN': string; readonly en: string };
  readonly satisfy: { readonly 'zh-CN': string; readonly en: string };
  readonly details: Readonly<Record<string, Json>>;
}

const catalogue: RefusalCatalogue = { ...proofRefusals, ...auditProofRefusals };

export function findingOf({ code, details }: Refusal): Finding {
  const text = catalogue[code];
  return {
    code,
    rule: { 'zh-CN': fill(text?.zh ?? code, details), en: fill(text?.en ?? code, details) },
    satisfy: { 'zh-CN': text?.satisfyZh ?? '', en: text?.satisfyEn ?? '' },
    details,
  };
}

/** Runs a check; what it refuses becomes a finding, anything else is a fault of ours and goes on. */
export function judge(
  file: string,
  kind: Kind,
  check: () => Omit<Verdict, 'file' | 'kind' | 'ok' | 'findings'> & { findings?: readonly Refusal[] },
): Verdict {
  try {
    const { findings = [], ...shown } = check();
    return { file, kind, ok: findings.length === 0, ...shown, findings: findings.map(findingOf) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { file, kind, ok: false, facts: {}, findings: [findingOf(error)] };
  }
}

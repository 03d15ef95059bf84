import { fill, Refusal, type Json, type RefusalCatalogue, type RefusalText } from '#kernel';

/** RFC 9457 problem details with our members: a stable code, the rule and what would satisfy it, in both languages. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly rule: { readonly 'zh-CN': string; readonly en: string };
  readonly satisfy: { readonly 'zh-CN': string; readonly en: string };
  readonly sources: readonly string[];
  readonly details: Readonly<Record<string, Json>>;
  readonly instance?: string;
}

const unknownFault: RefusalText = {
  status: 500,
  zh: '系统内部错误。',
  en: 'An internal error.',
  satisfyZh: '请以跟踪号联系平台运维。',
  satisfyEn: 'Give the trace id to the platform operator.',
};

/** A refusal as problem+json; anything else says nothing of itself but its trace. */
export function problemOf(error: unknown, catalogue: RefusalCatalogue, traceId?: string): Problem {
  const code = error instanceof Refusal && catalogue[error.code] !== undefined ? error.code : 'internal';
  const details = error instanceof Refusal && code !== 'internal' ? error.details : {};
  const text = catalogue[code] ?? unknownFault;
  return {
    type: `urn:opdomain:refusal:${code}`,
    title: fill(text.en, details),
    status: text.status,
    code,
    rule: { 'zh-CN': fill(text.zh, details), en: fill(text.en, details) },
    satisfy: { 'zh-CN': fill(text.satisfyZh, details), en: fill(text.satisfyEn, details) },
    sources: text.sources ?? [],
    details,
    ...(traceId === undefined ? {} : { instance: `urn:trace:${traceId}` }),
  };
}

/** The methods that a 405 names (RFC 9110 §10.2.1). */
export const allowOf = ({ status, details }: Problem): string | undefined =>
  status === 405 && Array.isArray(details['allowed']) ? details['allowed'].join(', ') : undefined;

/**
 * The challenge of a 401 (RFC 6750 §3): no error where no credential came, else `invalid_token` with what would satisfy it. Refusals with
 * another status get none: a fresh token would not help there.
 */
export function challengeOf({ status, code, details, satisfy }: Problem): string | undefined {
  if (status !== 401) return undefined;
  if (code === 'http.not-signed-in' && details['reason'] === undefined) return 'Bearer realm="opdomain"';
  // RFC 6750 allows printable ASCII without quote and backslash.
  const description = satisfy.en.replace(/[^\x20-\x7e]|["\\]/g, "'");
  return `Bearer realm="opdomain", error="invalid_token", error_description="${description}"`;
}

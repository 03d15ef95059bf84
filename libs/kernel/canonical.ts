/** A value that JSON can carry; what is digested, journalled or queued is one of these. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

const forbidden = /[\p{Surrogate}\p{Noncharacter_Code_Point}]/u;
/** Whether canonical JSON has this text: I-JSON (RFC 7493) knows neither lone surrogates nor noncharacters. */
export const hasCanonicalText = (text: string): boolean => !forbidden.test(text);

/**
 * Canonical JSON (RFC 8785): members sorted by UTF-16 code units, ECMAScript number form, no white space.
 * Members that are `undefined` are left out, as JSON.stringify does.
 * @throws RangeError for what I-JSON (RFC 7493) does not allow: NaN, infinities, lone surrogates, noncharacters.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError('a number that JSON cannot carry');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') {
    if (!hasCanonicalText(value)) throw new RangeError('a string with a lone surrogate or a noncharacter');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (typeof value === 'object') {
    const members = Object.entries(value as Record<string, unknown>).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${members.map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  throw new RangeError(`a ${typeof value} has no canonical JSON`);
}

/**
 * Patterns that SQL (RE2) and this process (ECMAScript, `u`) read alike: literals, classes, groups, greedy and lazy counts, `\d`, `\p{Han}`.
 * No look-around, no `\s`, `\w` or `\b`, whose sets differ.
 */
export type Pattern = string;

export const ecmascript = (pattern: Pattern): string => pattern.replaceAll(/\\([pP])\{Han\}/g, '\\$1{Script=Han}');
export const fullMatch = (pattern: Pattern): RegExp => new RegExp(`^(?:${ecmascript(pattern)})$`, 'u');
export const matchesFully = (pattern: Pattern, value: string): boolean => fullMatch(pattern).test(value);

/** SQL and this process trim spaces alone: what else counts as white space differs between them. */
export const trimSpaces = (value: string): string => value.replace(/^ +| +$/g, '');

/** What stands where a value does not have the form that its technique expects: it is never passed through. */
export const hidden = '***';

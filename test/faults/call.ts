import { createHash } from 'node:crypto';

/** The applications, of each of which a run may have several. */
export const roles = ['api', 'worker', 'operator'] as const;
export type Role = (typeof roles)[number];

export const dependencies = ['database', 'keys', 'objects', 'cluster', 'bell', 'issuer'] as const;
export type Dependency = (typeof dependencies)[number];

/** One call that leaves a process. Calls of one shape differ in their values alone, and count as equivalent. */
export interface Call {
  readonly role: Role;
  readonly dependency: Dependency;
  /** What is asked, without the values: the statement, or method and path. Never a value of a person. */
  readonly shape: string;
}

/** Calls of one shape, by a name that is short and stays the same from run to run. */
export const groupOf = ({ role, dependency, shape }: Call): string =>
  `${role}/${dependency}/${createHash('sha256').update(shape).digest('hex').slice(0, 10)}`;

const longest = 220;
const short = (text: string): string =>
  text.length <= longest ? text : `${text.slice(0, longest)}… ${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;

/** A statement without its literals; lists of places, of any length, count as one. */
export function shapeOfStatement(sql: string): string {
  const plain = sql
    .replaceAll(/'(?:[^']|'')*'/g, '?')
    .replaceAll(/\b\d+\b/g, '?')
    .replaceAll(/\$\?/g, '$')
    .replaceAll(/\$\d+/g, '$')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const listed = plain.replaceAll(
    /\((?:\s*(?:\$|\?|DEFAULT)(?:::\w+(?:\[\])?)?\s*,?)+\)(?:\s*,\s*\((?:\s*(?:\$|\?|DEFAULT)(?:::\w+(?:\[\])?)?\s*,?)+\))*/g,
    '(…)',
  );
  return short(listed);
}

const names: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '*'],
  [/opd-[0-9a-f]+-(?:dev|prod)-[0-9a-f]+/g, 'opd-*'],
  [/\b[0-9a-f]{8,}\b/g, '*'],
  [/\d+/g, '*'],
];

/** Method and path of an HTTP request without ids, numbers and the values of its query. */
export function shapeOfRequest(method: string, target: string): string {
  const [path = '', query = ''] = target.split('?');
  const plain = names.reduce((text, [what, by]) => text.replaceAll(what, by), decodeURIComponent(path));
  const asked = [...new Set(query.split('&').map((pair) => pair.split('=')[0] ?? ''))].filter(Boolean).sort();
  return short(`${method} ${plain}${asked.length === 0 ? '' : `?${asked.join('&')}`}`);
}

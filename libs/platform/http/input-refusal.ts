import type { Refusal } from '#kernel';
import { refuse } from './refusals.js';

/** PostgreSQL's `foreign_key_violation`. */
const noSuchRow = '23503';
/** PostgreSQL's `invalid_text_representation`, `character_not_in_repertoire`, `untranslatable_character`: text that names nothing here. */
const notReadable = ['22P02', '22021', '22P05'];

const invalid = (path: string, rule: string, message: string): Refusal =>
  refuse('http.invalid-input', { problems: [{ path, rule, message }] });

/**
 * What PostgreSQL's refusal of a value that came from outside is answered with: `http.no-such-reference` naming the members that point at
 * nothing, `http.invalid-input` for text of another kind. A row that something else still points at is no caller's fault, and stays one of ours.
 */
export function inputRefusal(error: unknown): Refusal | undefined {
  const { code, detail } = (error ?? {}) as { code?: unknown; detail?: unknown };
  if (typeof code !== 'string') return undefined;
  if (notReadable.includes(code)) return invalid('request', 'format', 'not one of ours');
  if (code !== noSuchRow) return undefined;
  const columns = /^Key \(([\w, ]+)\)=\(.*\) is not present in table/s.exec(String(detail))?.[1]?.split(', ');
  return columns === undefined ? undefined : refuse('http.no-such-reference', { fields: columns.map(memberOf) });
}

/** A column as the API calls it. */
const memberOf = (column: string): string => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

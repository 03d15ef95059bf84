/** Statements that one process gives names to: a connection keeps what it has prepared, some tens of kilobytes each. */
const most = 400;
/** Lists of changing length would go on for ever: what was met a few times only is not prepared. */
const fromTimes = 3;

/** Times each statement was met, up to the one that gave it its name. */
const met = new Map<string, number>();
const names = new Map<string, string>();

function nameOf(sql: string): string | undefined {
  const name = names.get(sql);
  if (name !== undefined || names.size === most) return name;
  const times = (met.get(sql) ?? 0) + 1;
  if (times < fromTimes && met.size < 4 * most) met.set(sql, times);
  if (times < fromTimes) return undefined;
  met.delete(sql);
  const given = `s${String(names.size)}`;
  names.set(sql, given);
  return given;
}

/**
 * A statement with parameters that comes again, under a name: PostgreSQL reads it once a connection and not each time, which is a good part
 * of a short one's cost. @param asked as pg's `query` takes it
 */
export function prepared([sql, values, ...more]: readonly unknown[]): readonly unknown[] {
  const name = typeof sql === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(sql) : undefined;
  return name === undefined ? [sql, values, ...more] : [{ name, text: sql, values: values as unknown[] }, ...more];
}

/**
 * A table has changed since the statement was prepared, which PostgreSQL says of each use from then on: the connection ends, and the next
 * one prepares it anew.
 */
export const isOutdated = (fault: unknown): boolean =>
  fault instanceof Error && (fault as { readonly code?: unknown }).code === '0A000' && fault.message.includes('cached plan');

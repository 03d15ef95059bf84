/** Columns that a query reads, by table. */
export type ColumnsRead = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What the binder says that a query reads, from `json_serialize_plan`'s answer: every scan's columns, wherever it stands. A row taken as a
 * whole, or `*`, is every column of it. This is the second line's own reading: the analysis of the code takes no part in it.
 */
export function columnsRead(answer: string): ColumnsRead {
  const found = new Map<string, Set<string>>();
  const left: unknown[] = [JSON.parse(answer)];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const node = next as Readonly<Record<string, unknown>>;
    if (node['type'] === 'LOGICAL_GET') note(node, found);
    left.push(...Object.values(node).filter((one) => one !== undefined));
  }
  return found;
}

function note(node: Readonly<Record<string, unknown>>, found: Map<string, Set<string>>): void {
  const data = node['function_data'] as { readonly table?: unknown } | null | undefined;
  const table = data?.table;
  const names = node['names'];
  const indexes = node['column_indexes'];
  if (typeof table !== 'string' || !Array.isArray(names)) return;
  const columns = found.get(table) ?? new Set();
  found.set(table, columns);
  // What cannot be read is taken for all of them.
  const read = Array.isArray(indexes)
    ? indexes.map((one) => (one as { readonly index?: unknown } | null)?.index)
    : names.map((_, at) => at);
  for (const at of read) {
    const name: unknown = typeof at === 'number' ? names[at] : undefined;
    if (typeof name === 'string') columns.add(name);
    else if (typeof at !== 'number') for (const every of names) columns.add(String(every));
  }
}

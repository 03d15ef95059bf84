/** DuckDB's `json_serialize_sql`, as far as lineage reads it. Everything is optional: what is not understood is taken for the worst. */
export interface Node {
  readonly class?: string;
  readonly type?: string;
  readonly alias?: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
export const node = (value: unknown): Node | undefined => (isNode(value) ? value : undefined);
export const nodes = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);
export const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Expressions directly below an expression, wherever its kind keeps them. */
export const childrenOf = (expression: Node): readonly Node[] =>
  Object.entries(expression).flatMap(([key, value]) => (key === 'subquery' ? [] : expressionsIn(value)));

function expressionsIn(value: unknown): readonly Node[] {
  if (isNode(value)) return 'class' in value ? [value] : nodes(value['orders']).flatMap(childrenOf);
  return nodes(value).flatMap((item) => ('class' in item ? [item] : childrenOf(item)));
}

/** Two expressions that read the same, wherever they stand. */
export const shape = (expression: Node): string =>
  JSON.stringify(expression, (key, value: unknown) => (key === 'query_location' || key === 'alias' ? undefined : value));

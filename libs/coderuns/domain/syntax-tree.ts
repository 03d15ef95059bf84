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

/**
 * Numbers expressions so that two that read the same, wherever they stand, have the same number. Each part is read once: a text of the
 * whole at every level would cost its size times its depth.
 */
export class Shapes {
  private readonly numbers = new Map<string, number>();
  private readonly known = new WeakMap<object, number>();

  of(expression: Node): number {
    const known = this.known.get(expression);
    if (known !== undefined) return known;
    const number = this.numbered(
      Object.entries(expression)
        .filter(([key]) => key !== 'query_location' && key !== 'alias')
        .map(([key, value]) => `${JSON.stringify(key)}:${this.part(value)}`)
        .join(','),
    );
    this.known.set(expression, number);
    return number;
  }

  private part(value: unknown): string {
    if (Array.isArray(value)) return `[${String(this.numbered(value.map((item) => this.part(item)).join(',')))}]`;
    return isNode(value) ? `{${String(this.of(value))}}` : value === undefined ? '' : JSON.stringify(value);
  }
  private numbered(form: string): number {
    const number = this.numbers.get(form) ?? this.numbers.size;
    this.numbers.set(form, number);
    return number;
  }
}

/** Everything below a value, whatever it is: each node once, without recursion. */
export function* everyNode(value: unknown): Generator<Node> {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (Array.isArray(one)) for (let i = one.length - 1; i >= 0; i--) left.push(one[i]);
    else if (isNode(one)) {
      yield one;
      for (const member of Object.values(one).reverse()) left.push(member);
    }
  }
}

/** How many objects a tree has, and how deep objects and lists stand in one another: a level of expressions takes two, a subquery about five. */
export function sizeOf(tree: unknown): { readonly nodes: number; readonly depth: number } {
  let depth = 0;
  let count = 0;
  const left: (readonly [value: unknown, depth: number])[] = [[tree, 1]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value, at] = next;
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) count++;
    depth = Math.max(depth, at);
    for (const member of Object.values(value)) left.push([member, at + 1]);
  }
  return { nodes: count, depth };
}

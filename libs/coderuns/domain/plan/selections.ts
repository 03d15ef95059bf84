import { sqlName } from '#kernel';
import { Compiler, type Facts } from './compile.js';
import { withConditionsInPlace } from './condition-places.js';
import { replaced, withOpenTablesInPlace } from './inline.js';
import { refuse } from '../refusals.js';
import { operandsOf } from './shape.js';
import { column, textOf } from './sql-text.js';
import { isOpen, widthOf, type Expression, type Relation } from './tree.js';

/** What a code says of whom: by what its constants come to, and by its conditions over the rows of one input. Both as SQL. */
export interface Selections {
  /** SELECTs of one column of texts: constants however they are written, and values of rows that the code itself writes out. */
  readonly constants: readonly string[];
  /** Over an input's own columns. */
  readonly conditions: readonly { readonly table: string; readonly sql: string }[];
}

/** Each is looked up in the data. */
const most = 256;
/** Of rows that the code writes out: a list that is longer singles nobody out. */
const mostValues = 64;
/** Expressions read as a whole, with what stands in their columns' places. */
const mostRead = 500_000;

/** Where a column of some relation comes from: a column of an input, of rows that the code writes out, or it cannot be told. */
type Leaf = { readonly of: 'input' | 'open' | 'unknown'; readonly node: Relation; readonly at: number };
/** What each column of a relation is, over leaves; and what its rows are chosen by. */
interface Traced {
  readonly columns: readonly Expression[];
  readonly chosen: readonly Expression[];
}

/** The selections of a bound query, the widest conditions first. */
export function selectionsOf(relation: Relation, facts: Facts): Selections {
  const tracing = new Tracing();
  tracing.trace(withOpenTablesInPlace(relation));
  return tracing.found(facts);
}

class Tracing {
  private readonly leaves: Leaf[] = [];
  private readonly numbers = new Map<string, Expression>();
  private readonly nodes = new Map<Relation, number>();
  private readonly constants = new Map<string, Expression>();
  private readonly conditions = new Map<string, Expression>();
  private readonly leavesRead = new WeakMap<Expression, readonly Leaf[]>();
  private readonly sizes = new WeakMap<Expression, number>();
  private read = 0;

  trace(relation: Relation, common: ReadonlyMap<number, Traced> = new Map()): Traced {
    const traced = this.traced(relation, common);
    // Rows that the code itself writes out, whatever it makes of them; one row of constants stands where its columns are read.
    const written = isOpen(relation) && traced.columns.some((one) => this.leavesOf(one).length > 0);
    return written ? this.fresh('open', relation) : traced;
  }

  private traced(relation: Relation, common: ReadonlyMap<number, Traced>): Traced {
    const below = (of: Relation): Traced => this.trace(of, common);
    switch (relation.is) {
      case 'input':
        return this.fresh('input', relation);
      case 'values': {
        for (const row of relation.rows) for (const one of row) this.note(one);
        const [only, ...more] = relation.rows;
        return only === undefined || more.length > 0 ? this.fresh('open', relation) : { columns: only, chosen: [] };
      }
      case 'series':
        return this.fresh('open', relation);
      case 'filter': {
        const placed = withConditionsInPlace(relation);
        if (placed.is !== 'filter') return below(placed);
        const from = below(placed.from);
        const by = placed.where.map((one) => replaced(one, from.columns));
        for (const one of by) this.note(one, from.chosen, true);
        return { columns: from.columns, chosen: [...from.chosen, ...by] };
      }
      case 'project': {
        const from = below(relation.from);
        const columns = relation.columns.map((one) => replaced(one, from.columns));
        for (const one of columns) this.note(one, from.chosen);
        return { columns, chosen: from.chosen };
      }
      case 'group': {
        const from = below(relation.from);
        const keys = relation.keys.map((one) => replaced(one, from.columns));
        for (const one of keys) this.note(one, from.chosen);
        for (const { of, filter } of relation.measures) {
          const asked = filter === undefined ? [] : [replaced(filter, from.columns)];
          for (const one of asked) this.note(one, from.chosen, true);
          for (const one of of) this.note(replaced(one, from.columns), [...from.chosen, ...asked]);
        }
        const rest = this.fresh('unknown', relation).columns.slice(keys.length);
        return { columns: [...keys, ...rest], chosen: from.chosen };
      }
      case 'window': {
        const from = below(relation.from);
        for (const { of, partitions, orders } of relation.windows)
          for (const one of [...of, ...partitions, ...orders.map(({ by }) => by)]) this.note(replaced(one, from.columns), from.chosen);
        const rest = this.fresh('unknown', relation).columns.slice(from.columns.length);
        return { columns: [...from.columns, ...rest], chosen: from.chosen };
      }
      case 'join':
        return this.joined(relation, below(relation.left), below(relation.right));
      case 'set':
        for (const one of relation.of) below(one);
        return this.fresh('unknown', relation);
      case 'distinct':
      case 'limit':
        return below(relation.from);
      case 'order': {
        const from = below(relation.from);
        for (const { by } of relation.by) this.note(replaced(by, from.columns), from.chosen);
        return from;
      }
      case 'common':
        return this.trace(relation.from, new Map([...common, [relation.number, below(relation.table)]]));
      case 'common-table':
        return common.get(relation.number) ?? this.fresh('unknown', relation);
    }
  }

  private joined(relation: Extract<Relation, { is: 'join' }>, left: Traced, right: Traced): Traced {
    const on = relation.on.map((one): Expression => ({
      is: 'compare',
      by: one.by,
      of: [replaced(one.left, left.columns), replaced(one.right, right.columns)],
    }));
    const chosen = [...left.chosen, ...right.chosen];
    for (const one of on) this.note(one, chosen, true);
    if (relation.kind === 'SEMI' || relation.kind === 'ANTI') return { columns: left.columns, chosen: [...left.chosen, ...on] };
    if (relation.kind === 'MARK') return { columns: [...left.columns, ...on.slice(0, 1)], chosen: left.chosen };
    return { columns: [...left.columns, ...right.columns], chosen: relation.kind === 'INNER' ? [...chosen, ...on] : chosen };
  }

  /** @param asks whether it is true or false by where it stands */
  private note(of: Expression, chosen: readonly Expression[] = [], asks = false): void {
    const leaves = this.leavesOf(of);
    const [first, ...others] = leaves;
    if (leaves.every((leaf) => leaf.of === 'open')) {
      this.keep(this.constants, of);
      return;
    }
    const isCondition = asks || of.is === 'compare' || (of.is === 'logic' && of.by !== 'COALESCE');
    if (isCondition && first?.of === 'input' && others.length === 0) {
      this.keep(this.conditions, of);
      const before = chosen.filter((one) => this.leavesOf(one).every(({ node }) => node === first.node));
      if (before.length > 0) this.keep(this.conditions, { is: 'logic', by: 'AND', of: [...before, of] });
    }
    if (of.is === 'case') {
      for (const [when, then] of of.when) {
        this.note(when, chosen, true);
        this.note(then, chosen, asks);
      }
      this.note(of.otherwise, chosen, asks);
      return;
    }
    const passes = of.is === 'logic' && (joining.has(of.by) || (of.by === 'COALESCE' && asks));
    for (const one of operandsOf(of)) this.note(one, chosen, passes);
  }
  private keep(of: Map<string, Expression>, one: Expression): void {
    this.read += this.sizeOf(one);
    if (this.read > mostRead) throw refuse('coderuns.code-too-complex');
    const text = JSON.stringify(one);
    // What the binder puts where a subquery gives several rows cannot be tried.
    of.set(text, text.includes('"name":"error"') ? (JSON.parse(text, withoutErrors) as Expression) : one);
  }

  /** One leaf for each relation that the expression's leaves are of. Expressions stand in many places: each is read once. */
  private leavesOf(of: Expression): readonly Leaf[] {
    const known = this.leavesRead.get(of);
    if (known !== undefined) return known;
    const own = of.is === 'column' ? this.leaves.slice(of.at, of.at + 1) : operandsOf(of).flatMap((one) => this.leavesOf(one));
    const found = [...new Map(own.map((leaf) => [leaf.node, leaf])).values()];
    this.leavesRead.set(of, found);
    return found;
  }
  private sizeOf(of: Expression): number {
    const known = this.sizes.get(of) ?? operandsOf(of).reduce((sum, one) => sum + this.sizeOf(one), 1);
    this.sizes.set(of, known);
    return known;
  }

  private fresh(of: Leaf['of'], node: Relation): Traced {
    const number = this.nodes.get(node) ?? this.nodes.size;
    this.nodes.set(node, number);
    const columns = Array.from({ length: widthOf(node) }, (_, at): Expression => {
      const key = `${String(number)} ${String(at)}`;
      const known = this.numbers.get(key) ?? { is: 'column', at: this.leaves.push({ of, node, at }) - 1 };
      this.numbers.set(key, known);
      return known;
    });
    return { columns, chosen: [] };
  }

  found(facts: Facts): Selections {
    const conditions = [...this.conditions.values()].sort((a, b) => this.sizeOf(b) - this.sizeOf(a));
    return {
      constants: [...this.constants.values()].slice(0, most).map((one) => this.valuesOf(one, facts)),
      conditions: conditions.slice(0, most).flatMap((one) => {
        const [leaf] = this.leavesOf(one);
        return leaf?.node.is === 'input' && facts.releases?.lists.has(leaf.node.table) !== true
          ? [{ table: leaf.node.table, sql: textOf(one, (at) => this.inputColumn(at)) }]
          : [];
      }),
    };
  }
  private inputColumn(at: number): string {
    const leaf = this.leaves[at];
    const name = leaf?.node.is === 'input' ? leaf.node.columns[leaf.at] : undefined;
    return name === undefined || name === '' ? 'NULL' : sqlName(name);
  }
  /** The values of an expression over rows that the code writes out, where there are any. */
  private valuesOf(of: Expression, facts: Facts): string {
    const nodes = this.leavesOf(of).map(({ node }) => node);
    const compiler = new Compiler(facts);
    const names = nodes.map((node) => compiler.compile(node).name);
    const text = textOf(of, (at) => {
      const leaf = this.leaves[at];
      return leaf === undefined ? 'NULL' : `${names[nodes.indexOf(leaf.node)] ?? ''}.${column(leaf.at)}`;
    });
    const value = `SELECT CAST(TRY(${text}) AS VARCHAR) AS v`;
    return names.length === 0 ? value : compiler.tables.over(`${value} FROM ${names.join(', ')} LIMIT ${String(mostValues)}`);
  }
}
const withoutErrors = (_member: string, value: unknown): unknown =>
  (value as { readonly name?: unknown } | null)?.name === 'error' ? { is: 'constant', sql: 'NULL' } : value;
const joining: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT']);

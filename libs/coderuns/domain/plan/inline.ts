import { childrenOf, isOpen, type Expression, type Measure, type Relation } from './tree.js';

type Group = Extract<Relation, { is: 'group' }>;

/**
 * A group over columns that were computed just below it, as a group that computes them itself: what a measure adds up is then read as a
 * whole, however its parts were named on the way. What is below may be a projection or a filter over one, any number of times.
 */
export function inlined(group: Group): Group {
  const { from } = group;
  if (from.is === 'project') return inlined(over(group, from.columns, from.from));
  if (from.is === 'filter' && from.from.is === 'project') {
    const { columns, from: below } = from.from;
    return inlined(over(group, columns, { is: 'filter', from: below, where: from.where.map((one) => replaced(one, columns)) }));
  }
  return group;
}

const over = (group: Group, columns: readonly Expression[], from: Relation): Group => ({
  ...group,
  from,
  keys: group.keys.map((key) => replaced(key, columns)),
  measures: group.measures.map((one): Measure => {
    const { filter, ...measure } = one;
    const of = one.of.map((each) => replaced(each, columns));
    return { ...measure, of, ...(filter === undefined ? {} : { filter: replaced(filter, columns) }) };
  }),
});

/** The expression where each column is what is computed for it. */
export function replaced(of: Expression, columns: readonly Expression[]): Expression {
  const inner = (one: Expression): Expression => replaced(one, columns);
  switch (of.is) {
    case 'column':
      return columns[of.at] ?? of;
    case 'constant':
      return of;
    case 'cast':
      return { ...of, of: inner(of.of) };
    case 'compare':
      return { ...of, of: [inner(of.of[0]), inner(of.of[1])] };
    case 'call':
    case 'logic':
      return { ...of, of: of.of.map(inner) };
    case 'case':
      return { ...of, when: of.when.map(([when, then]) => [inner(when), inner(then)] as const), otherwise: inner(of.otherwise) };
  }
}

/** Common tables that are read once stand where they are read. */
export function withTablesInPlace(relation: Relation): Relation {
  const below = mapped(relation, withTablesInPlace);
  if (below.is !== 'common' || readings(below.from, below.number) !== 1) return below;
  return put(below.from, below.number, below.table);
}

/** Common tables of rows that the code itself writes out stand wherever they are read. */
export function withOpenTablesInPlace(relation: Relation): Relation {
  const below = mapped(relation, withOpenTablesInPlace);
  return below.is === 'common' && isOpen(below.table) ? put(below.from, below.number, below.table) : below;
}

const readings = (of: Relation, number: number): number =>
  of.is === 'common-table' ? Number(of.number === number) : childrenOf(of).reduce((sum, one) => sum + readings(one, number), 0);
const put = (of: Relation, number: number, table: Relation): Relation =>
  of.is === 'common-table' && of.number === number ? table : mapped(of, (one) => put(one, number, table));

function mapped(of: Relation, by: (one: Relation) => Relation): Relation {
  switch (of.is) {
    case 'input':
    case 'values':
    case 'series':
    case 'common-table':
      return of;
    case 'join':
      return { ...of, left: by(of.left), right: by(of.right) };
    case 'set':
      return { ...of, of: [by(of.of[0]), by(of.of[1])] };
    case 'common':
      return { ...of, table: by(of.table), from: by(of.from) };
    default:
      return { ...of, from: by(of.from) };
  }
}

import { refuse } from '../refusals.js';
import { listedFor, series } from './functions.js';
import { isBound, nothingIn, part, parts, positions, unlisted, whole, word, type Bound } from './json.js';
import { comparisonOf, literal, readExpression, readMeasure, readOrder, readWindow } from './read-expression.js';
import { widthOf, type JoinKind, type Relation } from './tree.js';

/** What the code may read: its inputs' columns by table name. */
export type Inputs = ReadonlyMap<string, readonly string[]>;

interface Room {
  readonly inputs: Inputs;
  /** Widths of the common tables around, by number. */
  readonly common: ReadonlyMap<number, number>;
}

const kinds: ReadonlySet<string> = new Set<JoinKind>(['INNER', 'LEFT', 'RIGHT', 'FULL', 'SEMI', 'ANTI', 'MARK']);

/**
 * Reads the plan of one SELECT as `json_serialize_plan` of DuckDB gives it, unoptimised. Every operator, function, type and option that is
 * not listed for exactly this version is refused by name.
 * @param version name and version of the engine that bound it, e.g. `duckdb 1.5.6`
 * @throws Refusal `coderuns.operator-not-allowed`, `coderuns.function-not-allowed`, `coderuns.unknown-table`
 */
export function readPlan(plan: Bound, inputs: Inputs, version: string): Relation {
  if (version !== listedFor && !version.startsWith(`${listedFor}-`))
    throw refuse('coderuns.engine-not-listed', { version, listed: listedFor });
  return relation(plan, { inputs, common: new Map() });
}

function relation(of: Bound, room: Room): Relation {
  const children = parts(of, 'children');
  const below = (at = 0): Relation => {
    const child = children[at];
    if (child === undefined) throw unlisted(of['type']);
    return relation(child, room);
  };
  switch (of['type']) {
    case 'LOGICAL_GET':
      return get(of, children, room);
    case 'LOGICAL_DUMMY_SCAN':
      return { is: 'values', rows: [[]] };
    case 'LOGICAL_EMPTY_RESULT':
      throw unlisted(of['type']);
    case 'LOGICAL_EXPRESSION_GET':
      return { is: 'values', rows: rowsOf(of) };
    case 'LOGICAL_FILTER':
      nothingIn(of, 'projection_map');
      return { is: 'filter', from: below(), where: parts(of, 'expressions').map(readExpression) };
    case 'LOGICAL_PROJECTION':
      return { is: 'project', from: below(), columns: parts(of, 'expressions').map(readExpression) };
    case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
      return group(of, below());
    case 'LOGICAL_WINDOW':
      return { is: 'window', from: below(), windows: parts(of, 'expressions').map(readWindow) };
    case 'LOGICAL_CROSS_PRODUCT':
      return { is: 'join', kind: 'INNER', left: below(0), right: below(1), on: [] };
    case 'LOGICAL_COMPARISON_JOIN':
      return join(of, below(0), below(1));
    case 'LOGICAL_UNION':
    case 'LOGICAL_EXCEPT':
    case 'LOGICAL_INTERSECT':
      return {
        is: 'set',
        by: of['type'].slice('LOGICAL_'.length) as 'UNION',
        all: of['setop_all'] === true,
        of: [below(0), below(1)],
      };
    case 'LOGICAL_DISTINCT':
      if (of['distinct_type'] !== 'DISTINCT') throw unlisted('DISTINCT ON');
      return { is: 'distinct', from: below() };
    case 'LOGICAL_ORDER_BY':
      nothingIn(of, 'projections');
      return { is: 'order', from: below(), by: parts(of, 'orders').map(readOrder) };
    case 'LOGICAL_LIMIT':
      return { is: 'limit', from: below(), rows: countOf(part(of, 'limit_val')), skip: countOf(part(of, 'offset_val')) };
    case 'LOGICAL_MATERIALIZED_CTE': {
      const number = whole(of, 'table_index');
      const table = below(0);
      const from = children[1];
      if (from === undefined) throw unlisted(of['type']);
      return {
        is: 'common',
        number,
        table,
        from: relation(from, { ...room, common: new Map([...room.common, [number, widthOf(table)]]) }),
      };
    }
    case 'LOGICAL_CTE_REF': {
      const number = whole(of, 'cte_index');
      const width = room.common.get(number);
      if (width === undefined || of['is_recurring'] === true) throw unlisted('RECURSIVE CTE');
      return { is: 'common-table', number, width };
    }
    default:
      throw unlisted(of['type']);
  }
}

/** Virtual columns, the row's number among them, which stands also where no column is read: nothing may refer to it. */
const virtual = /^1844674407370955161\d$/;

function get(of: Bound, children: readonly Bound[], { inputs }: Room): Relation {
  const name = word(of, 'name');
  if (series.has(name) && children.length === 0) {
    nothingIn(of, 'named_parameters');
    return { is: 'series', name, bounds: parts(of, 'parameters').map((value) => ({ is: 'constant', sql: literal(value) })) };
  }
  if (name !== 'seq_scan' || children.length > 0) throw refuse('coderuns.function-not-allowed', { function: name.slice(0, 60) });
  const table = word(part(of, 'function_data'), 'table');
  const known = inputs.get(table);
  if (known === undefined) throw refuse('coderuns.unknown-table', { table: table.slice(0, 60) });
  nothingIn(of, 'projection_ids', 'projected_input');
  const extra = of['extra_info'];
  if (isBound(extra)) nothingIn(extra, 'sample_options', 'file_filters_');
  const names = of['names'];
  const columns = parts(of, 'column_indexes').map((column) => {
    nothingIn(column, 'child_indexes');
    if (virtual.test(String(column['index']))) return '';
    const found = Array.isArray(names) ? (names[whole(column, 'index')] as unknown) : undefined;
    if (typeof found !== 'string' || !known.includes(found)) throw unlisted('rowid');
    return found;
  });
  return { is: 'input', table, columns };
}

const rowsOf = (of: Bound) => {
  const rows = of['expressions'];
  if (!Array.isArray(rows)) throw unlisted(of['type']);
  return rows.map((row: unknown) => {
    if (!Array.isArray(row) || !row.every(isBound)) throw unlisted(of['type']);
    return row.map(readExpression);
  });
};

function group(of: Bound, from: Relation): Relation {
  const keys = parts(of, 'groups').map(readExpression);
  const sets = Array.isArray(of['grouping_sets']) ? of['grouping_sets'].map(positions) : [];
  const all = keys.map((_, at) => at);
  const groupings = Array.isArray(of['grouping_functions']) ? of['grouping_functions'].map(positions) : [];
  const measures = parts(of, 'expressions').map(readMeasure);
  if (new Set(sets.map((set) => [...set].sort().join())).size < sets.length) throw unlisted('GROUPING SETS twice');
  return { is: 'group', from, keys, sets: sets.length === 0 ? [all] : sets, measures, groupings };
}

function join(of: Bound, left: Relation, right: Relation): Relation {
  const kind = word(of, 'join_type');
  if (!kinds.has(kind)) throw unlisted(`${kind} JOIN`);
  nothingIn(of, 'left_projection_map', 'right_projection_map', 'predicate', 'expressions');
  return {
    is: 'join',
    kind: kind as JoinKind,
    left,
    right,
    on: parts(of, 'conditions').map((condition) => ({
      left: readExpression(part(condition, 'left')),
      by: comparisonOf(condition['comparison']),
      right: readExpression(part(condition, 'right')),
    })),
  };
}

function countOf(value: Bound): number | null {
  if (value['type'] === 'UNSET') return null;
  if (value['type'] !== 'CONSTANT_VALUE') throw unlisted('LIMIT %');
  return whole(value, 'constant_integer');
}

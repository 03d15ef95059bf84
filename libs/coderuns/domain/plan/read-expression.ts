import { sqlText } from '#kernel';
import { refuse } from '../refusals.js';
import { kindOf, scalars, single, windowFunctions } from './functions.js';
import { isBound, nothingIn, part, parts, unlisted, whole, word, type Bound } from './json.js';
import type { Comparison, Expression, Logic, Measure, Order, WindowMeasure } from './tree.js';

const comparisons: ReadonlyMap<string, Comparison> = new Map([
  ['COMPARE_EQUAL', '='],
  ['COMPARE_NOTEQUAL', '<>'],
  ['COMPARE_LESSTHAN', '<'],
  ['COMPARE_LESSTHANOREQUALTO', '<='],
  ['COMPARE_GREATERTHAN', '>'],
  ['COMPARE_GREATERTHANOREQUALTO', '>='],
  ['COMPARE_NOT_DISTINCT_FROM', 'IS NOT DISTINCT FROM'],
  ['COMPARE_DISTINCT_FROM', 'IS DISTINCT FROM'],
]);
const logics: ReadonlyMap<string, Logic> = new Map([
  ['CONJUNCTION_AND', 'AND'],
  ['CONJUNCTION_OR', 'OR'],
  ['OPERATOR_NOT', 'NOT'],
  ['OPERATOR_IS_NULL', 'IS NULL'],
  ['OPERATOR_IS_NOT_NULL', 'IS NOT NULL'],
  ['COMPARE_IN', 'IN'],
  ['COMPARE_NOT_IN', 'NOT IN'],
  ['OPERATOR_COALESCE', 'COALESCE'],
]);
/** What DuckDB puts where a subquery used as a value gave more than one row. */
const onlyOneRow = 'More than one row returned by a subquery used as an expression';

export function comparisonOf(type: unknown): Comparison {
  const found = comparisons.get(String(type));
  if (found === undefined) throw unlisted(type);
  return found;
}

/** @throws Refusal `coderuns.operator-not-allowed`, `coderuns.function-not-allowed` */
export function readExpression(of: Bound): Expression {
  const inner = (member: string): Expression[] => parts(of, member).map(readExpression);
  switch (of['expression_class']) {
    case 'BOUND_REF':
      return { is: 'column', at: whole(of, 'index') };
    case 'BOUND_CONSTANT':
      return { is: 'constant', sql: literal(part(of, 'value')) };
    case 'BOUND_CAST':
      return { is: 'cast', of: readExpression(part(of, 'child')), type: typeName(part(of, 'return_type')), tries: of['try_cast'] === true };
    case 'BOUND_COMPARISON':
      return { is: 'compare', by: comparisonOf(of['type']), of: [readExpression(part(of, 'left')), readExpression(part(of, 'right'))] };
    case 'BOUND_CONJUNCTION':
    case 'BOUND_OPERATOR': {
      const by = logics.get(word(of, 'type'));
      if (by === undefined) throw unlisted(of['type']);
      return { is: 'logic', by, of: inner('children') };
    }
    case 'BOUND_FUNCTION':
      return readCall(of, inner('children'));
    case 'BOUND_CASE': {
      const when = parts(of, 'case_checks').map(
        (check) => [readExpression(part(check, 'when_expr')), thenOf(part(check, 'then_expr'))] as const,
      );
      return { is: 'case', when, otherwise: readExpression(part(of, 'else_expr')) };
    }
    case 'BOUND_BETWEEN': {
      const [input, lower, upper] = ['input', 'lower', 'upper'].map((member) => readExpression(part(of, member))) as [
        Expression,
        Expression,
        Expression,
      ];
      const from = { is: 'compare', by: of['lower_inclusive'] === true ? '>=' : '>', of: [input, lower] } as const;
      const to = { is: 'compare', by: of['upper_inclusive'] === true ? '<=' : '<', of: [input, upper] } as const;
      return { is: 'logic', by: 'AND', of: [from, to] };
    }
    default:
      throw unlisted(of['expression_class']);
  }
}

/** The binder's own `error` is let through with its own text; written in the code it is not listed. */
function thenOf(then: Bound): Expression {
  const [said] = then['expression_class'] === 'BOUND_FUNCTION' && then['name'] === 'error' ? parts(then, 'children') : [];
  const text = said === undefined ? undefined : readExpression(said);
  return text?.is === 'constant' && text.sql.startsWith(`'${onlyOneRow}`)
    ? { is: 'call', name: 'error', of: [text] }
    : readExpression(then);
}

function readCall(of: Bound, children: readonly Expression[]): Expression {
  const name = word(of, 'name');
  const ours = ['', 'main'].includes(String(of['schema_name'])) && ['', 'system'].includes(String(of['catalog_name']));
  if (!ours || !scalars.has(name)) throw refuse('coderuns.function-not-allowed', { function: name.slice(0, 60) });
  return { is: 'call', name, of: children };
}

export function readMeasure(of: Bound): Measure {
  const name = word(of, 'name');
  if (kindOf(name) === undefined && name !== single) throw refuse('coderuns.function-not-allowed', { function: name.slice(0, 60) });
  const filters = isBound(of['filter']) ? [readExpression(of['filter'])] : [];
  if (conditionsCounted.has(name)) return rowsThatMeet([...filters, ...parts(of, 'children').map(readExpression)], of);
  // What an order inside of it changes is the order of what is listed, which only `list` shows: none of its kind leaves.
  return {
    name,
    of: parts(of, 'children').map(readExpression),
    distinct: of['aggregate_type'] === 'DISTINCT',
    ...(filters[0] === undefined ? {} : { filter: filters[0] }),
    ...fractionsOf(of),
  };
}

/** Rows that meet a condition are what these count, and not rows that have one. */
const conditionsCounted: ReadonlySet<string> = new Set(['count_if', 'countif']);
function rowsThatMeet(conditions: readonly Expression[], of: Bound): Measure {
  if (of['aggregate_type'] === 'DISTINCT') throw refuse('coderuns.function-not-allowed', { function: 'count_if DISTINCT' });
  const filter: Expression = { is: 'logic', by: 'AND', of: [{ is: 'constant', sql: 'true' }, ...conditions] };
  return { name: 'count_star', of: [], distinct: false, filter };
}

function fractionsOf(of: Bound): Pick<Measure, 'fractions'> {
  const data = of['function_data'];
  if (!isBound(data) || data['quantiles'] === undefined) return {};
  if (data['desc'] === true) throw refuse('coderuns.function-not-allowed', { function: `${word(of, 'name')} DESC` });
  const values = parts(data, 'quantiles').map((one) => literal(one));
  const list = isBound(of['return_type']) && part(of, 'return_type')['id'] === 'LIST';
  return { fractions: { list, values } };
}

export const readOrder = (of: Bound): Order => ({
  by: readExpression(part(of, 'expression')),
  descending: of['type'] === 'DESCENDING',
  nullsFirst: of['null_order'] === 'NULLS FIRST',
});

const bounds: ReadonlyMap<string, string> = new Map([
  ['UNBOUNDED_PRECEDING', 'UNBOUNDED PRECEDING'],
  ['UNBOUNDED_FOLLOWING', 'UNBOUNDED FOLLOWING'],
  ['CURRENT_ROW_RANGE', 'CURRENT ROW'],
  ['CURRENT_ROW_ROWS', 'CURRENT ROW'],
]);

export function readWindow(of: Bound): WindowMeasure {
  const type = word(of, 'type');
  const name = type === 'WINDOW_AGGREGATE' ? word(of, 'name') : windowFunctions.get(type);
  if (name === undefined || (type === 'WINDOW_AGGREGATE' && !['counts', 'sums', 'fits', 'picks'].includes(kindOf(name) ?? '')))
    throw refuse('coderuns.function-not-allowed', { function: (name ?? type).slice(0, 60) });
  nothingIn(of, 'filters', 'filter', 'start_expr', 'end_expr', 'offset_expr', 'default_expr', 'ignore_nulls', 'arg_orders');
  if (of['exclude_clause'] !== 'NO_OTHER') throw unlisted('EXCLUDE');
  return {
    name,
    of: parts(of, 'children').map(readExpression),
    distinct: of['distinct'] === true,
    partitions: parts(of, 'partitions').map(readExpression),
    orders: parts(of, 'orders').map(readOrder),
    ...frameOf(of),
  };
}

function frameOf(of: Bound): Pick<WindowMeasure, 'frame'> {
  const [start, end] = [word(of, 'start'), word(of, 'end')];
  if (start === 'UNBOUNDED_PRECEDING' && end === 'CURRENT_ROW_RANGE') return {};
  const [from, to] = [bounds.get(start), bounds.get(end)];
  if (from === undefined || to === undefined) throw unlisted(`${start} ${end}`);
  return { frame: `${`${start} ${end}`.includes('_ROWS') ? 'ROWS' : 'RANGE'} BETWEEN ${from} AND ${to}` };
}

const wholeTypes: ReadonlySet<string> = new Set('TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER UBIGINT'.split(' '));

/** A literal as SQL of its own type. */
export function literal(value: Bound): string {
  const type = part(value, 'type');
  const name = typeName(type);
  if (value['is_null'] === true) return name === '"NULL"' ? 'NULL' : `CAST(NULL AS ${name})`;
  const held = value['value'];
  const id = word(type, 'id');
  if (id === 'VARCHAR' && typeof held === 'string') return sqlText(held);
  if (id === 'BOOLEAN' && typeof held === 'boolean') return held ? 'true' : 'false';
  if (wholeTypes.has(id) && (typeof held === 'number' || typeof held === 'string') && /^-?\d+$/.test(String(held)))
    return `CAST(${String(held)} AS ${name})`;
  if (id === 'DECIMAL' && (typeof held === 'number' || typeof held === 'string') && /^-?\d+$/.test(String(held)))
    return `CAST(${sqlText(decimal(String(held), whole(part(type, 'type_info'), 'scale')))} AS ${name})`;
  if ((id === 'DOUBLE' || id === 'FLOAT') && typeof held === 'number' && Number.isFinite(held))
    return `CAST(${sqlText(String(held))} AS ${name})`;
  throw unlisted(`constant ${id}`);
}

function decimal(digits: string, scale: number): string {
  if (scale === 0) return digits;
  const [sign, figures] = digits.startsWith('-') ? ['-', digits.slice(1)] : ['', digits];
  const padded = figures.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

const plainTypes: ReadonlySet<string> = new Set(
  'BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT DOUBLE VARCHAR DATE TIME TIMESTAMP INTERVAL NULL'.split(
    ' ',
  ),
);
/** A type's name as SQL. */
export function typeName(type: Bound): string {
  const id = word(type, 'id');
  if (id === 'NULL' || id === 'SQLNULL') return '"NULL"';
  if (plainTypes.has(id)) return id;
  if (id === 'DECIMAL') {
    const { width, scale } = part(type, 'type_info') as { width?: number; scale?: number };
    return `DECIMAL(${String(width)}, ${String(scale)})`;
  }
  if (id === 'LIST') return `${typeName(part(part(type, 'type_info'), 'child_type'))}[]`;
  throw unlisted(`type ${id}`);
}

import { refuse } from '../refusals.js';
import { kindOf } from './functions.js';
import { operandsOf, type Column } from './shape.js';
import type { Expression, Measure } from './tree.js';

/**
 * What a measure adds up of each row. Of what is computed freely, two figures of the same rows can differ by one row’s value alone (a `CASE`
 * that is about one row, a quotient that is about none but one), and nothing about the rows tells. So it is put together from fields by
 * what is listed here; and each condition in it stands for cells of its own: the rows that meet it, and those that do not.
 */
interface Form {
  /** How many fields are multiplied with one another at most. */
  readonly degree: number;
  /** It is one field’s value, or another name for it. */
  readonly single: boolean;
}
const constant: Form = { degree: 0, single: true };
const most = 2;

/** Of one field, each by itself: monotone, or a part of a date. */
const unary: ReadonlySet<string> = new Set(
  'abs floor ceil ceiling round round_even trunc sqrt cbrt ln log log2 log10 year month day quarter week hour minute second epoch epoch_ms length len strlen dayofweek isodow weekday dayofyear dayofmonth last_day'.split(
    ' ',
  ),
);
/** Of a literal and then fields, such as a unit and two dates. */
const dated: ReadonlySet<string> = new Set('date_part datepart date_diff datediff date_sub datesub date_trunc datetrunc'.split(' '));

/**
 * The conditions that decide what a measure adds up of a row.
 * @throws Refusal `coderuns.measure-too-free`
 */
export function conditionsOf({ name, of, distinct }: Measure, columns: readonly Column[]): readonly Expression[] {
  const kind = kindOf(name);
  if (kind === 'picks' || kind === undefined) return [];
  const found: Expression[] = [];
  const free = (what: string) => refuse('coderuns.measure-too-free', { measure: name, part: what });
  // How many rows have a value is told by the rows themselves.
  if (kind === 'counts' && !distinct) return [];
  if (kind === 'counts') {
    for (const one of of) found.push(...conditionsWithin(one));
    return found;
  }
  const form = (one: Expression): Form => {
    switch (one.is) {
      case 'column': {
        const column = columns[one.at];
        if (column?.raw !== true) return constant;
        if (column.free === true) throw free('column');
        return { degree: 1, single: true };
      }
      case 'constant':
        return constant;
      case 'cast':
        return form(one.of);
      case 'compare':
        found.push(one);
        return { degree: 1, single: false };
      case 'logic': {
        if (one.by !== 'COALESCE') {
          found.push(one);
          return { degree: 1, single: false };
        }
        const [first, ...others] = one.of;
        if (first !== undefined) found.push({ is: 'logic', by: 'IS NULL', of: [first] });
        return joined([first, ...others].flatMap((each) => (each === undefined ? [] : [form(each)])));
      }
      case 'case':
        for (const [when] of one.when) found.push(when);
        return joined([...one.when.map(([, then]) => form(then)), form(one.otherwise)]);
      case 'call':
        return call(one.name, one.of);
    }
  };
  const joined = (parts: readonly Form[]): Form => ({ degree: Math.max(...parts.map(({ degree }) => degree)), single: false });
  const call = (by: string, operands: readonly Expression[]): Form => {
    if (by === 'error') return constant;
    const parts = operands.map(form);
    const alone = parts.every(({ degree }) => degree === 0);
    if (alone) return constant;
    if (by === '+' || by === '-') return joined(parts);
    if (by === '*') return { degree: parts.reduce((sum, { degree }) => sum + degree, 0), single: false };
    if (by === '/' || by === 'fdiv') {
      const [over, under] = parts;
      if (under?.degree === 0) return { degree: over?.degree ?? 0, single: false };
      if (under?.single === true) return { degree: (over?.degree ?? 0) + 1, single: false };
      throw free(by);
    }
    const [first, ...others] = operands;
    const rest = parts.slice(1);
    if (unary.has(by) && first !== undefined && isOfOne(first) && rest.every(({ degree }) => degree === 0))
      return { degree: 1, single: false };
    if (dated.has(by) && parts[0]?.degree === 0 && others.every((one) => isSingle(one))) return { degree: 1, single: false };
    throw free(by);
  };
  for (const one of of) {
    const { degree, single } = form(one);
    if (degree > most) throw free('*');
    if ((kind === 'ranks' || (distinct && kind === 'sums')) && !single) throw free('computed');
  }
  return unique(found);
}

/** A column or a literal, whatever it is cast to. */
const isSingle = (of: Expression): boolean => of.is === 'column' || of.is === 'constant' || (of.is === 'cast' && isSingle(of.of));
/** One field, multiplied or divided by literals. */
const isOfOne = (of: Expression): boolean =>
  isSingle(of) ||
  (of.is === 'cast' && isOfOne(of.of)) ||
  (of.is === 'call' &&
    (of.name === '*' || of.name === '/') &&
    of.of.every((one) => isSingle(one)) &&
    of.of.slice(1).every((one) => literal(one)));
const literal = (of: Expression): boolean => of.is === 'constant' || (of.is === 'cast' && literal(of.of));

/** Everything in it that is true or false. */
function conditionsWithin(of: Expression): readonly Expression[] {
  const own =
    of.is === 'compare' || (of.is === 'logic' && of.by !== 'COALESCE') ? [of] : of.is === 'case' ? of.when.map(([when]) => when) : [];
  return unique([...own, ...(own.length > 0 && of.is !== 'case' ? [] : operandsOf(of).flatMap(conditionsWithin))]);
}
const unique = (of: readonly Expression[]): readonly Expression[] => [...new Map(of.map((one) => [JSON.stringify(one), one])).values()];

/** Whether what is computed for a row below is more than a measure may add up of it. */
export function isFree(of: Expression, columns: readonly Column[]): boolean {
  try {
    return conditionsOf({ name: 'sum', of: [of], distinct: false }, columns).length > 0;
  } catch {
    return true;
  }
}

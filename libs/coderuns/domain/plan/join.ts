import { refuse } from '../refusals.js';
import { coarsest, hidden, identifiedBy, listed, type Compiled, type Tables } from './compiled.js';
import { unlisted } from './json.js';
import { assertSinglesNobodyOut, derive, operandsOf, tellsApart, union, type Column, type Holder, type Source } from './shape.js';
import { column, textOf } from './sql-text.js';
import type { Expression, JoinCondition, Relation } from './tree.js';
import { enforced, type DisclosureRule } from './enforce.js';
import { shifted } from './condition-places.js';

type Join = Extract<Relation, { is: 'join' }>;
const isEqual = ({ by }: JoinCondition): boolean => by === '=' || by === 'IS NOT DISTINCT FROM';
const leftAlone = (kind: Join['kind']): boolean => kind === 'SEMI' || kind === 'ANTI' || kind === 'MARK';

/**
 * Joins rows by equality alone, so that a row carries the holders of both sides; with groups or literals by any condition that does not
 * single anybody out.
 * @throws Refusal `coderuns.join-not-equal`, `coderuns.identifier-compared`, `coderuns.operator-not-allowed`
 */
export function joined(tables: Tables, { kind, on }: Join, left: Compiled, right: Compiled, rule: DisclosureRule): Compiled {
  const [leftRows, rightRows] = [left.shape.grain === 'rows', right.shape.grain === 'rows'];
  const both = [...left.shape.columns, ...right.shape.columns];
  const leftWidth = left.shape.columns.length;
  if (leftRows && rightRows && (on.length === 0 || !on.every(isEqual))) throw refuse('coderuns.join-not-equal');
  // Whether somebody stands in the data is not asked of a list that the code wrote, nor of groups.
  if (leftAlone(kind) && rightRows && !leftRows) throw unlisted(`${kind} JOIN`);
  if (leftRows || rightRows)
    for (const { left: one, by, right: other } of on)
      assertSinglesNobodyOut({ is: 'compare', by, of: [one, shifted(other, leftWidth)] }, both, true, (at) =>
        at < leftWidth ? leftRows : rightRows,
      );
  const conditions = on.flatMap((one) => [derive(one.left, left.shape.columns).sources, derive(one.right, right.shape.columns).sources]);
  const flows = union(left.shape.flows, right.shape.flows, ...conditions);
  const cut = left.shape.cut === true || right.shape.cut === true;
  if (leftAlone(kind)) {
    tables.blend(right.shape);
    const kept = keptLeft(tables, { kind, on }, left, askedFor(tables, on, left, right, rule), { flows, told: union(...conditions) });
    return cut ? { ...kept, shape: { ...kept.shape, cut } } : kept;
  }
  if (leftRows !== rightRows)
    [left, right] = leftRows ? [left, onceEach(tables, on, right, 'right')] : [onceEach(tables, on, left, 'left'), right];
  const holders = heldTogether(left, right, on);
  const texts = [
    ...left.shape.columns.map((_, at) => `l.${column(at)} AS ${column(at)}`),
    ...right.shape.columns.map((_, at) => `r.${column(at)} AS ${column(leftWidth + at)}`),
    ...hidden(left.shape, 'l'),
    ...hidden(right.shape, 'r'),
  ];
  const how = on.length === 0 && kind === 'INNER' ? 'CROSS JOIN' : `${kind} JOIN`;
  return tables.add(
    `SELECT ${listed(texts)} FROM ${left.name} AS l ${how} ${right.name} AS r${how === 'CROSS JOIN' ? '' : ` ON ${conditionText(on)}`}`,
    {
      grain: coarsest(left.shape.grain, right.shape.grain),
      columns: both.map((one) =>
        identifiedBy(one, one.identity === undefined ? undefined : { ...one.identity, holder: holders.nameOf(one.identity.holder) }),
      ),
      flows,
      holders: holders.all,
      origins: [...(left.shape.origins ?? []), ...(right.shape.origins ?? [])],
      ...(cut ? { cut } : {}),
    },
  );
}

/**
 * What stands beside rows without being rows itself, once for each of them at most: of a row that stands there as often as a value of it says,
 * any count tells the value. It is found by keys that come once, or there is but one.
 */
function onceEach(tables: Tables, on: Join['on'], { name, shape }: Compiled, side: 'left' | 'right'): Compiled {
  if (on.length > 0 && !on.every(isEqual)) throw refuse('coderuns.join-multiplies');
  const keys = on.map((one) => textOf(one[side]));
  const all = shape.columns.map((_, at) => column(at));
  const times = `count(*) OVER (${keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')}`})`;
  const counted = tables.add(`SELECT *, ${times} AS times FROM ${name}`, shape);
  const held = [...all, ...hidden(shape)].join(', ') || '1 AS nothing';
  return tables.add(`SELECT ${held} FROM ${counted.name} WHERE CASE WHEN times = 1 THEN true ELSE error('${severalTimes}') END`, shape);
}
const severalTimes = 'What is joined to rows stands there more than once';

const conditionText = (on: readonly JoinCondition[]): string =>
  on
    .map((one) => `(${textOf(one.left, (at) => `l.${column(at)}`)} ${one.by} ${textOf(one.right, (at) => `r.${column(at)}`)})`)
    .join(' AND ') || 'true';

/**
 * What stands on the right of a semi, anti or mark join, over whose rows nothing else counts. A subject's own rows there decide of nobody
 * but them; any other value decides of everybody who has it, so that it must be a group's.
 */
function askedFor(tables: Tables, on: Join['on'], left: Compiled, right: Compiled, rule: DisclosureRule): Compiled {
  if (right.shape.grain !== 'rows') return right;
  // Of rows that are of others too, theirs would decide as well.
  const own = right.shape.holders.length === 1;
  if (own && on.some((one) => isEqual(one) && tellsOne(one.left, left) && tellsOne(one.right, right))) return right;
  const keys = right.shape.columns.map((_, at): Expression => ({ is: 'column', at }));
  const asked = keys.filter((_, at) => on.some((one) => reads(one.right, at)));
  if (asked.length === 0) throw unlisted('EXISTS');
  const groups = enforced(tables, { keys: asked, sets: [asked.map((_, at) => at)], measures: [], groupings: [] }, right, rule, false);
  // As wide as before; what no condition reads is not there.
  const texts = keys.map((key, at) => `${asked.includes(key) ? column(asked.indexOf(key)) : 'NULL'} AS ${column(at)}`);
  return tables.add(`SELECT ${listed(texts)} FROM ${groups.name}`, { ...groups.shape, columns: right.shape.columns });
}
/** Whether a value tells one subject from all others; a name that several may bear does not. */
function tellsOne(of: Expression, { shape }: Compiled): boolean {
  const by = derive(of, shape.columns).identity?.by;
  return shape.holders.some(({ columns }) => columns.some((one) => one.name === by && tellsApart(one)));
}
const reads = (of: Expression, at: number): boolean => (of.is === 'column' ? of.at === at : operandsOf(of).some((one) => reads(one, at)));

/** Semi, anti and mark joins: the left rows, or those of them, by what stands on the right. */
function keptLeft(
  tables: Tables,
  { kind, on }: Pick<Join, 'kind' | 'on'>,
  left: Compiled,
  right: Compiled,
  { flows, told }: { readonly flows: ReadonlySet<Source>; readonly told: ReadonlySet<Source> },
): Compiled {
  const columns = left.shape.columns.map((_, at) => `l.${column(at)} AS ${column(at)}`);
  const held = hidden(left.shape, 'l');
  if (kind !== 'MARK') {
    const exists = `${kind === 'ANTI' ? 'NOT ' : ''}EXISTS (SELECT 1 FROM ${right.name} AS r WHERE ${conditionText(on)})`;
    return tables.add(`SELECT ${listed([...columns, ...held])} FROM ${left.name} AS l WHERE ${exists}`, { ...left.shape, flows });
  }
  const [only, ...more] = on;
  if (only === undefined || more.length > 0) throw unlisted('MARK JOIN');
  const asked = textOf(only.left, (at) => `l.${column(at)}`);
  const mark = `(${asked} ${only.by} ANY (SELECT ${textOf(only.right)} FROM ${right.name})) AS ${column(columns.length)}`;
  const marked: Column = { sources: told, raw: left.shape.grain === 'rows', grouped: false, identifying: false };
  return tables.add(`SELECT ${listed([...columns, mark, ...held])} FROM ${left.name} AS l`, {
    ...left.shape,
    columns: [...left.shape.columns, marked],
    flows,
  });
}

/** The holders of both sides; two whose identifying columns were compared with one another are one. */
function heldTogether(left: Compiled, right: Compiled, on: readonly JoinCondition[]) {
  const names = new Map<string, string>();
  const nameOf = (name: string): string => names.get(name) ?? name;
  for (const condition of on.filter(isEqual)) {
    const [one, other] = [derive(condition.left, left.shape.columns).identity, derive(condition.right, right.shape.columns).identity];
    if (one !== undefined && other !== undefined) names.set(nameOf(other.holder), nameOf(one.holder));
  }
  const byName = Map.groupBy([...left.shape.holders, ...right.shape.holders], ({ name }) => nameOf(name));
  const all = [...byName].map(([name, holders]): Holder => ({
    name,
    // A row of one side may meet several of the other.
    columns: holders.flatMap(({ columns }) => columns.map(({ once: _, ...one }) => one)).sort((a, b) => a.values - b.values),
    strands: holders.flatMap(({ strands }) => strands.map((one) => ({ ...one, once: false }))),
  }));
  return { all, nameOf };
}

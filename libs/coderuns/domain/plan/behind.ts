import type { Compiled, Tables } from './compiled.js';
import type { Contribution } from './contributions.js';
import type { HolderColumn } from './shape.js';

/** Rows with what their groups are measured by: `k…` keys, and of each cell whether a row goes into it (`p…`) and what it gives (`v…`). */
export interface Measuring {
  readonly rows: Compiled;
  readonly keys: readonly string[];
  /** By which set of keys a row of the result is grouped, as SQL. */
  readonly level: string;
  /** `GROUP BY` of the sets of keys, with more columns in each. */
  readonly by: (more: readonly string[]) => string;
  /** Whether there is one set of keys: all of them. */
  readonly plain: boolean;
  readonly cells: number;
  /** Columns of each holder by which its subjects are counted; the first tells what somebody contributes. */
  readonly holders: readonly (readonly HolderColumn[])[];
  /** Subjects that any rule of these cells asks for, at most. */
  readonly needed: number;
}

/** Into so many buckets subjects are thrown at first, and so many are surely told by them in most groups that have them. */
const coarse = { bits: { buckets: 64, told: 40 }, buckets: { buckets: 4096, told: 2_000 } } as const;
type Counting = keyof typeof coarse | 'one by one';

/**
 * How many subjects stand behind each group (`n_…`) and each cell (`n…_…`), by the column of each holder that has the fewest. A column of
 * which nobody has two rows is counted by rows. Others are thrown into buckets first, which is a tenth of the work: a group that has
 * enough of them has as many subjects at least; those of which it is not certain are counted one by one.
 */
export function behind(tables: Tables, measuring: Measuring): Compiled {
  const { rows, keys, level, by, plain, needed } = measuring;
  const first: Counting = !plain || needed > coarse.buckets.told ? 'one by one' : needed > coarse.bits.told ? 'buckets' : 'bits';
  const quick = tables.add(selected([...keys, `${level} AS level`, ...counts(measuring, first)], rows, by([])), rows.shape, true);
  const certain = measuring.holders.flat().every(({ once }) => once === true);
  if (first === 'one by one' || certain) return quick;
  const names = countNames(measuring);
  const unsure = names.map((one) => `coalesce(${one}, 0) < ${String(needed)}`).join(' OR ');
  const few = tables.add(`SELECT ${[...keys, 'level'].join(', ')} FROM ${quick.name} WHERE ${unsure}`, rows.shape, true);
  const meet = (one: string, other: string): string =>
    keys.map((key) => `${one}.${key} IS NOT DISTINCT FROM ${other}.${key}`).join(' AND ') || 'true';
  const theirs = tables.add(`SELECT r.* FROM ${rows.name} AS r SEMI JOIN ${few.name} AS f ON ${meet('r', 'f')}`, rows.shape);
  const exact = tables.add(selected([...keys, ...counts(measuring, 'one by one')], theirs, by([])), rows.shape, true);
  // Both are so many at least.
  const taken = names.map((one) => `greatest(coalesce(x.${one}, 0), coalesce(q.${one}, 0)) AS ${one}`);
  return tables.add(
    `SELECT ${[...keys.map((key) => `q.${key}`), 'q.level', ...taken].join(', ')} FROM ${quick.name} AS q LEFT JOIN ${exact.name} AS x ON ${meet('q', 'x')}`,
    rows.shape,
    true,
  );
}

const selected = (columns: readonly string[], from: Compiled, by: string): string => `SELECT ${columns.join(', ')} FROM ${from.name}${by}`;
const cellsOf = ({ cells }: Measuring): readonly number[] => Array.from({ length: cells }, (_, at) => at);
const countNames = (measuring: Measuring): readonly string[] =>
  ['', ...cellsOf(measuring).map(String)].flatMap((at) => measuring.holders.map((_, i) => `n${at}_${String(i)}`));

function counts(measuring: Measuring, how: Counting): readonly string[] {
  const one = ({ name, once }: HolderColumn, condition: string): string => {
    const where = `FILTER (WHERE ${condition})`;
    if (once === true) return `count(${name}) ${where}`;
    if (how === 'one by one') return `count(DISTINCT ${name}) ${where}`;
    const bucket = `(${name} % ${String(coarse[how].buckets)})`;
    return how === 'bits' ? `bit_count(bit_or(1::UBIGINT << ${bucket}::UBIGINT) ${where})` : `count(DISTINCT ${bucket}) ${where}`;
  };
  const of = (at: string, condition: string): readonly string[] =>
    measuring.holders.map((columns, i) => `least(${columns.map((each) => one(each, condition)).join(', ')}) AS n${at}_${String(i)}`);
  return [...of('', 'true'), ...cellsOf(measuring).flatMap((at) => of(String(at), `p${String(at)}`))];
}

/** A contribution by its number, and of which rows and cell. */
export type Part = Contribution & { readonly c: string; readonly p: string; readonly at: number };

/**
 * What the subjects of each holder contribute to each part: `total…` of all, `top…` the two largest; of a part that is centred also how far
 * they are from the middle of it (`ctotal…`, `ctop…`), how many are apart from it (`cn…`), and where it is (`centre…`).
 */
export function shares(tables: Tables, measuring: Measuring, parts: readonly Part[]): readonly Compiled[] {
  const { rows, keys, level, by } = measuring;
  const centred = parts.filter((one) => one.centred);
  const meet = ['level', ...keys].map((one) => `m.${one} IS NOT DISTINCT FROM e.${one}`).join(' AND ');
  const medians = centred.map(({ c, p }) => `median(v${c}) FILTER (WHERE ${p}) AS e${c}`);
  const middles =
    centred.length === 0 ? undefined : tables.add(selected([...keys, `${level} AS level`, ...medians], rows, by([])), rows.shape, true);
  return measuring.holders.map((columns) => {
    const own = columns.find(({ once }) => once === true);
    // Where nobody has two rows, a row is what somebody contributes.
    if (own !== undefined && centred.length === 0) {
      const each = parts.map(({ c, p }) => {
        const there = `FILTER (WHERE ${p} AND ${own.name} IS NOT NULL)`;
        return `coalesce(sum(abs(v${c})) ${there}, 0) AS total${c}, max(abs(v${c}), 2) ${there} AS top${c}`;
      });
      return tables.add(selected([...keys, `${level} AS level`, ...each], rows, by([])), rows.shape, true);
    }
    const main = columns[0]?.name ?? 'NULL';
    const sums = [
      ...parts.map(({ c, p }) => `sum(abs(v${c})) FILTER (WHERE ${p}) AS a${c}`),
      ...centred.flatMap(({ c, p }) => [`sum(v${c}) FILTER (WHERE ${p}) AS b${c}`, `count(*) FILTER (WHERE ${p}) AS r${c}`]),
    ];
    const each = tables.add(
      `SELECT ${[...keys, `${level} AS level`, ...sums].join(', ')} FROM ${rows.name} WHERE ${main} IS NOT NULL${by([main])}`,
      rows.shape,
    );
    const told = [
      ...parts.map(({ c }) => `coalesce(sum(a${c}), 0) AS total${c}, max(a${c}, 2) AS top${c}`),
      ...centred.flatMap(({ c }) => {
        const far = `abs(b${c} - r${c} * e.e${c})`;
        // What is left of a sum of floating point numbers that are all the same is nothing.
        const away = `CASE WHEN ${far} > 1e-9 * abs(r${c} * e.e${c}) THEN ${far} ELSE 0 END`;
        return [
          `coalesce(sum(${away}), 0) AS ctotal${c}`,
          `max(${away}, 2) AS ctop${c}`,
          `count(*) FILTER (WHERE ${away} > 0) AS cn${c}`,
          `coalesce(abs(any_value(e.e${c})), 0) AS centre${c}`,
        ];
      }),
    ];
    return tables.add(
      `SELECT ${[...keys.map((one) => `m.${one}`), 'm.level', ...told].join(', ')} FROM ${each.name} AS m${middles === undefined ? '' : ` LEFT JOIN ${middles.name} AS e ON ${meet}`} GROUP BY ALL`,
      rows.shape,
      true,
    );
  });
}

import type { ColumnDecision } from '../../contract.js';
import { bySizeAlone, keptClasses, keyOf } from './classes-sql.js';
import type { Judged, Lattice, Node } from './lattice.js';
import type { Requirement } from './requirement.js';
import { rungSql, type Made, type Rung } from './rungs.js';

/** A quasi-identifier with everything it may become. */
export interface Climbing extends Made {
  readonly column: string;
  readonly decision: ColumnDecision;
  readonly sqlType: string;
  readonly rungs: readonly Rung[];
}

const code = (i: number, rung: number): string => `q${String(i)}_${String(rung)}`;
const lost = (i: number, rung: number): string => `x${String(i)}_${String(rung)}`;
const each = <T>(climbing: readonly Climbing[], of: (one: Climbing, rung: number, i: number) => T): T[] =>
  climbing.flatMap((one, i) => one.rungs.map((_, rung) => of(one, rung, i)));
const upTo = <T>({ rungs }: Climbing, of: (rung: number) => T): T[] => rungs.map((_, rung) => of(rung));

/**
 * The drawn rows as groups: a number in place of each value on each rung, its loss, the sensitive values by rank, and how many rows. Rows are
 * read once; everything that is searched afterwards is searched here. The loss of a value is the share of the column's other values that
 * it stands for as well (normalised certainty penalty).
 */
export function groupingSql(climbing: readonly Climbing[], sensitive: readonly string[], from: string): { script: string; groups: string } {
  const values = each(climbing, (one, rung, i) => `${rungSql(one.rungs[rung] ?? { rung: 'all' }, one, one.sqlType)} AS ${code(i, rung)}`);
  const rows = `SELECT ${[...values, ...sensitive.map((expression, j) => `${expression} AS v${String(j)}`)].join(', ')} ${from}`;
  const script = [`CREATE TEMP TABLE sandbox_g AS SELECT *, count(*) AS n FROM (${rows}) AS r GROUP BY ALL`];
  climbing.forEach((one, i) => {
    const columns = upTo(one, (rung) => code(i, rung)).join(', ');
    const coded = upTo(one, (rung) => {
      const q = code(i, rung);
      const leaves = `(count(DISTINCT coalesce(CAST(${code(i, 0)} AS VARCHAR), '')) OVER (PARTITION BY ${q}) - 1)`;
      return (
        `CAST(dense_rank() OVER (ORDER BY ${q}) AS INTEGER) AS c${String(rung)}, ` +
        `CAST(${leaves} / greatest(1, (SELECT count(DISTINCT coalesce(CAST(${code(i, 0)} AS VARCHAR), '')) FROM sandbox_g) - 1) AS DOUBLE) AS l${String(rung)}`
      );
    });
    script.push(
      `CREATE TEMP TABLE sandbox_d${String(i)} AS SELECT *, ${coded.join(', ')} FROM (SELECT DISTINCT ${columns} FROM sandbox_g) AS d`,
    );
  });
  sensitive.forEach((_, j) =>
    script.push(
      `CREATE TEMP TABLE sandbox_e${String(j)} AS SELECT *, CAST(dense_rank() OVER (ORDER BY v${String(j)} NULLS FIRST) AS INTEGER) AS s FROM (SELECT DISTINCT v${String(j)} FROM sandbox_g) AS e`,
    ),
  );
  const joins = [
    ...climbing.map((one, i) => {
      const d = `sandbox_d${String(i)}`;
      const on = upTo(one, (rung) => `g.${code(i, rung)} IS NOT DISTINCT FROM ${d}.${code(i, rung)}`);
      return `LEFT JOIN ${d} ON ${on.join(' AND ')}`;
    }),
    ...sensitive.map(
      (_, j) => `LEFT JOIN sandbox_e${String(j)} ON g.v${String(j)} IS NOT DISTINCT FROM sandbox_e${String(j)}.v${String(j)}`,
    ),
  ];
  const coded = each(climbing, (_, rung, i) => {
    const d = `sandbox_d${String(i)}`;
    return `${d}.c${String(rung)} AS ${code(i, rung)}, ${d}.l${String(rung)} AS ${lost(i, rung)}`;
  });
  const ranked = sensitive.map((_, j) => `sandbox_e${String(j)}.s AS s${String(j)}`);
  return {
    script: script.join(';\n'),
    groups: `SELECT ${[...coded, ...ranked, 'g.n AS n'].join(', ')} FROM sandbox_g AS g ${joins.join(' ')}`,
  };
}

/** The columns of the file of groups, by DuckDB's types. */
export const groupColumns = (climbing: readonly Climbing[], sensitive: readonly string[]): { name: string; type: string }[] => [
  ...each(climbing, (_, rung, i) => [{ name: code(i, rung), type: 'INTEGER' }, { name: lost(i, rung), type: 'DOUBLE' }]).flat(), // prettier-ignore
  ...sensitive.map((_, j) => ({ name: `s${String(j)}`, type: 'INTEGER' })),
  { name: 'n', type: 'BIGINT' },
];

/** One row: how many rows, then of every rung of every quasi-identifier the loss over all of them, and the greatest. */
export const lossesSql = (climbing: readonly Climbing[], groups: string): string =>
  `SELECT coalesce(sum(n), 0), ${each(climbing, (_, rung, i) => `coalesce(sum(n * ${lost(i, rung)}) / sum(n), 0), coalesce(max(${lost(i, rung)}), 0)`).join(', ')} FROM ${groups}`;

export function latticeOf(climbing: readonly Climbing[], row: readonly unknown[]): { rows: number; lattice: Lattice } {
  const [rows = 0, ...figures] = row.map(Number);
  let at = 0;
  const both = climbing.map(({ rungs }) => rungs.map(() => [figures[at++] ?? 1, figures[at++] ?? 1] as const));
  const [losses, worst] = [0, 1].map((which) => both.map((rungs) => rungs.map((figure) => figure[which] ?? 1)));
  return { rows, lattice: { heights: climbing.map(({ rungs }) => rungs.length - 1), losses: losses ?? [], worst: worst ?? [] } };
}

/** One row: rows left out, rows that miss what only merging mends, the losses of what is kept, its discernibility, its classes, whether settled. */
export function judgeSql(node: Node, requirement: Requirement, groups: string): string {
  const keys = node.map((rung, i) => code(i, rung));
  const losses = node.map((rung, i) => lost(i, rung)).join(' + ');
  if (bySizeAlone(requirement)) {
    // Grouped by one number, which is faster. Two classes of one number would be found by the proof.
    const few = `n < ${String(requirement.k)}`;
    return (
      `SELECT coalesce(sum(n) FILTER (${few}), 0), coalesce(sum(n) FILTER (${few}), 0), coalesce(sum(x) FILTER (NOT ${few}), 0),` +
      ` coalesce(sum(n * n) FILTER (NOT ${few}), 0), count(*) FILTER (NOT ${few}), true FROM` +
      ` (SELECT CAST(sum(n) AS DOUBLE) AS n, sum(n * (${losses})) AS x FROM ${groups} GROUP BY hash(${keys.join(', ')})) AS classes`
    );
  }
  return (
    `WITH ${keptClasses(requirement, { relation: groups, key: keyOf(keys) })}` +
    ` SELECT (SELECT sum(n) FROM source) - coalesce(sum(k.n), 0), (SELECT sum(n) FROM source) - (SELECT coalesce(sum(n), 0) FROM firm),` +
    ` (SELECT coalesce(sum(source.n * (${losses})), 0) FROM source SEMI JOIN kept USING (key)), coalesce(sum(CAST(k.n AS DOUBLE) * k.n), 0),` +
    ` count(*), (SELECT settled FROM settled) FROM kept AS k`
  );
}

/** What an answer to `judgeSql` says. */
export interface Measured extends Judged {
  readonly suppressed: number;
  /** Mean loss of what is kept. */
  readonly ncp: number;
  readonly discernibility: number;
  readonly classes: number;
}

export function measuredOf(node: Node, rows: number, { suppressAtMost }: Requirement, row: readonly unknown[]): Measured {
  const [suppressed = rows, hopelessly = rows, lostInKept = 0, squares = 0, classes = 0] = row.slice(0, 5).map(Number);
  const settled = row[5] === true || row[5] === 'true';
  const kept = rows - suppressed;
  const most = suppressAtMost * rows;
  const generalised = lostInKept / Math.max(1, node.length);
  return {
    node,
    reached: settled && kept > 0 && suppressed <= most,
    amiss: rows === 0 ? 1 : hopelessly / rows,
    hopeless: hopelessly > most,
    loss: rows === 0 ? 1 : (generalised + suppressed) / rows,
    ...{ suppressed, classes, ncp: kept === 0 ? 0 : generalised / kept, discernibility: squares + suppressed * rows },
  };
}

/** The drawn rows' own classes on the chosen rungs: what the output is made of. */
export const chosenSql = (climbing: readonly Climbing[], node: Node): readonly { readonly column: string; readonly sql: string }[] =>
  climbing.map((one, i) => ({ column: one.column, sql: rungSql(one.rungs[node[i] ?? 0] ?? { rung: 'all' }, one, one.sqlType) }));

export const rangesSql = (climbing: readonly { readonly made: string }[], from: string): string =>
  `SELECT ${climbing.map(({ made }) => `CAST(min(${made}) AS VARCHAR), CAST(max(${made}) AS VARCHAR)`).join(', ')} ${from}`;

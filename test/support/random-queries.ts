import fc from 'fast-check';

const pick = <T>(...of: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...of);

const groups = [
  ...['district', 'edu', 'sex', 'diag', 'visits', 'year(birth)', '10 * (year(birth) // 10)', 'length(name)', 'left(mobile, 3)'],
  ...['substr(id_no, 1, 2)', 'substr(id_no, 7, 4)', 'CAST(substr(id_no, 17, 1) AS BIGINT) % 2', 'floor(income / 1000)', 'month(birth)'],
];
const measures = [
  ...['count(*)', 'count(DISTINCT person_id)', 'count(DISTINCT name)', 'avg(income)', 'sum(income)', 'stddev(income)', 'median(income)'],
  ...[
    'quantile_cont(income, 0.25)',
    'quantile_cont(income, [0.25, 0.5])',
    'quantile_disc(visits, 0.5)',
    'regr_slope(income, visits)',
    'corr(income, visits)',
    'sum(visits)',
  ],
  ...[
    "count(*) FILTER (sex = '男')",
    "avg(income) FILTER (edu = '本科')",
    'avg(income) / nullif(avg(visits), 0)',
    'round(avg(income), -2)',
  ],
  ...['sum(income * visits)', 'count(*) / sum(count(*)) OVER ()', 'rank() OVER (ORDER BY count(*) DESC)', 'max(income)', 'var_pop(visits)'],
  "avg(income) FILTER (sex = '男') - avg(income) FILTER (sex = '女')",
];
const filters = fc.oneof(
  pick('true', "sex = '女'", "edu IN ('本科', '大专')", "district <> '松阳县'", "left(mobile, 3) >= '150'", 'length(name) = 2'),
  fc.integer({ min: 0, max: 20 }).map((n) => `visits > ${String(n)}`),
  fc.integer({ min: 1000, max: 20_000 }).map((n) => `income < ${String(n)}`),
  fc.integer({ min: 1940, max: 2005 }).map((n) => `birth >= DATE '${String(n)}-07-01'`),
);
const sources = pick(
  ...[
    'people',
    'people',
    'people',
    '(SELECT * FROM people WHERE visits > 0) AS people',
    '(SELECT a.* FROM people a JOIN people b ON a.id_no = b.id_no) AS people',
  ],
  '(SELECT a.* FROM people a SEMI JOIN people b ON a.mobile = b.mobile) AS people',
);

/** Aggregates as people write them: groups, filters, joins on identifiers, shares, ranks, totals; no identifier is compared or shown. */
export const randomQuery = (): fc.Arbitrary<string> =>
  fc
    .record({
      keys: fc.subarray(groups, { maxLength: 3 }),
      of: fc.subarray(measures, { minLength: 1, maxLength: 4 }),
      where: filters,
      from: sources,
      how: pick('', '', 'ROLLUP', 'CUBE'),
      having: pick('', '', ' HAVING count(*) >= 10'),
    })
    .map(({ keys, of, where, from, how, having }) => {
      const named = [...keys.map((key, at) => `${key} AS k${String(at)}`), ...of.map((one, at) => `${one} AS m${String(at)}`)];
      const by = keys.length === 0 ? '' : ` GROUP BY ${how === '' ? keys.join(', ') : `${how} (${keys.join(', ')})`}`;
      return `SELECT ${named.join(', ')} FROM ${from} WHERE ${where}${by}${keys.length === 0 ? '' : having}`;
    });

/** Queries whose result depends on identifiers, in one of the ways that they can be asked. */
export function randomLeak(people: readonly Record<string, unknown>[]): fc.Arbitrary<string> {
  const person = fc.nat(people.length - 1).map((at) => people[at] ?? {});
  const identifier = pick('person_id', 'mobile', 'id_no');
  const shown = pick('sum(income)', 'count(*)', 'avg(visits)');
  return fc
    .record({
      one: person,
      other: person,
      identifier,
      shown,
      cut: fc.integer({ min: 1, max: 3 }),
      many: fc.integer({ min: 450, max: 900 }),
      group: pick('', 'district', 'sex'),
    })
    .chain(({ one, other, identifier: id, shown: of, cut, many, group }) => {
      const [mine, theirs] = [String(one[id]), String(other[id])];
      const [from, by] = [group === '' ? '' : `${group}, `, group === '' ? '' : ` GROUP BY ${group}`];
      const where = (condition: string): string => `SELECT ${from}${of} AS m FROM people WHERE ${condition}${by}`;
      const ordered = id === 'id_no' ? 'mobile' : id;
      return pick(
        where(`${id} = '${mine}'`),
        where(`${id} <> '${mine}'`),
        where(`${id} IN ('${mine}', '${theirs}')`),
        where(`${id} LIKE '%${mine.slice(-4)}'`),
        where(`hash(${id}) % 7 = ${String(cut)}`),
        where(`right(${id}, ${String(cut)}) = '${mine.slice(-cut)}'`),
        where(`levenshtein(${id}, '${mine}') <= 3`),
        `SELECT ${from}${of} AS m FROM people JOIN (VALUES ('${mine}'), ('${theirs}')) AS v(x) ON ${id} = x${by}`,
        `SELECT ${from}sum(CASE WHEN ${ordered} < '${String(one[ordered])}' THEN income END) AS m FROM people${by}`,
        `SELECT ${from}sum(unicode(right(${id}, 1))) AS m FROM people${by}`,
        `SELECT ${from}sum(hash(${id}) % 1000) AS m FROM people${by}`,
        `SELECT ${id} AS label, ${of} AS m FROM people GROUP BY ${id} LIMIT ${String(many)}`,
        `SELECT substr(${id}, 6) || '-' AS label, ${of} AS m FROM people GROUP BY ${id}`,
        // Not how many they are: that is the code's own number.
        `SELECT sum(income) AS m FROM (SELECT * FROM people ORDER BY ${ordered} DESC LIMIT ${String(many)})`,
        `SELECT 1 AS m FROM range((SELECT CAST(right(mobile, 3) AS BIGINT) + 1 FROM people WHERE id_no = '${String(one['id_no'])}'))`,
        `SELECT min(${id}) AS m, count(*) AS n FROM people`,
        `SELECT ${from}count(*) FILTER (name = '${String(one['name'])}') AS m FROM people${by}`,
        `SELECT left(name, 1) || ' ' || substr(name, 2) AS label, ${of} AS m FROM people GROUP BY ALL`,
        `SELECT string_agg(${id}, ',' ORDER BY ${id}) AS m FROM people WHERE diag = '${String(one['diag'])}'`,
      );
    });
}

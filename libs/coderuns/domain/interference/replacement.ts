import { sqlName } from '#kernel';

/** Numbers of one run, by which identifiers are replaced; drawn anew for each and stored nowhere. */
export type Seed = readonly number[];

const han = '\\x{4E00}-\\x{9FFF}';
const [hanFirst, hanMany] = [0x4e00, 0x9fff - 0x4e00 + 1];
/** What an identifier is, by its form; a figure from 0 on says how many characters stay before digits that do not. */
const [name, resident, oldResident, marks] = ['-1', '-2', '-3', '-4'];

/** How many characters stay, or which of the kinds above. `f` is the value's normal form. */
const kindOf = (f: string): string => `CASE
  WHEN length(${f}) <= 4 AND regexp_full_match(${f}, '[${han}]{1,4}') THEN ${name}
  WHEN length(${f}) = 18 AND TRY_CAST(left(${f}, 17) AS BIGINT) >= 10000000000000000 AND right(${f}, 1) BETWEEN '0' AND 'X'
    AND regexp_full_match(${f}, '[1-9][0-9]{16}[0-9X]') THEN ${resident}
  WHEN length(${f}) BETWEEN 11 AND 15 AND regexp_full_match(${f}, '(0{0,2}86|0)?1[3-9][0-9]{9}') THEN length(${f}) - 8
  WHEN length(${f}) = 15 AND regexp_full_match(${f}, '[1-9][0-9]{14}') THEN ${oldResident}
  WHEN left(${f}, 1) BETWEEN 'A' AND 'Z' AND regexp_full_match(${f}, '[A-Z]{1,3}[0-9]{1,18}') THEN length(${f}) - length(ltrim(${f}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))
  WHEN left(${f}, 1) BETWEEN '0' AND '9' AND regexp_full_match(${f}, '[0-9]{1,24}') THEN CASE WHEN length(${f}) >= 13 THEN greatest(6, length(${f}) - 18)
    WHEN length(${f}) >= 10 AND left(${f}, 1) = '0' THEN 4 WHEN length(${f}) > 1 THEN 1 ELSE 0 END
  ELSE ${marks} END`;

/**
 * A table with identifiers replaced by others, as a SELECT: the same value by the same wherever it stands, two values by two. What honest
 * code reads off them stays: length and kinds of characters; a resident ID’s region, birth date and sex (GB 11643-1999); a mobile number’s
 * network, a card’s issuer, an area code, a plate’s place, an address down to its district; the letters before a number. One letter in one
 * place of a name is always replaced by the same, so that people of one surname still have one.
 *
 * Digits go through three rounds of a Feistel network over their decimal halves, mixed codes through a shift of each character by what
 * stands before it; both are one-to-one whatever the numbers drawn. Each step is a subquery: a macro would write the value out in every
 * place where it is used. `normalFormMacros` must have been run.
 */
export function replacedTable(table: string, columns: readonly { readonly column: string; readonly type: string }[], seed: Seed): string {
  const drawn = (at: number): string => `${String(seed[at % Math.max(1, seed.length)] ?? at)}::BIGINT`;
  const each = columns.map(({ column, type }, at) => ({ column: sqlName(column), type, at: String(at) }));
  const names = 'vfkdnlr'.split('').map((one) => (at: string) => `"opdomain_${one}${at}"`);
  const [v, f, k, d, n, l, r] = names as [Naming, Naming, Naming, Naming, Naming, Naming, Naming];
  const added =
    (of: (at: string) => readonly string[]) =>
    (from: string): string =>
      `SELECT *, ${each.flatMap(({ at }) => of(at)).join(', ')} FROM (${from})`;
  const mixed =
    (changed: Naming, by: Naming, many: (at: string) => string, drawnAt: number) =>
    (from: string): string =>
      `SELECT * REPLACE (${each.map(({ at }) => `((${changed(at)} + (hash(${by(at)}, ${drawn(drawnAt)}, ${n(at)}) % 1000000007)::BIGINT) % ${many(at)}) AS ${changed(at)}`).join(', ')}) FROM (${from})`;
  const [left, right] = [(at: string) => `(${n(at)} // 2)`, (at: string) => `(${n(at)} - ${n(at)} // 2)`];
  const ten =
    (of: Naming): Naming =>
    (at) =>
      `[${Array.from({ length: 10 }, (_, i) => String(10 ** i)).join(', ')}][${of(at)} + 1]`;
  const steps = [
    (from: string) => `SELECT *, ${each.map(({ column, at }) => `CAST(${column} AS VARCHAR) AS ${v(at)}`).join(', ')} FROM ${from}`,
    added((at) => [`compact_form(${v(at)}) AS ${f(at)}`]),
    added((at) => [`${kindOf(f(at))} AS ${k(at)}`]),
    added((at) => [`CASE WHEN ${k(at)} >= 0 THEN substr(${f(at)}, ${k(at)} + 1) ELSE '' END AS ${d(at)}`]),
    added((at) => [`length(${d(at)}) AS ${n(at)}`]),
    added((at) => [
      `coalesce(TRY_CAST(left(${d(at)}, ${left(at)}) AS BIGINT), 0) AS ${l(at)}`,
      `coalesce(TRY_CAST(right(${d(at)}, ${right(at)}) AS BIGINT), 0) AS ${r(at)}`,
    ]),
    mixed(l, r, ten(left), 0),
    mixed(r, l, ten(right), 1),
    mixed(l, r, ten(left), 2),
    (from: string) =>
      `SELECT * REPLACE (${each.map(({ at }) => `${otherOf({ f: f(at), k: k(at), digits: `left(${f(at)}, ${k(at)}) || right('000000000' || ${l(at)}, ${left(at)}) || right('000000000' || ${r(at)}, ${right(at)})` }, drawn)} AS ${d(at)}`).join(', ')}) FROM (${from})`,
    (from: string) =>
      `SELECT * REPLACE (${each.map(({ column, type, at }) => `TRY_CAST(${inNotation(v(at), f(at), d(at))} AS ${type}) AS ${column}`).join(', ')}) FROM (${from})`,
  ];
  const made = steps.reduce((from, step) => step(from), table);
  const ours = each.flatMap(({ at }) => names.map((one) => one(at)));
  return `SELECT * EXCLUDE (${ours.join(', ')}) FROM (${made})`;
}
type Naming = (at: string) => string;

const shifted = (letter: string, by: string): string =>
  `chr((${String(hanFirst)} + (unicode(${letter}) - ${String(hanFirst)} + ${by}) % ${String(hanMany)})::INTEGER)`;

/** By how much an ideograph is shifted in one place of a name, or of what begins like one. */
const inName = (at: string, drawn: (at: number) => string): string =>
  `(1 + (${drawn(6)} + ${at} * ${drawn(7)}) % ${String(hanMany - 1)})::BIGINT`;

/** The replacement of a form, by its kind. */
function otherOf(
  { f, k, digits }: { readonly f: string; readonly k: string; readonly digits: string },
  drawn: (at: number) => string,
): string {
  const place = (of: string): string => `hash(${of}, ${drawn(4)})`;
  // Three digits number the births of one day and place, the last of which is odd for men: every other stays on its side.
  const births = (of: string, where: string): string =>
    `right('00' || (${of} % 2 + 2 * ((${of} // 2 * [1, 3, 7, 9, 11, 13, 17, 19][1 + (${place(where)} % 8)::INTEGER] + 1 + (${place(where)} // 8 % 499)::BIGINT) % 500)), 3)`;
  const check = `substr('0123456789X', 1 + ((strpos('0123456789X', right(${f}, 1)) + (hash(left(${f}, 17), ${drawn(5)}) % 10)::BIGINT) % 11)::INTEGER, 1)`;
  const letters = [1, 2, 3, 4].map(
    (at) =>
      `CASE WHEN length(${f}) >= ${String(at)} THEN ${shifted(`substr(${f}, ${String(at)}, 1)`, inName(String(at), drawn))} ELSE '' END`,
  );
  return `CASE ${k} WHEN ${name} THEN ${letters.join(' || ')}
    WHEN ${resident} THEN left(${f}, 14) || ${births(`substr(${f}, 15, 3)::BIGINT`, `left(${f}, 14)`)} || ${check}
    WHEN ${oldResident} THEN left(${f}, 12) || ${births(`right(${f}, 3)::BIGINT`, `(left(${f}, 6) || '19' || substr(${f}, 7, 6))`)}
    WHEN ${marks} THEN ${otherMarks(f, drawn)} ELSE ${digits} END`;
}

/** Of a mixed code: what says the place stays (of a credit code, a plate, an address), each other character is shifted by those before it. */
function otherMarks(f: string, drawn: (at: number) => string): string {
  const kept = `(CASE WHEN regexp_full_match(${f}, '[0-9A-Z]{18}') THEN 8 WHEN regexp_full_match(${f}, '[${han}][A-Z][0-9A-Z]+') THEN 2
    ELSE length(regexp_extract(${f}, '^.*[省市州盟县区旗]')) END)`;
  const by = (many: number, at: number): string => `(1 + (hash(left(${f}, i - 1), ${drawn(at)}) % ${String(many - 1)})::BIGINT)`;
  const ascii = (first: string, code: number, many: number): string =>
    `chr((${String(code)} + (${first} - ${String(code)} + ${by(many, 0)}) % ${String(many)})::INTEGER)`;
  return `array_to_string(list_transform(string_split(${f}, ''), lambda c, i: CASE WHEN i <= ${kept} THEN c
      WHEN c BETWEEN '0' AND '9' THEN ${ascii('unicode(c)', 48, 10)} WHEN c BETWEEN 'A' AND 'Z' THEN ${ascii('unicode(c)', 65, 26)}
      WHEN regexp_full_match(c, '[${han}]') THEN ${shifted('c', `CASE WHEN i <= 4 THEN ${inName('i', drawn)} ELSE ${by(hanMany, 1)} END`)} ELSE c END), '')`;
}

/** Another notation of an identifier becomes the same notation of its replacement, where the two have as many letters and digits. */
const inNotation = (v: string, f: string, other: string): string => {
  const signs = (of: string): string => `length(regexp_replace(${of}, '[^\\p{L}\\p{N}]', '', 'g'))`;
  return `CASE WHEN ${v} = ${f} THEN ${other} WHEN ${signs(v)} <> length(${f}) THEN ${other}
    ELSE array_to_string(list_transform(string_split(${v}, ''), lambda c, i: CASE WHEN regexp_full_match(c, '[\\p{L}\\p{N}]')
      THEN substr(${other}, ${signs(`left(${v}, i)`)}, 1) ELSE c END), '') END`;
};

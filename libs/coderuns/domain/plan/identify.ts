import type { ReleaseRule } from '#datasets/contract';
import { ownForm, sqlName } from '#kernel';
import type { Identifier, Releases } from './compile.js';

/** A column of an input that may tell whom a row is about, by what its provider says of it. */
export interface Declared {
  readonly column: string;
  /** DuckDB's type. */
  readonly type: string;
  /** What the provider, or detection, says that it holds; null where nobody decided. */
  readonly sensitiveType: string | null;
  /** What may leave of its values; `public` where the whole input is a list that anybody may have. Absent: `aggregate`. */
  readonly release?: ReleaseRule;
}

/** Whether the input is a list that anybody may have: it is about nobody. */
export const isList = (columns: readonly Declared[]): boolean => columns.length > 0 && columns.every(({ release }) => release === 'public');
/** By table, which of them are lists, and of which fields figures leave rounded. */
export const releasesOf = (tables: ReadonlyMap<string, readonly Declared[]>): Releases => ({
  lists: new Set([...tables].flatMap(([table, columns]) => (isList(columns) ? [table] : []))),
  rounded: new Set(
    [...tables].flatMap(([table, columns]) =>
      columns.flatMap(({ column, release }) => (release === 'rounded' ? [`${table}.${column}`] : [])),
    ),
  ),
});

/** What a value of these tells: who it is. */
const identifying: ReadonlySet<string> = new Set([
  ...['resident-id', 'uscc', 'mobile', 'landline', 'bank-card', 'passport', 'hk-macao-permit', 'taiwan-permit', 'plate', 'name', 'email'],
  ...['ipv4', 'ipv6', 'mac', 'medical-record-number', 'account-number'],
]);
export const isIdentifying = (sensitiveType: string | null): boolean => sensitiveType !== null && identifying.has(sensitiveType);

/** Of so many rows on, a text that hardly ever comes twice tells whose row it is, where most rows have one: a remark now and then does not. */
const fewest = 20;
const uniqueShare = 0.9;
const filledShare = 0.5;
/** What most values of a text look like is what it holds, whatever its provider calls it: resident IDs, mobile numbers. */
const formShare = 0.5;
const identifierForms = '[1-9]\\d{5}(18|19|20)\\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])\\d{3}[0-9Xx]|(\\+?86)?1[3-9]\\d{9}';

/** Documents of which a person, or a firm, has one: by them people are told apart where another number is missing. */
const documents: ReadonlySet<string> = new Set(['resident-id', 'uscc', 'passport', 'hk-macao-permit', 'taiwan-permit']);
const documentShare = 0.9;

/** Of large files one value in so many is counted, with all its rows. */
const oneIn = 16;
/** Bytes of a Parquet file that has tens of thousands of rows at least. */
const largeBytes = 1_000_000;
/**
 * Figures of a column: rows, values, different ones, whether none comes twice, whether the normal form of each is itself, those in a form;
 * of whole numbers the least of two digits and the greatest.
 */
const measures = 8;

/**
 * One row: of each column in turn how many rows and values there are, how many different ones, whether it is certain that none comes twice, and
 * that the normal form of each is itself. Certain is what all values were counted for: of large files those of one column.
 */
export function measureSql(table: string, columns: readonly Declared[], bytes = 0): string {
  const part = bytes > largeBytes ? oneIn : 1;
  const whole = columns.find(({ sensitiveType }) => isIdentifying(sensitiveType) && sensitiveType !== 'name');
  const each = columns.flatMap((one) => {
    const name = sqlName(one.column);
    const counted = part === 1 || one === whole;
    const drawn = counted ? '' : ` FILTER (WHERE hash(${name}) % ${String(part)} = 0) * ${String(part)}`;
    const [there, values] = [`count(${name})${drawn}`, `count(DISTINCT CASE WHEN ${name} IS NOT NULL THEN hash(${name}) END)${drawn}`];
    const inForm = isIdentifying(one.sensitiveType)
      ? `coalesce(bool_and(regexp_full_match(CAST(${name} AS VARCHAR), '${ownForm}')), true)`
      : 'false';
    const text = `regexp_replace(CAST(${name} AS VARCHAR), '[\\s-]', '', 'g')`;
    const form = isWhole(one) ? numberForms(name) : `regexp_full_match(${text}, '${identifierForms}')`;
    const looksSo = isIdentifying(one.sensitiveType)
      ? '0'
      : `count(*) FILTER (WHERE ${part === 1 ? '' : `hash(${name}) % ${String(part)} = 0 AND `}${form}) * ${String(part)}`;
    return [
      ...['count(*)', there, values, counted ? `(${there} = ${values} AND ${inForm})::INTEGER` : '0', `${inForm}::INTEGER`, looksSo],
      ...(isWhole(one) ? [`min(${name}) FILTER (WHERE ${name} > 9)`, `max(${name})`] : ['0', '0']),
    ];
  });
  return `SELECT ${each.join(', ') || '1'} FROM ${sqlName(table)}`;
}

/** Columns that are looked at: what is said to identify, texts, and whole numbers. Other amounts and dates are often unique and tell nobody. */
export const looked = (columns: readonly Declared[]): readonly Declared[] =>
  isList(columns) ? [] : columns.filter((one) => isIdentifying(one.sensitiveType) || one.type === 'VARCHAR' || isWhole(one));

/** Whole numbers that can be measured beside one another; the smallest types hold no identifier. */
const isWhole = ({ type }: Declared): boolean => /^(U?(SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+, *0\))$/.test(type);
/** Mobile numbers, and resident IDs whose last character is a digit. */
const numberForms = (name: string): string =>
  `(${name} BETWEEN 13000000000 AND 19999999999 OR ${name} BETWEEN 8613000000000 AND 8619999999999
    OR (${name} BETWEEN 100000000000000000 AND 999999999999999999 AND ${name} // 100000000 % 10000 BETWEEN 1900 AND 2099))`;

/** Of amounts that lie so close together so many would come twice by chance, of numbers that were given out none does. */
const chanceTwice = 10;
const ofThemTwice = 0.1;
/** Numbers of so many digits all alike are given out; times and dates are written so too. */
const alikeDigits = 7;
const times: readonly (readonly [number, number])[] = [
  ...([[1900, 2100], [19000101, 21001231], [946_684_800, 2_208_988_800], [946_684_800_000, 2_208_988_800_000]] as const),
  ...([[190001, 210012], [190001010000, 210012312359], [19000101000000, 21001231235959]] as const),
]; // prettier-ignore
/** Whether whole numbers, of which hardly any comes twice, are numbers that were given out, one to each, rather than amounts. */
function areGivenOut(there: number, values: number, low: number, high: number): boolean {
  if (values < 0.99 * there || low <= 0 || times.some(([from, to]) => low >= from && high <= to)) return false;
  const expected = there ** 2 / (2 * (high - low + 1));
  const alike = Math.floor(Math.log10(low)) === Math.floor(Math.log10(high)) && high >= 10 ** (alikeDigits - 1);
  return alike || (expected >= chanceTwice && there - values < ofThemTwice * expected);
}

/**
 * The columns that identify, the one with the fewest values first: those that are said to, texts that are unique in the data, numbers that
 * were given out one to each, and what mostly looks like an identifier.
 * @param measured what `measureSql` of the looked-at columns found
 */
export function identifiersOf(columns: readonly Declared[], measured: readonly number[]): readonly Identifier[] {
  const filled = new Map<string, number>();
  const found = columns
    .flatMap(({ column, type, sensitiveType }, at): Identifier[] => {
      const [rows = 0, there = 0, values = 0, once = 0, inForm = 0, looksSo = 0, low = 0, high = 0] = measured.slice(
        measures * at,
        measures * at + measures,
      );
      const told = isWhole({ column, type, sensitiveType }) ? areGivenOut(there, values, low, high) : values >= uniqueShare * there;
      const unique = there >= fewest && told && there >= filledShare * rows;
      if (!isIdentifying(sensitiveType) && !unique && (looksSo === 0 || looksSo < formShare * there)) return [];
      filled.set(column, rows === 0 ? 1 : there / rows);
      return [{ column, values, isName: sensitiveType === 'name', once: once === 1, plain: inForm === 1 }];
    })
    .sort((a, b) => a.values - b.values);
  const known = found.filter(({ column }) =>
    columns.some((one) => one.column === column && documents.has(one.sensitiveType ?? '') && (filled.get(column) ?? 0) >= documentShare),
  );
  const [document] = known;
  return found.map((one) =>
    document === undefined || known.includes(one) || (filled.get(one.column) ?? 1) >= filledShare
      ? one
      : { ...one, otherwise: document.column },
  );
}

/** Before there are data: what is said alone. */
export const declaredIdentifiers = (columns: readonly Declared[]): readonly Identifier[] =>
  columns.flatMap(({ column, sensitiveType }): Identifier[] =>
    isIdentifying(sensitiveType) ? [{ column, values: 0, isName: sensitiveType === 'name' }] : [],
  );

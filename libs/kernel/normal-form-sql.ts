import { sqlText } from './sql-words.js';
import { identifierRules, separators, wholeFraction } from './identifier-form.js';
import { composableClass, dayForm, groupedNumber, plainClass, plainNumber, readings } from './normal-form.js';

/** Values that are their own `compact_form`: digits, capital letters and ideographs alone. For a pattern that matches whole. */
export const ownForm = '[0-9A-Z\\x{4E00}-\\x{9FFF}]*';

/** Between the table's entries; it is taken out of values first. */
const mark = '\u0001';

/** Entries that are looked through for one letter. */
const blockSize = 500;

/** Single readings that Chinese text is full of: `translate` does them all at once; the whole table is looked through for the rest. */
const common = Array.from({ length: 94 }, (_, i) => String.fromCodePoint(0xff01 + i)).concat(
  Array.from('\u3000\u3001\u3002\u2018\u2019\u201c\u201d\u2014\u2022'),
);

/**
 * The normal forms of `normal-form.ts` and `identifier-form.ts` as macros of DuckDB: `normal_text(v)`, `normal_value(v)`, `compact_form(v)`
 * and `identifier_<type>(v)` (see `identifierFormSql`). To be run once in a connection, before what uses them.
 */
export const normalFormMacros = (): string => (made ??= macros());
let made: string | undefined;
function macros(): string {
  const table = readings();
  const longest = Math.max(...[...table.values()].map((read) => Array.from(read).length));
  const from = common.join('');
  const to = common.map((letter) => table.get(letter) ?? letter).join('');
  const entries = [...table];
  const blocks = Array.from({ length: Math.ceil(entries.length / blockSize) }, (_, i) => entries.slice(i * blockSize, (i + 1) * blockSize));
  const lookedUp = blocks.map((block) => {
    const all = sqlText(block.map((entry) => mark + entry.join('')).join('') + mark);
    const found = `strpos(${all}, ${sqlText(mark)} || c)`;
    const read = `substr(${all}, ${found} + 2, ${String(longest + 1)})`;
    return `WHEN unicode(c) <= ${String(block.at(-1)?.[0].codePointAt(0))} THEN CASE WHEN ${found} > 0 THEN split_part(${read}, ${sqlText(mark)}, 1) ELSE c END`;
  });
  const forms: readonly (readonly [string, string])[] = [
    ['normal_marks', `CASE WHEN regexp_full_match(v, '[${composableClass}]*') THEN nfc_normalize(v) ELSE v END`],
    [
      'normal_letters',
      `CASE WHEN regexp_full_match(v, '[${plainClass}]*') THEN lower(v)
        WHEN regexp_full_match(v, '[${plainClass}${from}]*') THEN lower(translate(v, ${sqlText(from)}, ${sqlText(to)}))
        ELSE array_to_string(list_transform(regexp_extract_all(replace(replace(normal_marks(v), chr(0), ''), chr(1), ''), '(?s:.)'), lambda c:
          CASE WHEN regexp_full_match(c, '[ -@\\[-~一-鿿]') THEN c
            ${lookedUp.join('\n')} ELSE c END), '') END`,
    ],
    ['normal_text', `trim(regexp_replace(normal_letters(v), ' +', ' ', 'g'))`],
    ['ungrouped', `CASE WHEN regexp_full_match(v, '${groupedNumber}') THEN replace(v, ',', '') ELSE v END`],
    [
      'plain_number',
      `regexp_replace(regexp_replace(CASE WHEN contains(v, '.') THEN regexp_replace(regexp_replace(v, '0+$', ''), '\\.$', '') ELSE v END,
        '^\\+', ''), '^(-?)0+([0-9])', '\\1\\2')`,
    ],
    [
      'value_of_text',
      `CASE WHEN regexp_full_match(ungrouped(v), '${plainNumber}') THEN plain_number(ungrouped(v)) ELSE regexp_replace(v, '${dayForm}', '\\1-\\2-\\3') END`,
    ],
    ['normal_value', once('normal_text(v)', 'value_of_text')],
    [
      'compact_form',
      // One pattern tells it of most values, and costs a fraction of the form.
      `CASE WHEN regexp_full_match(v, '${ownForm}') THEN v ELSE translate(regexp_replace(regexp_replace(normal_text(v), '${wholeFraction}', '\\1'), ${sqlText(separators)}, '', 'g'), 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') END`,
    ],
  ];
  const identifiers = Object.keys(identifierRules).flatMap(identifierMacros);
  const all = [...forms, ['renewed_id', renewedId] as const, ...identifiers];
  return all.map(([name, body]) => `CREATE OR REPLACE TEMP MACRO ${name}(v) AS ${body};`).join('\n');
}

const macroOf = (type: string): string => `identifier_${type.replaceAll('-', '_')}`;

/** The form of an identifier as an SQL expression; `normalFormMacros` must have been run. @param value an expression of type VARCHAR */
export const identifierFormSql = (type: string, value: string): string =>
  Object.hasOwn(identifierRules, type) ? `${macroOf(type)}(${value})` : `nullif(normal_value(${value}), '')`;

/** The same from a value's `compact_form`, which is the dear part of it: once for several types. */
export const identifierOfCompactSql = (type: string, compact: string): string =>
  Object.hasOwn(identifierRules, type) ? `${macroOf(type)}_core(${compact})` : compact;

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const firstOfRenewed = `(left(v, 6) || '19' || right(v, 9))`;
const renewedId = `CASE WHEN regexp_full_match(v, '[1-9][0-9]{14}') THEN ${firstOfRenewed} || substr('10X98765432', CAST((${weights.map((weight, i) => `${String(weight)} * CAST(substr(${firstOfRenewed}, ${String(i + 1)}, 1) AS INTEGER)`).join(' + ')}) % 11 AS BIGINT) + 1, 1) ELSE v END`;

/** A macro over an expression that is computed once, however often the macro names it. */
const once = (expression: string, macro: string): string => `list_transform([${expression}], lambda x: ${macro}(x))[1]`;

/** The macros of one type: from the compact form `v`, and from the value. */
function identifierMacros(type: string): readonly (readonly [string, string])[] {
  const rule = identifierRules[type];
  if (rule === undefined) return [];
  const name = macroOf(type);
  const core = rule.core === undefined ? 'v' : `coalesce(nullif(regexp_extract(v, '${rule.core}', 1), ''), v)`;
  const written =
    rule.rewritten === undefined ? core : `regexp_replace(${core}, '${rule.rewritten[0]}', '${rule.rewritten[1].replace('$1', '\\1')}')`;
  const form = type === 'resident-id' ? once(written, 'renewed_id') : written;
  return [
    [`${name}_core`, form],
    [name, `CASE WHEN regexp_full_match(v, '${rule.canonical}') THEN v ELSE nullif(${once('compact_form(v)', `${name}_core`)}, '') END`],
  ];
}

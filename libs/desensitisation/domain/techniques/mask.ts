import { compactForm, normalText, sqlText } from '#kernel';
import { compoundSurnames } from '../detectors/surnames.js';
import { fullMatch, hidden, matchesFully, trimSpaces, type Pattern } from './patterns.js';

/** A form and what is left of it; `$1` and `$2` are what stays. */
type Rule = readonly [form: Pattern, left: string];

const rules: Readonly<Record<string, readonly Rule[]>> = {
  // Region (6) and the last four stay; birth date and most of the sequence go.
  'resident-id': [
    ['(\\d{6})\\d{8}(\\d{3}[\\dXx])', '$1********$2'],
    ['(\\d{6})\\d{5}(\\d{4})', '$1*****$2'],
  ],
  mobile: [['(?:(?:\\+|00)?86[- ]?|0)?(1[3-9]\\d)\\d{4}(\\d{4})', '$1****$2']],
  landline: [['(0\\d{2,3})[- ]?\\d{5,6}(\\d{2})(?:-\\d{1,6})?', '$1-*****$2']],
  'bank-card': [['(\\d{6})\\d{6,9}(\\d{4})', '$1******$2']],
  passport: [
    ['([A-Za-z]{1,2})\\d{5,6}(\\d{2})', '$1*****$2'],
    ['(1[45])\\d{5}(\\d{2})', '$1*****$2'],
  ],
  permit: [['([A-Za-z]?)\\d{6}(\\d{2})(?:\\d{2})?', '$1******$2']],
  plate: [['(\\p{Han}[A-Z])[·• ]?[A-Z0-9]{3,5}([A-Z0-9]|挂|学|警|港|澳)', '$1****$2']],
  email: [["([A-Za-z0-9])[A-Za-z0-9._%+'-]*(@[A-Za-z0-9.-]+)", '$1***$2']],
  ip: [['(\\d{1,3}\\.\\d{1,3})\\.\\d{1,3}\\.\\d{1,3}', '$1.*.*']],
  mac: [
    ['([0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2})(?:[:-][0-9A-Fa-f]{2}){3}', '$1:**:**:**'],
    ['([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{2})[0-9A-F]{6}', '$1:$2:$3:**:**:**'],
  ],
  uscc: [['([0-9A-Z]{8})[0-9A-Z]{8}([0-9A-Z]{2})', '$1********$2']],
};

/** A name keeps its surname; one written with a dot (minority and transliterated names) its first character. */
const dotted: Pattern = '\\p{Han}{1,12}(?:[·•‧・]\\p{Han}{1,12})+';
const latin: Pattern = "[A-Za-z][A-Za-z .,'-]*";
const compound = [4, 3, 2].map((length) => {
  const names = compoundSurnames.filter((surname) => Array.from(surname).length === length);
  return { length, form: `(?:${names.join('|')})\\p{Han}{1,6}` };
});
const plain: Pattern = '\\p{Han}{2,8}';

function maskName(value: string): string {
  const letters = Array.from(value);
  if (matchesFully(dotted, value)) return `${letters[0] ?? ''}**·**`;
  for (const { length, form } of compound) {
    if (matchesFully(form, value)) return letters.slice(0, length).join('') + '*'.repeat(letters.length - length);
  }
  if (matchesFully(plain, value)) return (letters[0] ?? '') + '*'.repeat(letters.length - 1);
  return matchesFully(latin, value) ? `${letters[0] ?? ''}***` : hidden;
}

const nameWhens = (x: string): string =>
  [
    `WHEN regexp_full_match(${x}, ${sqlText(dotted)}) THEN left(${x}, 1) || '**·**'`,
    ...compound.map(
      ({ length, form }) =>
        `WHEN regexp_full_match(${x}, ${sqlText(form)}) THEN left(${x}, ${String(length)}) || repeat('*', length(${x}) - ${String(length)})`,
    ),
    `WHEN regexp_full_match(${x}, ${sqlText(plain)}) THEN left(${x}, 1) || repeat('*', length(${x}) - 1)`,
    `WHEN regexp_full_match(${x}, ${sqlText(latin)}) THEN left(${x}, 1) || '***'`,
  ].join(' ');

/** Kinds whose separators are part of their form. */
const asText: ReadonlySet<string> = new Set(['email', 'ip']);
const otherNotation = (shape: string, value: string): string => (asText.has(shape) ? normalText(value) : compactForm(value));
const otherNotationSql = (shape: string, text: string): string => (asText.has(shape) ? `normal_text(${text})` : `compact_form(${text})`);

function masked(shape: string, text: string): string {
  if (shape === 'name') return maskName(text);
  for (const [form, left] of rules[shape] ?? []) {
    const pattern = fullMatch(form);
    if (pattern.test(text)) return text.replace(pattern, left);
  }
  return hidden;
}

/** Hides the middle of a value by the fixed form of its kind, in whatever notation; what does not have the form is hidden whole. */
export function mask(shape: string, value: string): string {
  const asItStands = masked(shape, trimSpaces(value));
  return asItStands === hidden ? masked(shape, otherNotation(shape, value)) : asItStands;
}

const endsOf = (start: number, hiding: string, end: number) => (x: string) =>
  `left(${x}, ${String(start)}) || '${hiding}' || right(${x}, ${String(end)})`;
/** The common notations of what is masked most: cut out by place, in half the time of a replacement by pattern. They come first and agree with it. */
const cuts: Readonly<Record<string, readonly [form: Pattern, left: (x: string) => string]>> = {
  'resident-id': ['\\d{17}[\\dXx]', endsOf(6, '********', 4)],
  mobile: ['1[3-9]\\d{9}', endsOf(3, '****', 4)],
  'bank-card': ['\\d{16,19}', endsOf(6, '******', 4)],
  email: ["[A-Za-z0-9][A-Za-z0-9._%+'-]*@[A-Za-z0-9.-]+", (x) => `left(${x}, 1) || '***@' || split_part(${x}, '@', 2)`],
};
function cutWhen(shape: string, x: string): string {
  const cut = cuts[shape];
  return cut === undefined ? '' : `WHEN regexp_full_match(${x}, ${sqlText(cut[0])}) THEN ${cut[1](x)} `;
}

const maskedWhens = (shape: string, x: string): string =>
  shape === 'name'
    ? nameWhens(x)
    : (rules[shape] ?? [])
        .map(([form, left]) => {
          const whole = sqlText(`^(?:${form})$`);
          return `WHEN regexp_full_match(${x}, ${sqlText(form)}) THEN regexp_replace(${x}, ${whole}, ${sqlText(left.replaceAll('$', '\\'))})`;
        })
        .join(' ');

/** @param text an SQL expression of type VARCHAR; `normalFormMacros` must have been run */
export function maskSql(shape: string, text: string): string {
  const other = `CASE ${maskedWhens(shape, 'y')} WHEN y IS NOT NULL THEN ${sqlText(hidden)} END`;
  return `CASE ${cutWhen(shape, text)}${maskedWhens(shape, `trim(${text})`)} ELSE list_transform([${otherNotationSql(shape, text)}], lambda y: ${other})[1] END`;
}

/** Fewest characters that masking by ends hides: ten thousand possibilities for digits. A shorter value is hidden whole. */
const leastHidden = 4;

export function maskEnds(start: number, end: number, value: string): string {
  const letters = Array.from(trimSpaces(value));
  const middle = letters.length - start - end;
  if (middle < leastHidden) return hidden;
  return letters.slice(0, start).join('') + '*'.repeat(middle) + letters.slice(letters.length - end).join('');
}

export function maskEndsSql(start: number, end: number, text: string): string {
  const x = `trim(${text})`;
  const kept = String(start + end);
  const tail = end === 0 ? `''` : `right(${x}, ${String(end)})`;
  const head = start === 0 ? `''` : `left(${x}, ${String(start)})`;
  return `CASE WHEN length(${x}) - ${kept} < ${String(leastHidden)} THEN ${sqlText(hidden)} ELSE ${head} || repeat('*', length(${x}) - ${kept}) || ${tail} END`;
}

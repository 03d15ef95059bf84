/**
 * The one form under which two notations of a text, a value or an identifier are the same. Detection, pseudonyms, the proof, the export
 * gate and the row match all use it; its SQL form (`normal-form-sql.ts`) gives the same text for every input.
 *
 * A text is read one code point after another by one table: compatibility forms (NFKD of Unicode, so full width, circled, ligatures),
 * lower case, digits of every script as 0–9, every dash as `-`, every middle dot as `·`, quotation marks as those of ASCII, white space and
 * line ends as one space, whatever is invisible (format, fillers, variation selectors, controls) as nothing. Hangul syllables stay.
 */
export const normalText = (value: string): string => {
  if (plain.test(value)) return squeezed(value.toLowerCase());
  const composed = composable.test(value) ? value.normalize('NFC') : value;
  const table = readings();
  return squeezed(Array.from(composed.replace(neverMapped, ''), (letter) => table.get(letter) ?? letter).join(''));
};

/** Nothing in it needs the table but letters of ASCII. */
export const plainClass = ' -~一-鿿';
const plain = new RegExp(`^[${plainClass}]*$`, 'u');
/**
 * Scripts whose composition has not changed since Unicode 5: only there are combining marks brought into one order first, so that engines
 * with other versions of Unicode agree.
 */
export const composableClass = '\\x{1}-\\x{5FF}\\x{1E00}-\\x{206F}\\x{2E80}-\\x{9FFF}\\x{AC00}-\\x{D7A3}\\x{FF00}-\\x{FFEF}';
const composable = new RegExp(`^[${composableClass.replaceAll('\\x', '\\u')}]*$`, 'u');
/** U+0000 and U+0001: removed before the table, in which SQL uses the latter as its separator. */
const neverMapped = new RegExp(`[${String.fromCharCode(0, 1)}]`, 'gu');
const squeezed = (text: string): string => text.replace(/ +/g, ' ').replace(/^ | $/g, '');

const singles: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['-', '\u2212\u2043\u02d7'],
    ['·', '\u2022\u2027\u2219\u22c5\u30fb\u00b7\u2e31\u16eb'],
    ["'", '\u2018\u2019\u201b\u02bc\u2032\u00b4'],
    ['"', '\u201c\u201d\u201f\u2033'],
    ['.', '\u3002'],
    [',', '\u3001'],
    [' ', '\u2800\t\n\v\f\r\u001c\u001d\u001e\u001f\u0085'],
  ].flatMap(([to = '', from = '']) => Array.from(from, (letter) => [letter, to])),
);

function reading(letter: string, code: number, digit: (code: number) => number | undefined): string {
  const single = singles[letter];
  if (single !== undefined) return single;
  if (/\p{White_Space}/u.test(letter)) return ' ';
  if (/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(letter)) return '';
  const value = digit(code);
  if (value !== undefined) return String(value);
  if (/\p{Pd}/u.test(letter)) return '-';
  return letter;
}

let made: ReadonlyMap<string, string> | undefined;
/** The table: code points that read as something else, and as what. Made once, when it is first needed (about a tenth of a second). */
export function readings(): ReadonlyMap<string, string> {
  return (made ??= makeReadings());
}
function makeReadings(): Map<string, string> {
  const decimals = new Map<number, number>();
  for (let code = 0, run = 0; code < 0x20000; code++) {
    run = /\p{Nd}/u.test(String.fromCodePoint(code)) ? run + 1 : 0;
    if (run > 0) decimals.set(code, (run - 1) % 10);
  }
  const digit = (code: number): number | undefined => decimals.get(code);
  const table = new Map<string, string>();
  for (let code = 2; code < 0xe1000; code = code === 0x2ffff ? 0xe0000 : code + 1) {
    if ((code >= 0x4e00 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xdfff)) continue;
    const letter = String.fromCodePoint(code);
    const own = reading(letter, code, digit);
    const read =
      own !== letter ? own : Array.from(letter.normalize('NFKD').toLowerCase(), (c) => reading(c, c.codePointAt(0) ?? 0, digit)).join('');
    if (read !== letter) table.set(letter, read);
  }
  return table;
}

/** A text that is a number or a day is the same in every spelling: `０１２.50` = `12.5`, `1,234` = `1234`, `2020年01月5日` = `2020-1-5`. */
export function normalValue(value: string): string {
  const text = normalText(value);
  const ungrouped = new RegExp(`^(?:${groupedNumber})$`).test(text) ? text.replaceAll(',', '') : text;
  if (new RegExp(`^(?:${plainNumber})$`).test(ungrouped)) {
    const short = ungrouped.includes('.') ? ungrouped.replace(/0+$/, '').replace(/\.$/, '') : ungrouped;
    return short.replace(/^\+/, '').replace(/^(-?)0+([0-9])/, '$1$2');
  }
  return text.replace(new RegExp(dayForm, 'u'), '$1-$2-$3');
}
export const groupedNumber = '[+-]?[0-9]{1,3}(,[0-9]{3})+(\\.[0-9]+)?';
export const plainNumber = '[+-]?[0-9]+(\\.[0-9]+)?';
export const dayForm = '^([0-9]{4})[-/.年]0?([0-9]{1,2})[-/.月]0?([0-9]{1,2})日?( 00:00(:00(\\.0+)?)?)?$';

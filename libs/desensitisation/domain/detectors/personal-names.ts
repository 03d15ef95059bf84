import { compoundSurnames, surnames } from './surnames.js';
import { givenCharacters, latinGiven, pinyinGiven, pinyinSurnames } from './given-names.js';
import type { Cell } from './cell.js';

const titles =
  /(?:先生|女士|小姐|同志|医生|医师|大夫|老师|主任|护士|教授|经理|书记|师傅|院长|校长|处长|科长|局长|律师|法官|警官|会计|阿姨|叔叔|等\d*人|本人)$/u;
const label = /^(?:姓名|户主|联系人|法人|负责人|患者|申请人|经办人)[:：]?/u;
const between = /[;,/|&+\n]| ?和 ?|、/u;

/** How a Han name is read: whether it begins with a surname, and whether only characters of given names follow. */
interface HanName {
  readonly surname: boolean;
  readonly given: boolean;
}
function hanName(part: string): HanName | undefined {
  if (/^\p{Script=Han}{1,8}(?:·\p{Script=Han}{1,10}){1,4}$/u.test(part)) return { surname: true, given: true };
  const letters = Array.from(part.replaceAll(' ', ''));
  if (letters.length < 2 || letters.length > 4 || !/^\p{Script=Han}+$/u.test(letters.join(''))) return undefined;
  const joined = letters.join('');
  const compound = compoundSurnames.find((surname) => joined.startsWith(surname) && letters.length > Array.from(surname).length);
  const length = compound === undefined ? 1 : Array.from(compound).length;
  const double = length === 1 && letters.length === 4 && surnames.has(letters[1] ?? '') ? 2 : length;
  if (letters.length - double > 2) return { surname: false, given: false };
  return {
    surname: compound !== undefined || surnames.has(letters[0] ?? ''),
    given: letters.slice(double).every((letter) => givenCharacters.has(letter)),
  };
}

/** The names in a value, without titles and what stands in brackets. */
function parts({ text }: Cell): readonly string[] {
  const bare = text
    .replace(/\(.*?\)/g, '')
    .replace(label, '')
    .trim();
  return bare
    .split(between)
    .flatMap((part) => (/^\p{Script=Han}{2,4}(?: \p{Script=Han}{2,4})+$/u.test(part.trim()) ? part.trim().split(' ') : [part.trim()]))
    .map((part) => part.replace(titles, '').trim())
    .filter((part) => part !== '');
}
const all = (cell: Cell, test: (name: HanName) => boolean): boolean => {
  const names = parts(cell).map(hanName);
  return names.length > 0 && names.every((name) => name !== undefined && test(name));
};
/** Two to four Han characters that begin with a surname, or minority names with dots; one or several. */
export const isSurnamed = (cell: Cell): boolean =>
  all(cell, (name) => name.surname) || (titles.test(cell.text) && surnamedTitle(cell.text));
const surnamedTitle = (text: string): boolean => surnames.has(text.charAt(0)) && text.replace(titles, '').length === 1;
/** … of whose given name every character is one of given names. */
export const isFullHanName = (cell: Cell): boolean =>
  all(cell, (name) => name.surname && name.given) || (titles.test(cell.text) && surnamedTitle(cell.text));
export const isDottedName = ({ text }: Cell): boolean => /^\p{Script=Han}{1,8}(?:·\p{Script=Han}{1,10}){1,4}$/u.test(text);
/** Han characters that can be a name at all. */
export const couldBeName = (cell: Cell): boolean =>
  isSurnamed(cell) || isLatinWords(cell) || parts(cell).every((part) => /^\p{L}{2,4}$/u.test(part));

const latinWords = ({ text }: Cell): readonly string[] =>
  /^[a-z\u00c0-\u024f.,' -]+$/.test(text.normalize('NFC')) ? text.split(/[ ,]+/).filter((word) => word !== '') : [];
/** Two to four words of letters. */
export const isLatinWords = (cell: Cell): boolean => {
  const words = latinWords(cell);
  return words.length >= 2 && words.length <= 4 && words.every((word) => word.length <= 14);
};
export const isLatinName = (cell: Cell): boolean => isLatinWords(cell) && latinWords(cell).some((word) => latinGiven.has(word));
/** A surname and one or two syllables in pinyin, in either order, in two words. */
export const isPinyinName = (cell: Cell): boolean => {
  const words = latinWords(cell);
  if (words.length < 2 || words.length > 3) return false;
  const named = (surname = '', given: readonly string[]): boolean => pinyinSurnames.has(surname) && pinyinGiven.test(given.join(''));
  return named(words[0], words.slice(1)) || named(words.at(-1), words.slice(0, -1));
};
/** … in one word. */
export const isJoinedPinyinName = ({ text }: Cell): boolean =>
  /^[a-z]{4,18}$/.test(text) &&
  [2, 3, 4, 5, 6, 7].some((at) => pinyinSurnames.has(text.slice(0, at)) && text.length > at && pinyinGiven.test(text.slice(at)));

const who = '由|经|与|给|系|为|是|人|者|主|员|长|妻|夫|父|母|子|女|叫|名|委托|联系|:';
const then = '代办|代|办理|签|领|同志|先生|女士|医生|老师|电话|身份|反映|来电|负责|[,.;:()]|$';
const mentioned = new RegExp(`(?:${who}) ?(\\p{Script=Han})(\\p{Script=Han}{1,2})(?:${then})`, 'u');
/** Somebody is named inside a longer text. */
export function mentionsPerson({ text }: Cell): boolean {
  const [, surname = '', given = ''] = mentioned.exec(text) ?? [];
  return surnames.has(surname) && given !== '' && Array.from(given).every((letter) => givenCharacters.has(letter));
}

import type { SensitiveType } from '#datasets/contract';
import { z } from 'zod';
import { isBankCard, isCalendarDay, isResidentId, isUscc } from './checksums.js';
import { compoundSurnames, surnames } from './surnames.js';

/**
 * How sure a match of the whole value is: `checked` by a check character, `shaped` by a form that little else has, `weak` when other
 * things look the same, so that a name of the column or many such values must agree.
 */
export type Certainty = 'checked' | 'shaped' | 'weak';

/** Finds one kind of identifier. Pure; knows nothing of where the text comes from. */
export interface Detector {
  readonly type: SensitiveType;
  readonly certainty: Certainty;
  /**
   * A regular expression (in the common part of RE2 and ECMAScript) that every identifier of this kind matches somewhere; others may
   * match too. For a fast first look in SQL; `matches` decides.
   */
  readonly candidate: string;
  /** Whether the whole value is one, after outer white space is taken off. */
  readonly matches: (value: string) => boolean;
  /** Finds them inside a longer text; absent where only a whole value can be told. */
  readonly within?: RegExp;
}

export const provinceLetters = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼';
const edge = (core: string): RegExp => new RegExp(`(?<![0-9A-Za-z])(?:${core})(?![0-9A-Za-z])`, 'gu');

const mobile = '1[3-9]\\d{9}';
const landline = '0\\d{2,3}[- ]?[2-8]\\d{6,7}(?:-\\d{1,6})?';
const passport = '(?:[EeGg]\\d{8}|[Ee][A-HJ-NP-Za-hj-np-z]\\d{7}|[DdSsPp][Ee]?\\d{7,8}|1[45]\\d{7})';
const plate = `[${provinceLetters}][A-HJ-NP-Za-hj-np-z][-·• ]?(?:[A-HJ-NP-Za-hj-np-z0-9]{4}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳]|[A-HJ-NP-Za-hj-np-z0-9]{6})`;
const email = "[A-Za-z0-9._%+'-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}";
const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const mac = '[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:\\.[0-9A-Fa-f]{4}){2}';
const ipv6 = z.ipv6();

const whole =
  (core: string) =>
  (value: string): boolean =>
    new RegExp(`^(?:${core})$`, 'u').test(value);
const mobileNumber = whole(`(?:(?:\\+|00)?86[- ]?)?${mobile}`);

function isName(value: string): boolean {
  if (/^\p{Script=Han}{1,8}(?:[·•‧・]\p{Script=Han}{1,10}){1,4}$/u.test(value)) return true;
  if (!/^\p{Script=Han}{2,4}$/u.test(value)) return false;
  const letters = Array.from(value);
  const compound = compoundSurnames.some((surname) => value.startsWith(surname) && letters.length > Array.from(surname).length);
  return compound || (letters.length <= 3 || surnames.has(letters[1] ?? '') ? surnames.has(letters[0] ?? '') : false);
}

/** A postal address down to a street, village, number or building: what points at a household, not at a region. */
const isAddress = (value: string): boolean =>
  value.length >= 6 &&
  value.length <= 120 &&
  /(?:省|市|区|县|旗|州|盟|镇|乡|街道|路|街|村|大道|胡同)/u.test(value) &&
  /(?:(?:路|街|道|巷|弄|胡同|村|镇|乡|里|组|屯)\S{0,20}?[0-9０-９一二三四五六七八九十百]+(?:号|弄|栋|幢|座|室|组|单元|楼|层|户|排)?|[0-9一二三四五六七八九十]+(?:号楼|单元|室|栋|幢)|小区|花园|公寓|家园|新村)/u.test(
    value,
  );

function isBirthDate(value: string): boolean {
  const [, y, m, d] = /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]00:00(?::00(?:\.0+)?)?)?$/u.exec(value) ?? [];
  return y !== undefined && Number(y) >= 1900 && Number(y) <= 2030 && isCalendarDay(Number(y), Number(m), Number(d));
}

/** "longitude,latitude" (or the other order) inside China's bounds, with four decimals or more: about ten metres. GCJ-02 and WGS-84 alike. */
function isCoordinatePair(value: string): boolean {
  const [, a, b] = /^\(?(-?\d{1,3}\.\d{4,})[,，; ]\s*(-?\d{1,3}\.\d{4,})\)?$/u.exec(value) ?? [];
  if (a === undefined) return false;
  const inside = (longitude: number, latitude: number): boolean => longitude > 73 && longitude < 136 && latitude > 3 && latitude < 54;
  return inside(Number(a), Number(b)) || inside(Number(b), Number(a));
}

/** All detectors, the surest first: a value that several claim belongs to the first. */
export const detectors: readonly Detector[] = [
  { type: 'resident-id', certainty: 'checked', candidate: '\\d{15}', matches: isResidentId, within: edge('\\d{17}[\\dXx]') },
  {
    type: 'uscc',
    certainty: 'checked',
    candidate: '[0-9A-Za-z]{2}\\d{6}[0-9A-Za-z]{10}',
    matches: (v) => isUscc(v.toUpperCase()),
    within: edge('[0-9A-Za-z]{2}\\d{6}[0-9A-Za-z]{10}'),
  },
  { type: 'mobile', certainty: 'shaped', candidate: mobile, matches: mobileNumber, within: edge(`(?:(?:\\+|00)?86[- ]?)?${mobile}`) },
  {
    type: 'bank-card',
    certainty: 'checked',
    candidate: '\\d{16,19}|\\d{4} \\d{4} \\d{4} \\d{4}',
    matches: (v) => isBankCard(v.replaceAll(' ', '')),
    within: edge('\\d{16,19}|\\d{4} \\d{4} \\d{4} \\d{4}(?: \\d{1,3})?'),
  },
  { type: 'email', certainty: 'shaped', candidate: '@', matches: whole(email), within: edge(email) },
  { type: 'mac', certainty: 'shaped', candidate: mac, matches: whole(mac), within: edge(mac) },
  {
    type: 'ipv4',
    certainty: 'shaped',
    candidate: '\\d\\.\\d{1,3}\\.\\d{1,3}\\.\\d',
    matches: whole(`${octet}(?:\\.${octet}){3}`),
    within: edge(`${octet}(?:\\.${octet}){3}`),
  },
  {
    type: 'ipv6',
    certainty: 'shaped',
    candidate: ':[0-9A-Fa-f]{0,4}:',
    matches: (v) => /[0-9A-Fa-f]:/.test(v) && v.length >= 6 && ipv6.safeParse(v).success,
  },
  {
    type: 'plate',
    certainty: 'shaped',
    candidate: `[${provinceLetters}][A-HJ-NP-Za-hj-np-z]`,
    matches: whole(plate),
    within: new RegExp(plate, 'gu'),
  },
  { type: 'coordinates', certainty: 'shaped', candidate: '\\d\\.\\d{4,}[,，; ]', matches: isCoordinatePair },
  { type: 'address', certainty: 'shaped', candidate: '[路街道巷弄胡村镇乡里组屯号楼元室栋幢区园寓]', matches: isAddress },
  { type: 'passport', certainty: 'weak', candidate: passport, matches: whole(passport) },
  { type: 'hk-macao-permit', certainty: 'weak', candidate: '[HMCWhmcw]\\d{8}', matches: whole('[HMCWhmcw]\\d{8}(?:\\d{2})?') },
  { type: 'landline', certainty: 'weak', candidate: '0\\d{2,3}', matches: whole(landline), within: edge('0\\d{2,3}-[2-8]\\d{6,7}') },
  { type: 'birth-date', certainty: 'weak', candidate: '\\d{4}', matches: isBirthDate },
  { type: 'name', certainty: 'weak', candidate: '\\p{Han}{2}', matches: isName },
  { type: 'taiwan-permit', certainty: 'weak', candidate: '\\d{8}', matches: whole('\\d{8}(?:\\d{2})?') },
];

/** What a whole value is, by the surest detector that claims it. */
export const typeOfValue = (value: string): SensitiveType => detectors.find((detector) => detector.matches(value.trim()))?.type ?? 'none';

/** Where an identifier stands in a text. Offsets in UTF-16 code units; never the text itself, so that a finding can be kept and shown. */
export interface Finding {
  readonly type: SensitiveType;
  readonly certainty: Certainty;
  readonly start: number;
  readonly end: number;
}

/** Looks for identifiers inside a text (a cell, a text layer, a document property); those with a check character are validated. */
export function findIdentifiers(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const { type, certainty, within, matches } of detectors) {
    for (const match of within === undefined ? [] : text.matchAll(within)) {
      const start = match.index;
      const end = start + match[0].length;
      if (matches(match[0]) && !found.some((other) => start < other.end && end > other.start)) found.push({ type, certainty, start, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

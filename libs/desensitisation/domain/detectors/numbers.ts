import { identifierForm, passesLuhn } from '#kernel';
import { isResidentId, isCalendarDay, provinces } from './checksums.js';
import type { Cell } from './cell.js';

const runs = (cell: Cell): readonly string[] => cell.compact.match(/\d[\dX]*/g) ?? [];

/** Region and birth date are those of a resident ID, whatever its last character: 17 or 18 characters. */
function residentShaped(value: string): boolean {
  if (!/^\d{17}[\dX]?$/.test(value)) return false;
  const region = value.startsWith('9') ? value.slice(1, 3) : value.slice(0, 2);
  const year = Number(value.slice(6, 10));
  return (
    provinces.has(region) && year >= 1900 && year <= 2030 && isCalendarDay(year, Number(value.slice(10, 12)), Number(value.slice(12, 14)))
  );
}

/** Resident IDs one behind the other. */
function tiled(value: string): boolean {
  if (value.length < 30) return false;
  for (let at = 0; at < value.length;) {
    const next = [18, 15].find(
      (length) => isResidentId(value.slice(at, at + length)) || (length === 18 && residentShaped(value.slice(at, at + 18))),
    );
    if (next === undefined) return false;
    at += next;
  }
  return true;
}

/** A card's number that begins or ends with the resident ID, e.g. of people with disabilities. */
const extended = (run: string): boolean =>
  run.length > 18 && run.length < 30 && (isResidentId(run.slice(0, 18)) || isResidentId(run.slice(-18)));

/** With region, birth date and check character. */
export const holdsCheckedId = (cell: Cell): boolean => runs(cell).some((run) => run.length === 18 && isResidentId(run));
export const holdsResidentId = (cell: Cell): boolean => runs(cell).some((run) => residentShaped(run) || tiled(run) || extended(run));
/** The year of birth that a resident ID says. */
export const yearInId = (cell: Cell): number | undefined => {
  const found = runs(cell).find(residentShaped);
  return found === undefined ? undefined : Number(found.slice(6, 10));
};
/** Fifteen digits of the first generation. */
export const holdsOldId = (cell: Cell): boolean => runs(cell).some((run) => run.length === 15 && isResidentId(run));
/** What a spreadsheet leaves of a number with too many digits: `1.10101E+17`. */
const lossy = (cell: Cell, exponents: readonly number[]): string | undefined => {
  const [, first, more = '', exponent] = /^'?(\d)(?:\.(\d+))?e\+?(\d+)$/.exec(cell.text) ?? [];
  return first !== undefined && exponents.includes(Number(exponent)) ? first + more : undefined;
};
export const lostDigitsOfId = (cell: Cell): boolean => {
  const left = lossy(cell, [16, 17]) ?? '';
  return left.length >= 2 && provinces.has(left.slice(0, 2)) && (left.length < 14 || residentShaped(left.padEnd(18, '0')));
};
export const lostDigitsOfMobile = (cell: Cell): boolean => /^1[3-9]/.test(lossy(cell, [10]) ?? '');
export const lostDigitsOfCard = (cell: Cell): boolean => /^(?:62|4|5[1-5]|35)/.test(lossy(cell, [15, 16, 17, 18]) ?? '');

/** One mobile number or several, in any notation. */
export const isMobile = (cell: Cell): boolean =>
  /^1[3-9]\d{9}$/.test(identifierForm('mobile', cell.compact) ?? '') || /^(?:(?:0{0,2}86|0)?1[3-9]\d{9}){2,4}$/.test(cell.compact);

/** With its area code, or as eight or seven digits, as used within one area. */
export const isAreaLandline = (cell: Cell): boolean =>
  /^0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}(?:(?:转|EXT)?\d{1,6})?$/.test(identifierForm('landline', cell.compact) ?? '');
export const isLocalLandline = (cell: Cell): boolean => /^[2-8]\d{2,3}-?\d{4}$/.test(cell.text);

const cardLength = (value: string): boolean => /^\d{13,19}$/.test(value);
/** Digits of a card or passbook, with spaces or hyphens between them. */
const cardDigits = (cell: Cell): string => {
  const form = identifierForm('bank-card', cell.compact) ?? '';
  return cardLength(form) ? form : '';
};
export const isLuhnCard = (cell: Cell): boolean => {
  const digits = cardDigits(cell);
  return /^(?:[3-6]|9)/.test(digits) && passesLuhn(digits) && !/^(\d)\1+$/.test(digits);
};
/** UnionPay's issuers, 16 to 19 digits, whatever the last: passbooks and credit cooperatives do not all compute Luhn's. */
export const isUnionPay = (cell: Cell): boolean => /^62\d{14,17}$/.test(cardDigits(cell));

import { passesLuhn, residentIdCheck, usccCheck } from '#kernel';

/** Resident ID 公民身份号码 (GB 11643-1999): 18 characters, a birth date that was, the right check character. */
export const isResidentId = (value: string): boolean =>
  /^\d{17}[\dX]$/.test(value) &&
  isDay(`${value.slice(6, 10)}-${value.slice(10, 12)}-${value.slice(12, 14)}`) &&
  residentIdCheck(value.slice(0, 17)) === value[17];

/** Bank card number: 12 to 19 digits with the check digit of ISO/IEC 7812-1, annex B (Luhn). */
export const isBankCard = (value: string): boolean => /^\d{12,19}$/.test(value) && passesLuhn(value);

/** Mobile number of the mainland: 11 digits from 13 to 19. */
export const isMobile = (value: string): boolean => /^1[3-9]\d{9}$/.test(value);

/** Unified social credit code 统一社会信用代码 (GB 32100-2015). */
export const isCreditCode = (value: string): boolean =>
  /^[0-9A-HJ-NPQRTUWXY]{18}$/.test(value) && usccCheck(value.slice(0, 17)) === value[17];

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** `YYYY-MM-DD` of a day that is in the calendar. By arithmetic: a pattern and a Date for each cell were a tenth of an import. */
export function isDay(text: string): boolean {
  if (text.length !== 10 || text[4] !== '-' || text[7] !== '-') return false;
  const year = digitsOf(text, 0, 4);
  const month = digitsOf(text, 5, 7);
  const day = digitsOf(text, 8, 10);
  // What is no digit makes NaN, which is none of these.
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 && isLeap(year) ? 29 : (monthDays[month - 1] ?? 0));
}

function digitsOf(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

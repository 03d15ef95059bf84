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

/** `YYYY-MM-DD` of a day that is in the calendar. */
export function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

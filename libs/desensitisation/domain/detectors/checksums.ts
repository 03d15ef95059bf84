import { passesLuhn, residentIdCheck, usccCheck } from '#datasets/contract';

/**
 * Province codes of GB/T 2260, and 81–83 of the residence permits for Hong Kong, Macao and Taiwan residents (2018). Foreigners' permanent
 * residence cards of 2023 begin with 9 and a province code.
 */
export const provinces: ReadonlySet<string> = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
);

export function isCalendarDay(year: number, month: number, day: number): boolean {
  if (year < 1850 || year > 2100 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** A resident ID: 18 characters with region, birth date and check character, or 15 digits of the first generation. */
export function isResidentId(value: string): boolean {
  if (/^\d{15}$/.test(value)) {
    return (
      provinces.has(value.slice(0, 2)) &&
      isCalendarDay(1900 + Number(value.slice(6, 8)), Number(value.slice(8, 10)), Number(value.slice(10, 12)))
    );
  }
  if (!/^\d{17}[\dXx]$/.test(value)) return false;
  const region = value.startsWith('9') ? value.slice(1, 3) : value.slice(0, 2);
  if (!provinces.has(region)) return false;
  if (!isCalendarDay(Number(value.slice(6, 10)), Number(value.slice(10, 12)), Number(value.slice(12, 14)))) return false;
  return residentIdCheck(value.slice(0, 17)) === value.slice(17).toUpperCase();
}

export const isUscc = (value: string): boolean =>
  /^[1-9ANY][0-9A-HJ-NP-RTUWXY]\d{6}[0-9A-HJ-NP-RTUWXY]{10}$/.test(value) && usccCheck(value.slice(0, 17)) === value.charAt(17);

/** A bank card: an issuer range in use (UnionPay 62, Visa 4, Mastercard 5, JCB 35, older domestic 9 and 6), 16 to 19 digits, Luhn. */
export const isBankCard = (value: string): boolean =>
  /^(?:62|4|5[1-5]|35|6|9)\d+$/.test(value) && value.length >= 16 && value.length <= 19 && passesLuhn(value);

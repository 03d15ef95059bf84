const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;

/** Resident ID 公民身份号码 (GB 11643-1999): 18 characters, a birth date that was, the right check character. */
export function isResidentId(value: string): boolean {
  if (!/^\d{17}[\dX]$/.test(value)) return false;
  if (!isDay(`${value.slice(6, 10)}-${value.slice(10, 12)}-${value.slice(12, 14)}`)) return false;
  const sum = weights.reduce<number>((total, weight, at) => total + weight * Number(value[at]), 0);
  return '10X98765432'.charAt(sum % 11) === value[17];
}

/** Bank card number: 12 to 19 digits with the check digit of ISO/IEC 7812-1, annex B (Luhn). */
export function isBankCard(value: string): boolean {
  if (!/^\d{12,19}$/.test(value)) return false;
  let sum = 0;
  for (let at = 0; at < value.length; at++) {
    const digit = Number(value[value.length - 1 - at]) * (at % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** Mobile number of the mainland: 11 digits from 13 to 19. */
export const isMobile = (value: string): boolean => /^1[3-9]\d{9}$/.test(value);

/** Unified social credit code 统一社会信用代码 (GB 32100-2015). */
export function isCreditCode(value: string): boolean {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(value)) return false;
  let sum = 0;
  for (let at = 0, weight = 1; at < 17; at++, weight = (weight * 3) % 31) sum += weight * alphabet.indexOf(value.charAt(at));
  return alphabet.charAt((31 - (sum % 31)) % 31) === value[17];
}

/** `YYYY-MM-DD` of a day that is in the calendar. */
export function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

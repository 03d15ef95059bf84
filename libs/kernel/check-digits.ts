const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const zero = 0x30;
const usccAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** The last character of an 18-character resident ID 公民身份号码 (GB 11643-1999, ISO 7064 MOD 11-2) over its first 17 digits. */
export function residentIdCheck(first17: string): string {
  let sum = 0;
  for (let at = 0; at < 17; at += 1) sum += (weights[at] ?? 0) * (first17.charCodeAt(at) - zero);
  return '10X98765432'.charAt(sum % 11);
}

/** The check character of a unified social credit code 统一社会信用代码 (GB 32100-2015) over its first 17 characters. */
export function usccCheck(first17: string): string {
  let sum = 0;
  for (let at = 0, weight = 1; at < 17; at++, weight = (weight * 3) % 31) sum += usccAlphabet.indexOf(first17.charAt(at)) * weight;
  return usccAlphabet.charAt((31 - (sum % 31)) % 31);
}

/** Luhn's check (ISO/IEC 7812-1 annex B) over digits. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, twice = false; at >= 0; at--, twice = !twice) {
    const digit = (digits.charCodeAt(at) - zero) * (twice ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

import { residentIdCheck } from './check-digits.js';
import { normalText, normalValue } from './normal-form.js';

/**
 * How an identifier of one kind is brought to one form, after `normalText`.
 * Patterns are in the common part of ECMAScript and RE2.
 */
export interface IdentifierRule {
  /** Values of this form are in their normal form already: nothing else need be done. */
  readonly canonical: string;
  /** The identifier inside its label, as group 1: what stands around it has no digit beside it. */
  readonly core?: string;
  /** Replaced once core or whole is there: prefix of a country, an old form. */
  readonly rewritten?: readonly [form: string, by: string];
}

/** What separates or wraps the parts of an identifier and is no part of it. */
export const separators = '[-\\x20-,./:-@\\[\\\\\\]^_`{-~·【】「」《》〈〉〔〕]';
/** A whole number that was stored as a fraction. */
export const wholeFraction = '^([0-9]+)\\.0+$';
const code: IdentifierRule = { canonical: '[0-9A-Z]+' };

/** By the type of a column (`sensitiveTypes` of datasets). A type that is not here has no parts to separate: its `normalValue` counts. */
export const identifierRules: Readonly<Record<string, IdentifierRule>> = {
  'resident-id': { canonical: '[1-9][0-9]{16}[0-9X]', core: '(?:^|[^0-9])([1-9][0-9]{16}[0-9X]|[1-9][0-9]{14})(?:[^0-9]|$)' },
  mobile: { canonical: '1[3-9][0-9]{9}', core: '(?:^|[^0-9])(?:0{0,2}86|0)?(1[3-9][0-9]{9})(?:[^0-9]|$)' },
  landline: { canonical: '0[1-9][0-9]{8,10}', rewritten: ['^(?:00)?86([1-9][0-9]{8,10})$', '0$1'] },
  'bank-card': { canonical: '[0-9]{13,19}', core: '(?:^|[^0-9])([0-9]{13,19})(?:[^0-9]|$)' },
  uscc: code,
  passport: code,
  'hk-macao-permit': code,
  'taiwan-permit': code,
  plate: { canonical: '[\\x{4E00}-\\x{9FFF}][A-Z][0-9A-Z]+' },
  mac: code,
  'medical-record-number': code,
  'account-number': code,
  name: { canonical: '[\\x{4E00}-\\x{9FFF}]+' },
};

/**
 * The form under which equal identifiers are equal, whatever their notation: `+86 138-1234-5678` is `13812345678`, a resident ID of 15
 * digits is the one of 18 that replaced it (GB 11643-1999), letters are in upper case.
 * @param type of the column; one without a rule is read as a value
 * @returns null where nothing is left
 */
export function identifierForm(type: string, value: string): string | null {
  if (identifierRules[type] === undefined) return normalValue(value) || null;
  return identifierOfCompact(type, compactForm(value)) || null;
}

/** The same from a value's `compactForm`, which is the dear part of it: once for several types. */
export function identifierOfCompact(type: string, compact: string): string {
  const rule = compiled[type];
  if (rule === undefined) return compact;
  const core = rule.core?.exec(compact)?.[1] ?? compact;
  const written = rule.rewritten === undefined ? core : core.replace(rule.rewritten.form, rule.rewritten.by);
  return type === 'resident-id' && /^[1-9][0-9]{14}$/.test(written) ? renewed(written) : written;
}
const compiled: Readonly<
  Partial<Record<string, { readonly core?: RegExp; readonly rewritten?: { readonly form: RegExp; readonly by: string } }>>
> = Object.fromEntries(
  Object.entries(identifierRules).map(([type, { core, rewritten }]) => [
    type,
    {
      ...(core === undefined ? {} : { core: new RegExp(core, 'u') }),
      ...(rewritten === undefined ? {} : { rewritten: { form: new RegExp(rewritten[0], 'u'), by: rewritten[1] } }),
    },
  ]),
);
const fractioned = new RegExp(wholeFraction);
const apart = new RegExp(separators, 'gu');

/** A value without what separates its parts, in upper case: for forms that must match whole. */
export const compactForm = (value: string): string =>
  normalText(value)
    .replace(fractioned, '$1')
    .replace(apart, '')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase());

/** The 18 characters that replaced 15 digits: the century and the check character (GB 11643-1999). */
function renewed(digits: string): string {
  const first = `${digits.slice(0, 6)}19${digits.slice(6)}`;
  return first + residentIdCheck(first);
}

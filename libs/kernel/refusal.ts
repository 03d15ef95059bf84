import type { Json } from './canonical.js';
import type { Dependency } from './dependencies.js';

/** One refusal in both languages: the rule that was broken and what would satisfy it. `{name}` is filled from the details. */
export interface RefusalText {
  /** HTTP status (RFC 9110). */
  readonly status: number;
  readonly zh: string;
  readonly en: string;
  readonly satisfyZh: string;
  readonly satisfyEn: string;
  /** Another try may do better. */
  readonly transient?: true;
  /** What is away: then nothing is wrong with what was asked, and queued work waits for it. Another try may do better, too. */
  readonly awaits?: Dependency;
  /** Regulation ids (requirements catalogue) or other sources of the rule. */
  readonly sources?: readonly string[];
}
export type RefusalCatalogue = Readonly<Record<string, RefusalText>>;

/**
 * A clear no. `code` is stable and stands in its context's catalogue; `details` hold ids, names of fields, figures and dates only,
 * never a raw value, a secret or personal data (AUD-08).
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: string,
    readonly details: Readonly<Record<string, Json>> = {},
    /** As its catalogue says: whether another try may do better. */
    readonly transient = false,
    /** As its catalogue says: what is away. */
    readonly awaits?: Dependency,
  ) {
    super(code);
  }
}

/** What a log, a row, an answer or evidence may say of a fault: a code or a kind, never a message. */
export const codeOf = (fault: unknown): string => (fault instanceof Refusal ? fault.code : fault instanceof Error ? fault.name : 'unknown');

/** Fills `{name}` in a text from the details of a refusal. */
export const fill = (text: string, details: Readonly<Record<string, Json>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = details[name];
    return value === undefined
      ? whole
      : typeof value === 'string'
        ? value
        : Array.isArray(value)
          ? value.join(', ')
          : JSON.stringify(value);
  });

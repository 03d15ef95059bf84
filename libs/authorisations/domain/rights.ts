import type { Day } from '#kernel';
import { refuse } from './refusals.js';

/** Right to process data and right to operate products (长春 3): each activity needs its own (AUTH-24). */
export const rights = ['processing-use', 'product-operation'] as const;
export type Right = (typeof rights)[number];

/** @throws Refusal `authorisation.right-missing`. */
export function assertRight(held: readonly Right[], needed: Right): void {
  if (!held.includes(needed)) throw refuse('authorisation.right-missing', { needed, held: [...held] });
}

export const grantPurposes = ['public-welfare', 'industry'] as const;
export type GrantPurpose = (typeof grantPurposes)[number];

/** Free or paid, under which conditions, by which valuation (META-03). */
export interface GrantMode {
  readonly mode: 'free' | 'paid';
  readonly purpose: GrantPurpose;
  readonly conditions: string;
  /** Reference of the valuation that the mode rests on. */
  readonly valuation: string;
}

/** @throws Refusal `authorisation.grant-mode-incomplete`, `authorisation.free-for-industry`. */
export function checkGrantMode(mode: GrantMode | null): GrantMode {
  const missing = mode === null ? ['mode'] : (['conditions', 'valuation'] as const).filter((key) => mode[key].trim() === '');
  if (mode === null || missing.length > 0) throw refuse('authorisation.grant-mode-incomplete', { missing });
  if (mode.mode === 'free' && mode.purpose === 'industry') throw refuse('authorisation.free-for-industry');
  return mode;
}

/** First and last day; access begins at 00:00 and ends at 24:00 Asia/Shanghai of these. */
export interface Term {
  readonly from: Day;
  readonly until: Day;
}

import { dayOf, type ChargeItem, type Day, type Id, type Instant } from '#kernel';
import type { Fen } from './money.js';
import { refuse } from './refusals.js';

/** One version of a price. It is never edited: a new version supersedes it from a date (META-02). */
export interface PriceVersion {
  readonly id: Id;
  readonly item: ChargeItem;
  /** What one is, in words: 席位·日, 次, GB. */
  readonly unit: string;
  readonly priceFen: Fen;
  readonly validFrom: Day;
  /** Last day it holds, or open. */
  readonly validUntil: Day | null;
  readonly legalBasis: string;
  /** The agreement it was set for; null for all of the platform. */
  readonly authorisationId: Id | null;
}

const covers = (price: PriceVersion, day: Day): boolean => price.validFrom <= day && (price.validUntil === null || day <= price.validUntil);
/** Of versions that cover a day, the one that supersedes: the later start, and of one start the later set (ids are by time). */
const later = (a: PriceVersion, b: PriceVersion): number =>
  a.validFrom === b.validFrom ? (a.id < b.id ? 1 : -1) : a.validFrom < b.validFrom ? 1 : -1;

/** The price of an item on the day of use: the agreement's own before the platform's. @returns undefined when the use is unpriced. */
export function priceFor(
  versions: readonly PriceVersion[],
  item: ChargeItem,
  authorisationId: Id,
  usedAt: Instant,
): PriceVersion | undefined {
  const day = dayOf(usedAt);
  const possible = versions.filter((version) => version.item === item && covers(version, day)).sort(later);
  return (
    possible.find((version) => version.authorisationId === authorisationId) ?? possible.find((version) => version.authorisationId === null)
  );
}

/**
 * Whether a new version may be set: it changes the price of no day that had one. Backdating fills days that were unpriced and no others.
 * @param same versions of the same item and the same agreement (or platform).
 * @throws Refusal `metering.price-fixed` naming the first day it may start.
 */
export function decidePrice(same: readonly PriceVersion[], proposed: Omit<PriceVersion, 'id'>, at: Instant): void {
  const today = dayOf(at);
  if (proposed.validFrom > today) return;
  const end = proposed.validUntil !== null && proposed.validUntil < today ? proposed.validUntil : today;
  const touched = same.find(
    (version) => version.validFrom <= end && (version.validUntil === null || version.validUntil >= proposed.validFrom),
  );
  if (touched !== undefined) throw refuse('metering.price-fixed', { item: proposed.item, priceId: touched.id, today });
}

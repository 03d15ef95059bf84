import { type Id, type Instant, type Usage } from '#kernel';
import { amountOf, thousandthsOf, type Fen, type Thousandths } from './money.js';
import { periodFor, type Month } from './period.js';
import type { PriceVersion } from './price.js';
import { refuse } from './refusals.js';

/** Costs and income of authorised operation are listed apart (META-04). */
export type Side = 'cost' | 'income';
/**
 * `use`: a finished use, priced or not. `pricing`: the amount of a use that was unpriced. `reversal`: takes an entry back.
 * `correction`: what stands in its place. `income`: declared product income.
 */
export type EntryKind = 'use' | 'pricing' | 'reversal' | 'correction' | 'income';

/** One line of the append-only ledger. A charge (计费项) is an entry of the cost side. */
export interface Entry {
  readonly id: Id;
  readonly recordedAt: Instant;
  readonly side: Side;
  readonly kind: EntryKind;
  readonly sourceKind: string;
  readonly sourceId: Id;
  readonly item: string;
  readonly authorisationId: Id;
  readonly scenarioId: Id | null;
  readonly unitId: Id;
  readonly quantity: Thousandths;
  readonly priceId: Id | null;
  readonly unitPriceFen: Fen | null;
  /** Null: unpriced until a `pricing` entry says otherwise. */
  readonly amountFen: Fen | null;
  readonly usedAt: Instant;
  /** The statement it stands in; later than the month of `usedAt` when that one was locked. */
  readonly month: Month;
  /** What a pricing, reversal or correction is about. */
  readonly linksId: Id | null;
  readonly reason: string | null;
  readonly recordedBy: Id | null;
}

export interface Recording {
  readonly id: Id;
  readonly at: Instant;
  readonly closedThrough: Month | null;
}

/**
 * The one entry of a finished use (META-02). Without a price it is kept, flagged and listed, never dropped and never free by accident.
 * @throws Refusal `metering.usage-malformed` for a quantity that is not positive and finite.
 */
export function useEntry(usage: Usage, price: PriceVersion | undefined, recording: Recording): Entry {
  const quantity = thousandthsOf(usage.quantity);
  if (quantity === undefined) throw refuse('metering.usage-malformed', { sourceKind: usage.sourceKind, item: usage.item });
  return {
    id: recording.id,
    recordedAt: recording.at,
    side: 'cost',
    kind: 'use',
    sourceKind: usage.sourceKind,
    sourceId: usage.sourceId,
    item: usage.item,
    authorisationId: usage.authorisationId,
    scenarioId: usage.scenarioId,
    unitId: usage.unitId,
    quantity,
    ...pricedAt(quantity, price),
    usedAt: usage.usedAt,
    month: periodFor(usage.usedAt, recording.closedThrough),
    linksId: null,
    reason: null,
    recordedBy: null,
  };
}

const pricedAt = (quantity: Thousandths, price: PriceVersion | undefined): Pick<Entry, 'priceId' | 'unitPriceFen' | 'amountFen'> =>
  price === undefined
    ? { priceId: null, unitPriceFen: null, amountFen: null }
    : { priceId: price.id, unitPriceFen: price.priceFen, amountFen: amountOf(quantity, price.priceFen) };

const follows = (entry: Entry, kind: EntryKind, recording: Recording, reason: string | null, recordedBy: Id | null) => ({
  ...entry,
  id: recording.id,
  recordedAt: recording.at,
  kind,
  month: periodFor(entry.usedAt, recording.closedThrough),
  linksId: entry.id,
  reason,
  recordedBy,
});

/** The amount of a use that had none, once its price is known. */
export const pricingEntry = (use: Entry, price: PriceVersion, recording: Recording, recordedBy: Id | null): Entry => ({
  ...follows(use, 'pricing', recording, null, recordedBy),
  ...pricedAt(use.quantity, price),
});

/**
 * Takes an entry back, with its pricing if it has one: the exact opposite, linked, in the first open statement (META-02, META-04).
 * @param linked entries that are about it.
 * @throws Refusal `metering.not-reversible`, `metering.already-reversed`.
 */
export function reversalEntry(entry: Entry, linked: readonly Entry[], recording: Recording, reason: string, recordedBy: Id): Entry {
  if (entry.kind === 'reversal' || entry.kind === 'pricing') throw refuse('metering.not-reversible', { id: entry.id, kind: entry.kind });
  const earlier = linked.find(({ kind }) => kind === 'reversal');
  if (earlier !== undefined) throw refuse('metering.already-reversed', { id: entry.id, reversalId: earlier.id });
  const priced = entry.amountFen === null ? linked.find(({ kind }) => kind === 'pricing') : entry;
  return {
    ...follows(entry, 'reversal', recording, reason, recordedBy),
    quantity: -entry.quantity,
    priceId: priced?.priceId ?? null,
    unitPriceFen: priced?.unitPriceFen ?? null,
    amountFen: -(priced?.amountFen ?? 0n),
  };
}

/** What stands in the place of a reversed entry: another quantity (or, for income, another amount) at the price of the reversal. */
export function correctionEntry(entry: Entry, reversal: Entry, to: { quantity?: Thousandths; amountFen?: Fen }, id: Id): Entry {
  const quantity = to.quantity ?? entry.quantity;
  const amountFen = to.amountFen ?? (reversal.unitPriceFen === null ? null : amountOf(quantity, reversal.unitPriceFen));
  return { ...reversal, id, kind: 'correction', quantity, amountFen, linksId: entry.id };
}

import { digestOf, type Digest, type Id, type Instant } from '#kernel';
import type { Entry, Side } from './entry.js';
import { amountOf, quantityText, type Fen, type Thousandths } from './money.js';
import { monthOf, type Month } from './period.js';

export interface StatementLine {
  readonly side: Side;
  readonly item: string;
  readonly quantity: Thousandths;
  readonly amountFen: Fen;
  readonly entries: number;
  readonly unpriced: number;
}
/** What one agreement owes and earned in one month: a pure function of that month's entries, whatever order they came in. */
export interface Statement {
  readonly authorisationId: Id;
  readonly month: Month;
  readonly lines: readonly StatementLine[];
  readonly costFen: Fen;
  readonly incomeFen: Fen;
  readonly unpriced: number;
  /** Entries of uses of an earlier, locked month: shown with the time of their use. */
  readonly late: readonly { readonly entryId: Id; readonly item: string; readonly usedAt: Instant; readonly amountFen: Fen | null }[];
  /** Over the identities and amounts of all entries: the same entries give the same digest, to the fen. */
  readonly digest: Digest;
}

/** Entries whose kept amount is not quantity times price; always empty unless someone wrote around the ledger. */
export const miscounted = (entries: readonly Entry[]): Id[] =>
  entries
    .filter(({ unitPriceFen, quantity, amountFen }) => unitPriceFen !== null && amountFen !== amountOf(quantity, unitPriceFen))
    .map(({ id }) => id);

/** Uses and corrections without an amount, that nothing in the same month priced or took back. */
function unpricedOf(entries: readonly Entry[]): Entry[] {
  const settled = new Set(entries.filter(({ kind }) => kind === 'pricing' || kind === 'reversal').map(({ linksId }) => linksId));
  return entries.filter(({ id, amountFen }) => amountFen === null && !settled.has(id));
}

/** @param given entries of that agreement and month; an entry that comes twice counts once. */
export function statementOf(authorisationId: Id, month: Month, given: readonly Entry[]): Statement {
  const entries = [...new Map(given.map((entry) => [entry.id, entry])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const unpriced = new Set(unpricedOf(entries).map(({ id }) => id));
  const lines = new Map<string, StatementLine>();
  for (const entry of entries) {
    const key = `${entry.side} ${entry.item}`;
    const line = lines.get(key) ?? { side: entry.side, item: entry.item, quantity: 0n, amountFen: 0n, entries: 0, unpriced: 0 };
    lines.set(key, {
      ...line,
      // A pricing repeats the quantity of its use; it adds money, not use.
      quantity: line.quantity + (entry.kind === 'pricing' ? 0n : entry.quantity),
      amountFen: line.amountFen + (entry.amountFen ?? 0n),
      entries: line.entries + 1,
      unpriced: line.unpriced + (unpriced.has(entry.id) ? 1 : 0),
    });
  }
  const total = (side: Side): Fen => entries.reduce((sum, entry) => (entry.side === side ? sum + (entry.amountFen ?? 0n) : sum), 0n);
  return {
    authorisationId,
    month,
    lines: [...lines.keys()].sort().flatMap((key) => lines.get(key) ?? []),
    costFen: total('cost'),
    incomeFen: total('income'),
    unpriced: unpriced.size,
    late: entries
      .filter(({ usedAt }) => monthOf(usedAt) < month)
      .map(({ id, item, usedAt, amountFen }) => ({ entryId: id, item, usedAt, amountFen })),
    digest: digestOf({ authorisationId, month, entries: entries.map(lineOf) }),
  };
}

const lineOf = (entry: Entry): (string | null)[] => [
  entry.id,
  entry.kind,
  entry.side,
  entry.item,
  entry.sourceKind,
  entry.sourceId,
  quantityText(entry.quantity),
  entry.unitPriceFen?.toString() ?? null,
  entry.amountFen?.toString() ?? null,
  entry.usedAt,
  entry.linksId,
];

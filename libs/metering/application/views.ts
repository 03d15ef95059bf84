import type { Id, Instant } from '#kernel';
import type { z } from 'zod';
import type { ChargeView, PriceView, StatementView } from '../contract.js';
import type { Entry } from '../domain/entry.js';
import { quantityText } from '../domain/money.js';
import type { PriceVersion } from '../domain/price.js';
import type { Statement } from '../domain/statement.js';

/** A statement with what is kept of it. */
export interface KeptStatement {
  readonly statement: Statement;
  readonly unitId: Id;
  readonly closedAt: string | null;
  readonly locked: boolean;
  readonly digestWhenLocked: string | null;
  /** Every amount is quantity times price, and the whole is what was locked. */
  readonly agrees: boolean;
}

/** What acts answer is kept with their idempotency key as JSON, so it is made here: amounts and quantities as text. */
export type ChargeAnswer = z.input<typeof ChargeView>;
export type PriceAnswer = z.input<typeof PriceView>;

export const priceView = (price: PriceVersion & { createdAt: Instant; setBy: Id }): PriceAnswer => ({
  ...price,
  priceFen: price.priceFen.toString(),
});

export const chargeView = (entry: Entry): ChargeAnswer => ({
  ...entry,
  quantity: quantityText(entry.quantity),
  unitPriceFen: entry.unitPriceFen?.toString() ?? null,
  amountFen: entry.amountFen?.toString() ?? null,
});

export const statementView = ({ statement, ...kept }: KeptStatement): z.input<typeof StatementView> => ({
  authorisationId: statement.authorisationId,
  unitId: kept.unitId,
  month: statement.month,
  state: kept.locked ? 'locked' : 'open',
  closedAt: kept.closedAt,
  lines: statement.lines.map((line) => ({ ...line, quantity: quantityText(line.quantity), amountFen: line.amountFen.toString() })),
  costFen: statement.costFen.toString(),
  incomeFen: statement.incomeFen.toString(),
  unpriced: statement.unpriced,
  late: statement.late.map((one) => ({ ...one, amountFen: one.amountFen?.toString() ?? null })),
  digest: statement.digest,
  digestWhenLocked: kept.digestWhenLocked,
  agrees: kept.agrees,
});

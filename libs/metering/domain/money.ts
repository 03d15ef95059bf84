/** Money in fen (分, a hundredth of a yuan). Whole numbers of any size: a float never holds an amount. */
export type Fen = bigint;
/** Quantities in thousandths of the price's unit, so that 1.5 GB is 1500 and adds up exactly. */
export type Thousandths = bigint;

const decimal = /^(-?)(\d{1,15})(?:\.(\d{1,3}))?$/;

/** Reads `12`, `0.5` or `1.250`. @returns undefined for anything else, also for more than three decimals. */
export function thousandthsFrom(text: string): Thousandths | undefined {
  const parts = decimal.exec(text);
  if (parts === null) return undefined;
  const size = BigInt(parts[2] ?? '0') * 1000n + BigInt((parts[3] ?? '').padEnd(3, '0'));
  return parts[1] === '-' ? -size : size;
}

/** What a context reported as a number, to the nearest thousandth. @returns undefined for what is not a positive, finite quantity. */
export function thousandthsOf(quantity: number): Thousandths | undefined {
  if (!Number.isFinite(quantity) || quantity <= 0 || quantity > 1e12) return undefined;
  const rounded = BigInt(Math.round(quantity * 1000));
  return rounded > 0n ? rounded : undefined;
}

/** `1500n` as `1.500`. */
export function quantityText(quantity: Thousandths): string {
  const size = quantity < 0n ? -quantity : quantity;
  return `${quantity < 0n ? '-' : ''}${String(size / 1000n)}.${String(size % 1000n).padStart(3, '0')}`;
}

/** Quantity times unit price, to the nearest fen, halves away from zero: so a reversal of a charge is exactly its opposite. */
export function amountOf(quantity: Thousandths, unitPrice: Fen): Fen {
  const product = quantity * unitPrice;
  const size = product < 0n ? -product : product;
  const rounded = (size + 500n) / 1000n;
  return product < 0n ? -rounded : rounded;
}

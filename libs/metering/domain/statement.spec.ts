import { describe, expect, it } from '@jest/globals';
import { chargeItems, type Usage } from '#kernel';
import fc from 'fast-check';
import { correctionEntry, pricingEntry, reversalEntry, useEntry, type Entry } from './entry.js';
import { idOf, priceOf, usageOf } from './metering.fixture.js';
import { amountOf, quantityText, thousandthsFrom, thousandthsOf } from './money.js';
import { closesAt, lastClosable, monthAfter, monthOf, periodFor } from './period.js';
import { decidePrice, priceFor } from './price.js';
import { miscounted, statementOf } from './statement.js';

const at = '2026-03-20T00:00:00.000Z';
const recording = (number: number, closedThrough: string | null = null) => ({ id: idOf(number), at, closedThrough });

describe('money', () => {
  it('reads and writes quantities exactly, and nothing else', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), (quantity) => {
        expect(thousandthsFrom(quantityText(quantity))).toBe(quantity === 0n ? 0n : quantity);
      }),
    );
    for (const text of ['', '1.', '.5', '1,5', '1e3', '0.0001', 'NaN', '١']) expect(thousandthsFrom(text)).toBeUndefined();
    for (const number of [0, -1, Number.NaN, Infinity, 0.0001]) expect(thousandthsOf(number)).toBeUndefined();
  });

  it('makes a reversal the exact opposite of its charge, whatever the rounding', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.bigInt({ min: 0n, max: 10n ** 10n }), (quantity, price) => {
        expect(amountOf(-quantity, price)).toBe(-amountOf(quantity, price));
      }),
    );
    expect(amountOf(1500n, 333n)).toBe(500n);
  });
});

describe('periods', () => {
  it('counts a month in Asia/Shanghai', () => {
    expect(monthOf('2026-02-28T16:00:00.000Z')).toBe('2026-03');
    expect(monthAfter('2026-12')).toBe('2027-01');
    expect(closesAt('2026-02', 0)).toBe('2026-02-28T16:00:00.000Z');
    expect(lastClosable('2026-03-04T00:00:00.000Z', 5)).toBe('2026-01');
    expect(lastClosable('2026-03-06T00:00:00.000Z', 5)).toBe('2026-02');
    expect(lastClosable('2026-01-31T23:00:00.000Z', 0)).toBe('2026-01');
  });

  it('sends a late use to the first open statement and never into a locked one [META-04]', () => {
    expect(periodFor('2026-02-10T00:00:00.000Z', null)).toBe('2026-02');
    expect(periodFor('2026-02-10T00:00:00.000Z', '2026-02')).toBe('2026-03');
    expect(periodFor('2026-03-10T00:00:00.000Z', '2026-02')).toBe('2026-03');
  });
});

describe('prices', () => {
  const march = priceOf({ id: idOf(1), priceFen: 100n, validFrom: '2026-01-01' });
  const april = priceOf({ id: idOf(2), priceFen: 120n, validFrom: '2026-04-01' });
  const own = priceOf({ id: idOf(3), priceFen: 90n, validFrom: '2026-03-01', validUntil: '2026-03-31', authorisationId: idOf(901) });

  it('takes the version in force on the day of use, the agreement’s own first', () => {
    const on = (day: string, authorisation = 901) =>
      priceFor([march, april, own], 'code-run', idOf(authorisation), `${day}T04:00:00.000Z`)?.priceFen;
    expect([on('2025-12-31'), on('2026-02-01'), on('2026-03-05'), on('2026-03-05', 777), on('2026-04-01')]).toEqual([
      undefined,
      100n,
      90n,
      100n,
      120n,
    ]);
  });

  it('never rewrites a day that had a price; only days without one are filled backwards [META-02]', () => {
    const proposed = (validFrom: string, validUntil: string | null = null) => ({ ...march, validFrom, validUntil });
    expect(() => {
      decidePrice([march], proposed('2026-02-01'), at);
    }).toThrow('metering.price-fixed');
    expect(() => {
      decidePrice([march], proposed('2026-03-20'), at);
    }).toThrow('metering.price-fixed');
    decidePrice([march], proposed('2026-03-21'), at);
    decidePrice([march], proposed('2025-11-01', '2025-12-31'), at);
    decidePrice([], proposed('2025-11-01'), at);
  });
});

describe('corrections', () => {
  const charge = useEntry(usageOf({ quantity: 1.5 }), priceOf(), recording(10));
  it('takes an entry back once, exactly, and links what it takes back [META-02]', () => {
    const back = reversalEntry(charge, [], recording(11, '2026-03'), '重复计量', idOf(7));
    expect(back).toMatchObject({
      kind: 'reversal',
      amountFen: -1875n,
      quantity: -1500n,
      linksId: charge.id,
      month: '2026-04',
      reason: '重复计量',
    });
    expect(() => reversalEntry(charge, [back], recording(12), '再次', idOf(7))).toThrow('metering.already-reversed');
    expect(() => reversalEntry(back, [], recording(12), '再次', idOf(7))).toThrow('metering.not-reversible');
    expect(correctionEntry(charge, back, { quantity: 1000n }, idOf(13))).toMatchObject({
      kind: 'correction',
      amountFen: 1250n,
      linksId: charge.id,
    });
    expect(miscounted([charge, back])).toEqual([]);
  });

  it('takes back an unpriced use together with the price it got later', () => {
    const unpriced = useEntry(usageOf(), undefined, recording(20));
    const pricing = pricingEntry(unpriced, priceOf(), recording(21), idOf(7));
    expect(reversalEntry(unpriced, [pricing], recording(22), '误计', idOf(7)).amountFen).toBe(-1250n);
    expect(reversalEntry(unpriced, [], recording(22), '误计', idOf(7)).amountFen).toBe(0n);
  });
});

/** Posts events the way the ledger does: the first of a source and item counts, any other is a repeat. */
function post(events: readonly Usage[]): Entry[] {
  const ledger = new Map<string, Entry>();
  for (const usage of events) {
    const key = `${usage.sourceKind} ${usage.sourceId} ${usage.item}`;
    const price = usage.item === 'seat-day' ? undefined : priceOf({ item: usage.item });
    if (!ledger.has(key))
      ledger.set(key, useEntry(usage, price, recording(1000 + Number(usage.sourceId.slice(-6)) * 10 + chargeItems.indexOf(usage.item))));
  }
  return [...ledger.values()];
}

describe('a statement', () => {
  const usages = fc.uniqueArray(
    fc.record({
      source: fc.integer({ min: 1, max: 40 }),
      item: fc.constantFrom(...chargeItems),
      thousandths: fc.integer({ min: 1, max: 5_000_000 }),
    }),
    { selector: ({ source, item }) => `${String(source)} ${item}`, maxLength: 60 },
  );
  const asUsage = ({ source, item, thousandths }: { source: number; item: Usage['item']; thousandths: number }): Usage =>
    usageOf({ sourceId: idOf(source), item, quantity: thousandths / 1000 });

  it('is the sum of its entries, to the fen, whatever order and however often the events came [META-02] [META-04]', () => {
    fc.assert(
      fc.property(
        usages.chain((chosen) =>
          fc.tuple(fc.constant(chosen), fc.shuffledSubarray([...chosen, ...chosen, ...chosen], { minLength: chosen.length * 3 })),
        ),
        ([chosen, delivered]) => {
          const once = statementOf(idOf(901), '2026-03', post(chosen.map(asUsage)));
          const often = statementOf(idOf(901), '2026-03', post(delivered.map(asUsage)));
          expect(often).toEqual(once);
          const priced = chosen.filter(({ item }) => item !== 'seat-day');
          expect(once.costFen).toBe(priced.reduce((sum, { thousandths }) => sum + amountOf(BigInt(thousandths), 1250n), 0n));
          expect(once.unpriced).toBe(chosen.length - priced.length);
          expect(once.lines.reduce((sum, line) => sum + line.amountFen, 0n)).toBe(once.costFen + once.incomeFen);
        },
      ),
    );
  });

  it('changes its digest with any amount', () => {
    const entry = useEntry(usageOf(), priceOf(), recording(1));
    const digest = (change: Partial<Entry>) => statementOf(idOf(901), '2026-03', [{ ...entry, ...change }]).digest;
    expect(digest({ amountFen: 1251n })).not.toBe(digest({}));
    expect(miscounted([{ ...entry, amountFen: 1251n }])).toEqual([entry.id]);
  });

  it('lists uses of a locked month with the time of their use and names those without a price', () => {
    const late = useEntry(usageOf({ usedAt: '2026-02-03T00:00:00.000Z' }), undefined, recording(5, '2026-02'));
    const statement = statementOf(idOf(901), '2026-03', [late]);
    expect(statement.late).toEqual([{ entryId: late.id, item: 'code-run', usedAt: '2026-02-03T00:00:00.000Z', amountFen: null }]);
    expect(statement.unpriced).toBe(1);
  });
});

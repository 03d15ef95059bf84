import { chargeItems } from '#kernel';
import type { StatementView } from '#metering/contract';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import { inDays, type World } from '../world.js';

const prices: Readonly<Record<(typeof chargeItems)[number], readonly [unit: string, fen: string]>> = {
  'seat-day': ['席位·日', '20000'],
  'workspace-start': ['次', '500'],
  desensitisation: ['次', '150000'],
  'code-run': ['次', '80000'],
  'export-release': ['次', '120000'],
  'data-processing': ['GB', '3000'],
};

/** The authority sets what each item costs, with its legal basis, before anything is used. */
export async function pricesChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('prices set, each with its basis', async () => {
    for (const item of chargeItems) {
      const [unit, priceFen] = prices[item];
      await world.as('zhou').post('/price-lists', { item, unit, priceFen, validFrom: inDays(0), legalBasis: '浙发改价格〔2026〕21号' });
    }
    return { items: chargeItems.length };
  });
}

/** Each finished use makes exactly one charge; the statement recomputes to the fen. */
export async function statementChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('charges for what was used, recomputed to the fen', async () => {
    const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
    const statement = await world.until('every item that was used to be charged and the statement to recompute', async (saw) => {
      const now = await world
        .as('zhou')
        .get<z.output<typeof StatementView>>(`/statements?authorisationId=${world.id('authorisation')}&month=${month}`);
      const items = new Set(now.lines.map((line) => line.item));
      const missing = ['desensitisation', 'code-run', 'export-release', 'workspace-start'].filter((item) => !items.has(item));
      saw(`without ${missing.join(', ') || 'nothing'}, ${String(now.unpriced)} unpriced, ${now.agrees ? 'agreeing' : 'not agreeing'}`);
      return missing.length === 0 && now.agrees && now.unpriced === 0 ? now : undefined;
    });
    return {
      lines: statement.lines.map((line) => `${line.item} ${line.quantity}: ${line.amountFen} fen`),
      total: `${statement.costFen} fen`,
      agrees: statement.agrees,
    };
  });
}

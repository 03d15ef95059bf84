import { chargeItems } from '#kernel';
import { day, month, pageQuery, range } from '#platform/http/schemas';
import { z } from 'zod';

/** Whole fen (分) as text: JSON's numbers are floats. */
const fen = z.string().regex(/^-?\d{1,18}$/);
const quantity = z.string().regex(/^-?\d{1,12}(\.\d{1,3})?$/, 'a decimal with at most three places');

export const SetPrice = range(
  z
    .object({
      item: z.enum(chargeItems),
      unit: z.string().min(1).max(40).describe('What one is: 席位·日, 次, GB'),
      priceFen: z
        .string()
        .regex(/^\d{1,12}$/)
        .describe('Whole fen for one unit'),
      validFrom: day,
      validUntil: day.nullable().default(null).describe('Last day; null: until a later version supersedes it'),
      legalBasis: z.string().min(2).max(500).describe('Pricing document or article'),
      authorisationId: z.uuid().nullable().default(null).describe('Agreement it holds for; null: the whole platform'),
    })
    .strict(),
  'validFrom',
  'validUntil',
);
export const PriceView = z.object({
  id: z.uuid(),
  createdAt: z.string(),
  item: z.string(),
  unit: z.string(),
  priceFen: fen,
  validFrom: day,
  validUntil: day.nullable(),
  legalBasis: z.string(),
  authorisationId: z.uuid().nullable(),
  setBy: z.uuid(),
});
export const PricesQuery = pageQuery.extend({ item: z.enum(chargeItems).optional(), authorisationId: z.uuid().optional() });
export const PriceApplied = z.object({ priceId: z.uuid(), priced: z.number().int(), amountFen: fen, left: z.number().int() });

export const ChargeView = z.object({
  id: z.uuid(),
  recordedAt: z.string(),
  side: z.enum(['cost', 'income']),
  kind: z.enum(['use', 'pricing', 'reversal', 'correction', 'income']),
  sourceKind: z.string(),
  sourceId: z.uuid(),
  item: z.string(),
  authorisationId: z.uuid(),
  scenarioId: z.uuid().nullable(),
  unitId: z.uuid(),
  quantity,
  priceId: z.uuid().nullable(),
  unitPriceFen: fen.nullable(),
  amountFen: fen.nullable().describe('null: unpriced'),
  usedAt: z.string(),
  month,
  linksId: z.uuid().nullable().describe('What a pricing, reversal or correction is about'),
  reason: z.string().nullable(),
});
export const ChargesQuery = pageQuery.extend({
  authorisationId: z.uuid().optional(),
  scenarioId: z.uuid().optional(),
  item: z.string().max(40).optional(),
  month: month.optional(),
  unpriced: z.stringbool().optional(),
});
export const ReverseCharge = z
  .object({
    reason: z.string().min(2).max(500),
    correctedQuantity: quantity.optional().describe('What the quantity should have been; written as a correction at the same price'),
    correctedAmountFen: fen.optional().describe('For declared income: what the amount should have been'),
  })
  .strict();
export const ReversalView = z.object({ reversal: ChargeView, correction: ChargeView.nullable() });

export const DeclareIncome = z
  .object({
    authorisationId: z.uuid(),
    scenarioId: z.uuid().nullable().default(null),
    product: z.string().min(1).max(200),
    declarationId: z.uuid().describe('Identity of the declaration in the unit’s own books; it counts once'),
    amountFen: z.string().regex(/^\d{1,18}$/),
    earnedOn: day,
  })
  .strict();

export const StatementQuery = z.object({ authorisationId: z.uuid(), month });
export const StatementView = z.object({
  authorisationId: z.uuid(),
  unitId: z.uuid(),
  month,
  state: z.enum(['open', 'locked']),
  closedAt: z.string().nullable(),
  lines: z.array(
    z.object({
      side: z.enum(['cost', 'income']),
      item: z.string(),
      quantity,
      amountFen: fen,
      entries: z.number().int(),
      unpriced: z.number().int(),
    }),
  ),
  costFen: fen,
  incomeFen: fen,
  unpriced: z.number().int(),
  late: z.array(z.object({ entryId: z.uuid(), item: z.string(), usedAt: z.string(), amountFen: fen.nullable() })),
  digest: z.string(),
  digestWhenLocked: z.string().nullable(),
  agrees: z.boolean().describe('Recomputed from price and quantity of every entry, and equal to what was locked'),
});

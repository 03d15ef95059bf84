import { chargeItems, refuse, type JsonObject, type Usage } from '#kernel';
import { z } from 'zod';

const UsagePayload = z.strictObject({
  item: z.enum(chargeItems),
  quantity: z.number(),
  sourceKind: z.string().min(1).max(60),
  sourceId: z.uuid(),
  authorisationId: z.uuid(),
  scenarioId: z.uuid(),
  unitId: z.uuid(),
  usedAt: z.iso.datetime(),
});

/** @throws Refusal `metering.usage-malformed`: the event becomes a dead letter that names its source, and no charge is guessed. */
export function usageFrom(payload: JsonObject): Usage {
  const parsed = UsagePayload.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw refuse('metering.usage-malformed', {
    sourceKind: typeof payload['sourceKind'] === 'string' ? payload['sourceKind'] : 'unknown',
    item: typeof payload['item'] === 'string' ? payload['item'] : 'unknown',
  });
}

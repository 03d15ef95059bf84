import { chargeItems, defineEvent, type Id, type Usage } from '#kernel';
import { z } from 'zod';

/** Events that sinks follow. A sink imports no context, so what it consumes is defined where both sides can import it. */

/** Something chargeable happened (META-02); metering alone consumes it. */
export const usageRecorded = defineEvent<Usage>(
  'usage.recorded.v1',
  z.strictObject({
    item: z.enum(chargeItems),
    quantity: z.number(),
    sourceKind: z.string().min(1).max(60),
    sourceId: z.uuid(),
    authorisationId: z.uuid(),
    scenarioId: z.uuid(),
    unitId: z.uuid(),
    usedAt: z.iso.datetime(),
  }),
);

/** A domain's zones stand and hold; from here its network logs are kept. */
export const domainReady = defineEvent<{ domainId: Id; authorisationId: Id; unitId: Id }>(
  'domain.ready.v1',
  z.strictObject({ domainId: z.uuid(), authorisationId: z.uuid(), unitId: z.uuid() }),
);

/** A domain's destruction is certified; `domainId` is null where only scenarios of it ended. Its logs are kept from here on. */
export const terminationCertified = defineEvent<{ terminationId: Id; domainId: Id | null }>(
  'termination.certified.v1',
  z.strictObject({ terminationId: z.uuid(), domainId: z.uuid().nullable() }),
);

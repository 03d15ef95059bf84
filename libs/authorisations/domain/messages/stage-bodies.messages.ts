import { z } from 'zod';
import { registrableParties } from '../parties.js';
import { stageBodyStates } from '../stage-body.states.js';
import { text } from './common.messages.js';

const party = z.enum(registrableParties).describe('The kind of body, as profiles name it');
export const ProposeBody = z
  .object({
    authorityId: z.uuid().describe('The region’s authority; authorities below it have the same body unless they have their own'),
    party,
    organisationId: z.uuid(),
    source: text(300).describe('The decision or list that makes it that body'),
  })
  .strict()
  .meta({ id: 'ProposeStageBody' });
export const EndBody = z.object({ reason: text(1000) }).strict();
export const StageBodyView = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    state: z.enum(stageBodyStates),
    authorityId: z.uuid(),
    party,
    organisationId: z.uuid(),
    source: z.string(),
    proposedBy: z.uuid(),
    confirmedBy: z.uuid().nullable(),
    from: z.string().nullable(),
    until: z.string().nullable(),
    endProposedBy: z.uuid().nullable().describe('Who proposed its end; it stands until the other side confirms'),
    endedBy: z.uuid().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'StageBody' });

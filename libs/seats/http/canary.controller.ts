import type { ActContext } from '#kernel';
import { Act, act, Ctx, In, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { SeatProbe } from '../application/seat-probe.js';

const ask = act({
  method: 'GET',
  path: '/canary',
  action: 'canary.asked',
  summary: { zh: '探测凭据（仅供回执核验）', en: 'Whether a canary credential of the platform’s own still stands; for receipts' },
  roles: 'canary',
  scope: 'platform',
  query: z.object({ seatId: z.uuid().optional().describe('also ask for this seat as an act in its scenario would') }),
  response: z.object({ stands: z.literal(true) }),
});

@Controller()
export class CanaryController {
  constructor(private readonly probe: SeatProbe) {}

  @Act(ask)
  async ask(@Ctx() ctx: ActContext, @In() input: Input<typeof ask>): Output<typeof ask> {
    await this.probe.assert(ctx, input.query.seatId);
    return { stands: true };
  }
}

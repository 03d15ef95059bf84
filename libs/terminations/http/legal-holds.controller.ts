import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, type Input, type Output, pageOf, pageQuery } from '#platform/http';
import { Controller } from '@nestjs/common';
import { LegalHolds } from '../application/legal-holds.js';
import { HoldView, LiftHold, PlaceHold } from '../contract.js';

const place = act({
  method: 'POST',
  path: '/legal-holds',
  action: 'legal-hold.placed',
  summary: { zh: '设置保全', en: 'Place a legal hold: what it covers is not destroyed' },
  roles: ['authority', 'security-admin'],
  scope: 'region',
  body: PlaceHold,
  response: HoldView,
});
const lift = act({
  method: 'POST',
  path: '/legal-holds/:id/releases',
  action: 'legal-hold.lifted',
  summary: { zh: '解除保全', en: 'Lift a legal hold' },
  roles: ['authority'],
  scope: 'region',
  params: idParam,
  body: LiftHold,
  response: HoldView,
});
const list = act({
  method: 'GET',
  path: '/legal-holds',
  action: 'legal-hold.listed',
  summary: { zh: '保全列表', en: 'Legal holds' },
  roles: ['authority', 'security-admin', 'audit-admin'],
  scope: 'region',
  query: pageQuery,
  response: pageOf(HoldView),
});

@Controller()
export class LegalHoldsController {
  constructor(private readonly holds: LegalHolds) {}

  @Act(place)
  place(@Ctx() ctx: ActContext, @In() input: Input<typeof place>): Output<typeof place> {
    return this.holds.place(ctx, input.body);
  }
  @Act(lift)
  lift(@Ctx() ctx: ActContext, @In() input: Input<typeof lift>): Output<typeof lift> {
    return this.holds.lift(ctx, input.params.id, input.body);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.holds.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
}

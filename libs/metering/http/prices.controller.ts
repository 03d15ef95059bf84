import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { Prices } from '../application/prices.js';
import { PriceApplied, PricesQuery, PriceView, SetPrice } from '../contract.js';

const set = act({
  method: 'POST',
  path: '/price-lists',
  action: 'price.set',
  summary: { zh: '确定价格（新版本）', en: 'Set a price: a new version, superseding from its date' },
  roles: ['authority'],
  scope: 'region',
  body: SetPrice,
  response: PriceView,
});
const list = act({
  method: 'GET',
  path: '/price-lists',
  action: 'price.listed',
  summary: { zh: '价目', en: 'Price versions, newest first' },
  roles: 'signed-in',
  scope: 'unit',
  query: PricesQuery,
  response: pageOf(PriceView),
});
const apply = act({
  method: 'POST',
  path: '/price-lists/:id/applications',
  action: 'price.applied',
  summary: { zh: '对未定价用量补定价', en: 'Price the unpriced uses that this version covers' },
  roles: ['authority'],
  scope: 'region',
  params: idParam,
  response: PriceApplied,
});

@Controller()
export class PricesController {
  constructor(private readonly prices: Prices) {}

  @Act(set)
  async set(@Ctx() ctx: ActContext, @In() input: Input<typeof set>): Output<typeof set> {
    return this.prices.set(ctx, input.body);
  }

  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.prices.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }

  @Act(apply)
  async apply(@Ctx() ctx: ActContext, @In() input: Input<typeof apply>): Output<typeof apply> {
    return this.prices.apply(ctx, input.params.id);
  }
}

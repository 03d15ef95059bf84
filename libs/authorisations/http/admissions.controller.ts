import type { ActContext } from '#kernel';
import { Act, Ctx, In, type Input, type Output, act, idParam, pageOf } from '#platform/http';
import { Controller } from '@nestjs/common';
import { PartnersQuery } from '../contract.js';
import { PartnerActs } from '../application/partner-acts.js';
import { Ballot } from '../domain/messages/common.messages.js';
import { PartnerView, RequestPartner } from '../domain/messages/scenarios.messages.js';

const common = { method: 'POST', params: idParam, scope: 'unit', response: PartnerView, status: 200 } as const;
const readers = ['authority', 'unit-manager', 'provider', 'security-admin', 'audit-admin'] as const;

const request = act({
  method: 'POST',
  path: '/admissions',
  action: 'partner.requested',
  summary: { zh: '申请二级开发主体准入或技术合作', en: 'Ask for an admission or a technical cooperation' },
  roles: ['unit-manager'],
  scope: 'unit',
  body: RequestPartner,
  response: PartnerView,
});
const list = act({
  method: 'GET',
  path: '/admissions',
  action: 'partner.listed',
  summary: { zh: '准入与合作清单', en: 'List admissions and cooperations' },
  roles: readers,
  scope: 'unit',
  query: PartnersQuery,
  response: pageOf(PartnerView),
});
const read = act({
  ...common,
  method: 'GET',
  path: '/admissions/:id',
  action: 'partner.read',
  summary: { zh: '准入或合作详情', en: 'An admission or cooperation with its review' },
  roles: readers,
});
const vote = act({
  ...common,
  path: '/admissions/:id/votes',
  action: 'partner.voted',
  summary: { zh: '审查准入或合作', en: 'Vote on an admission or cooperation' },
  roles: ['authority', 'provider', 'unit-manager'],
  body: Ballot,
});
const end = act({
  ...common,
  path: '/admissions/:id/endings',
  action: 'partner.ended',
  summary: { zh: '终止准入或合作', en: 'End it; seats that hang on it end too' },
  roles: ['authority', 'unit-manager'],
});

@Controller()
export class AdmissionsController {
  constructor(private readonly partners: PartnerActs) {}

  @Act(request)
  request(@Ctx() ctx: ActContext, @In() input: Input<typeof request>): Output<typeof request> {
    return this.partners.request(ctx, input.body);
  }
  @Act(list)
  list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    return this.partners.list(ctx, input.query);
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.partners.one(ctx, input.params.id);
  }
  @Act(vote)
  vote(@Ctx() ctx: ActContext, @In() input: Input<typeof vote>): Output<typeof vote> {
    return this.partners.vote(ctx, input.params.id, input.body);
  }
  @Act(end)
  end(@Ctx() ctx: ActContext, @In() input: Input<typeof end>): Output<typeof end> {
    return this.partners.end(ctx, input.params.id);
  }
}

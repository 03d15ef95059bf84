import type { ActContext } from '#kernel';
import { Act, Ctx, In, type Input, type Output, act, idParam, pageOf } from '#platform/http';
import { Controller } from '@nestjs/common';
import { DataRequestsQuery } from '../contract.js';
import { z } from 'zod';
import { ConsentActs } from '../application/consent-acts.js';
import { DataRequestActs } from '../application/data-request-acts.js';
import {
  ConsentView,
  CreateDataRequest,
  DataRequestSummary,
  DataRequestView,
  ItemBallot,
  ItemWithdrawal,
  RegisterConsent,
  RequestSubmission,
  ReviseDataRequest,
} from '../domain/messages/data-requests.messages.js';

const common = { method: 'POST', params: idParam, scope: 'unit', response: DataRequestView, status: 200 } as const;
const itemParam = idParam.extend({ itemId: z.uuid() });
const readers = ['authority', 'unit-manager', 'unit-developer', 'provider', 'security-admin', 'audit-admin'] as const;

const create = act({
  method: 'POST',
  path: '/data-requests',
  action: 'data-request.created',
  summary: { zh: '起草数据需求清单', en: 'Draft a data request, item by item' },
  roles: ['unit-manager'],
  scope: 'unit',
  right: 'processing-use',
  body: CreateDataRequest,
  response: DataRequestView,
});
const list = act({
  method: 'GET',
  path: '/data-requests',
  action: 'data-request.listed',
  summary: { zh: '数据需求列表', en: 'List data requests' },
  roles: readers,
  scope: 'unit',
  query: DataRequestsQuery,
  response: pageOf(DataRequestSummary),
});
const read = act({
  ...common,
  method: 'GET',
  path: '/data-requests/:id',
  action: 'data-request.read',
  summary: { zh: '数据需求详情', en: 'A data request with its items and their reviews' },
  roles: readers,
});
const submit = act({
  ...common,
  path: '/data-requests/:id/submissions',
  action: 'data-request.submitted',
  summary: { zh: '提交数据需求', en: 'Submit the list' },
  roles: ['unit-manager'],
  right: 'processing-use',
  body: RequestSubmission,
});
const revise = act({
  ...common,
  path: '/data-requests/:id/revisions',
  action: 'data-request.revised',
  summary: { zh: '修订清单，原有表决作废', en: 'Revise the list; votes on the one before are void' },
  roles: ['unit-manager'],
  body: ReviseDataRequest,
});
const vote = act({
  ...common,
  params: itemParam,
  path: '/data-requests/:id/items/:itemId/votes',
  action: 'data-request.voted',
  summary: { zh: '审批一项', en: 'Vote on one item' },
  roles: ['authority', 'provider'],
  body: ItemBallot,
});
const withdraw = act({
  ...common,
  params: itemParam,
  path: '/data-requests/:id/items/:itemId/withdrawals',
  action: 'data-request.item-withdrawn',
  summary: { zh: '撤回一项授权', en: 'Withdraw one granted item' },
  roles: ['authority', 'provider', 'unit-manager'],
  body: ItemWithdrawal,
});
const registerConsent = act({
  method: 'POST',
  path: '/consents',
  action: 'consent.registered',
  summary: { zh: '登记同意', en: 'Register a consent by its reference' },
  roles: ['unit-manager'],
  scope: 'unit',
  body: RegisterConsent,
  response: ConsentView,
});
const withdrawConsent = act({
  method: 'POST',
  params: idParam,
  path: '/consents/:id/withdrawals',
  action: 'consent.withdrawn',
  summary: { zh: '撤回同意', en: 'Record that a consent was withdrawn' },
  roles: ['authority', 'unit-manager'],
  scope: 'unit',
  response: ConsentView,
  status: 200,
});

@Controller()
export class DataRequestsController {
  constructor(
    private readonly requests: DataRequestActs,
    private readonly consents: ConsentActs,
  ) {}

  @Act(create)
  create(@Ctx() ctx: ActContext, @In() input: Input<typeof create>): Output<typeof create> {
    return this.requests.create(ctx, input.body);
  }
  @Act(list)
  list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    return this.requests.list(ctx, input.query);
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.requests.one(ctx, input.params.id);
  }
  @Act(submit)
  submit(@Ctx() ctx: ActContext, @In() input: Input<typeof submit>): Output<typeof submit> {
    return this.requests.submit(ctx, input.params.id);
  }
  @Act(revise)
  revise(@Ctx() ctx: ActContext, @In() input: Input<typeof revise>): Output<typeof revise> {
    return this.requests.revise(ctx, input.params.id, input.body);
  }
  @Act(vote)
  vote(@Ctx() ctx: ActContext, @In() input: Input<typeof vote>): Output<typeof vote> {
    return this.requests.vote(ctx, input.params.id, input.params.itemId, input.body);
  }
  @Act(withdraw)
  withdraw(@Ctx() ctx: ActContext, @In() input: Input<typeof withdraw>): Output<typeof withdraw> {
    return this.requests.withdraw(ctx, input.params.id, input.params.itemId, input.body.reasons);
  }
  @Act(registerConsent)
  registerConsent(@Ctx() ctx: ActContext, @In() input: Input<typeof registerConsent>): Output<typeof registerConsent> {
    return this.consents.register(ctx, input.body);
  }
  @Act(withdrawConsent)
  withdrawConsent(@Ctx() ctx: ActContext, @In() input: Input<typeof withdrawConsent>): Output<typeof withdrawConsent> {
    return this.consents.withdraw(ctx, input.params.id);
  }
}

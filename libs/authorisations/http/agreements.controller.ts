import type { ActContext } from '#kernel';
import { Act, Ctx, In, type Input, type Output, act, idParam } from '#platform/http';
import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Agreements } from '../application/agreements.js';
import { Agreement, AuthorisationView, EmergencyPlanFiling, FilingReceipt, Signing } from '../domain/messages/authorisations.messages.js';

const common = {
  method: 'POST',
  params: idParam,
  scope: 'region',
  roles: ['authority'],
  response: AuthorisationView,
  status: 200,
} as const;
const planParam = idParam.extend({ planId: z.uuid() });

const set = act({
  ...common,
  method: 'PUT',
  path: '/authorisations/:id/agreement',
  action: 'authorisation.agreement-set',
  summary: { zh: '录入协议条款', en: 'Set the agreement’s items, as a new version' },
  body: Agreement,
});
const filePlan = act({
  ...common,
  path: '/authorisations/:id/emergency-plans',
  action: 'authorisation.plan-filed',
  summary: { zh: '提交应急预案', en: 'File an emergency plan' },
  roles: ['authority', 'unit-manager'],
  body: EmergencyPlanFiling,
});
const approvePlan = act({
  ...common,
  params: planParam,
  path: '/authorisations/:id/emergency-plans/:planId/approvals',
  action: 'authorisation.plan-approved',
  summary: { zh: '批准应急预案', en: 'Approve an emergency plan that someone else filed' },
});
const withdrawPlan = act({
  ...common,
  params: planParam,
  path: '/authorisations/:id/emergency-plans/:planId/withdrawals',
  action: 'authorisation.plan-withdrawn',
  summary: { zh: '撤回应急预案', en: 'Withdraw an emergency plan; nothing new begins without one' },
});
const sign = act({
  ...common,
  path: '/authorisations/:id/signings',
  action: 'authorisation.signed',
  summary: { zh: '签订协议并登记用印', en: 'Sign the agreement and register the seal' },
  body: Signing,
});
const activate = act({
  ...common,
  path: '/authorisations/:id/activations',
  action: 'authorisation.activated',
  summary: { zh: '授权生效', en: 'Put the authorisation in force' },
});
const file = act({
  ...common,
  path: '/authorisations/:id/filings',
  action: 'authorisation.filed',
  summary: { zh: '登记备案回执', en: 'Record the receipt of a filing' },
  body: FilingReceipt,
});

@Controller()
export class AgreementsController {
  constructor(private readonly agreements: Agreements) {}

  @Act(set)
  setAgreement(@Ctx() ctx: ActContext, @In() input: Input<typeof set>): Output<typeof set> {
    return this.agreements.set(ctx, input.params.id, input.body);
  }
  @Act(filePlan)
  filePlan(@Ctx() ctx: ActContext, @In() input: Input<typeof filePlan>): Output<typeof filePlan> {
    return this.agreements.filePlan(ctx, input.params.id, input.body);
  }
  @Act(approvePlan)
  approvePlan(@Ctx() ctx: ActContext, @In() input: Input<typeof approvePlan>): Output<typeof approvePlan> {
    return this.agreements.approvePlan(ctx, input.params.id, input.params.planId);
  }
  @Act(withdrawPlan)
  withdrawPlan(@Ctx() ctx: ActContext, @In() input: Input<typeof withdrawPlan>): Output<typeof withdrawPlan> {
    return this.agreements.withdrawPlan(ctx, input.params.id, input.params.planId);
  }
  @Act(sign)
  sign(@Ctx() ctx: ActContext, @In() input: Input<typeof sign>): Output<typeof sign> {
    return this.agreements.sign(ctx, input.params.id, input.body);
  }
  @Act(activate)
  activate(@Ctx() ctx: ActContext, @In() input: Input<typeof activate>): Output<typeof activate> {
    return this.agreements.activate(ctx, input.params.id);
  }
  @Act(file)
  recordFiling(@Ctx() ctx: ActContext, @In() input: Input<typeof file>): Output<typeof file> {
    return this.agreements.file(ctx, input.params.id, input.body);
  }
}

import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { LossPreviews } from '../application/loss-previews.js';
import { Plans } from '../application/plans.js';
import { planEditors } from '../domain/decisions.js';
import { ApprovePlan, byScenario, ChangePlan, DesensitisationPlanView, LossPreviewView } from '../contract.js';

const all = ['provider', 'authority', 'unit-manager', 'unit-developer', 'export-reviewer', 'evaluator', 'audit-admin'] as const;
const common = { scope: 'unit', params: idParam, response: DesensitisationPlanView } as const;
const propose = act({
  ...common,
  method: 'POST',
  path: '/dataset-copies/:id/plan-proposals',
  action: 'desensitisation-plan.proposal-ordered',
  summary: { zh: '识别敏感字段并生成脱敏方案草案', en: 'Have detection propose a desensitisation plan for a delivered copy' },
  roles: planEditors,
  status: 202,
});
const change = act({
  ...common,
  method: 'PUT',
  path: '/desensitisation-plans/:id',
  action: 'desensitisation-plan.changed',
  summary: { zh: '修改脱敏方案（批准随之失效）', en: 'Replace the content of a plan; its approval ends with it' },
  roles: planEditors,
  body: ChangePlan,
});
const approve = act({
  ...common,
  method: 'POST',
  path: '/desensitisation-plans/:id/approvals',
  action: 'desensitisation-plan.approved',
  summary: { zh: '批准脱敏方案的当前版本', en: 'Approve the current revision of a plan by its digest' },
  roles: ['provider', 'authority'],
  body: ApprovePlan,
});
const withdraw = act({
  ...common,
  method: 'POST',
  path: '/desensitisation-plans/:id/withdrawals',
  action: 'desensitisation-plan.withdrawn',
  summary: { zh: '撤回脱敏方案', en: 'Withdraw a plan; no run uses it any more' },
  roles: ['provider', 'authority'],
});
const orderLoss = act({
  ...common,
  method: 'POST',
  path: '/desensitisation-plans/:id/loss-previews',
  action: 'desensitisation-plan.loss-ordered',
  summary: { zh: '预估方案的信息损失', en: 'Measure what reaching k would lose, before the plan is approved; each revision once' },
  roles: ['provider', 'authority'],
  response: LossPreviewView,
  status: 202,
});
const readLoss = act({
  ...common,
  method: 'GET',
  path: '/desensitisation-plans/:id/loss-previews',
  action: 'desensitisation-plan.loss-read',
  summary: { zh: '方案的信息损失预估', en: 'What reaching k would lose: levels and percents in steps' },
  roles: ['provider', 'authority'],
  response: LossPreviewView,
});
const list = act({
  method: 'GET',
  path: '/desensitisation-plans',
  action: 'desensitisation-plan.listed',
  summary: { zh: '脱敏方案清单', en: 'List desensitisation plans' },
  roles: all,
  scope: 'unit',
  query: byScenario,
  response: pageOf(DesensitisationPlanView),
});
const read = act({
  ...common,
  method: 'GET',
  path: '/desensitisation-plans/:id',
  action: 'desensitisation-plan.read',
  summary: { zh: '脱敏方案与识别结果', en: 'A plan with what detection found' },
  roles: all,
});

@Controller()
export class PlansController {
  constructor(
    private readonly plans: Plans,
    private readonly losses: LossPreviews,
  ) {}

  @Act(propose)
  propose(@Ctx() ctx: ActContext, @In() input: Input<typeof propose>): Output<typeof propose> {
    return this.plans.propose(ctx, input.params.id);
  }
  @Act(change)
  change(@Ctx() ctx: ActContext, @In() input: Input<typeof change>): Output<typeof change> {
    return this.plans.change(ctx, input.params.id, input.body);
  }
  @Act(approve)
  approve(@Ctx() ctx: ActContext, @In() input: Input<typeof approve>): Output<typeof approve> {
    return this.plans.approve(ctx, input.params.id, input.body);
  }
  @Act(withdraw)
  withdraw(@Ctx() ctx: ActContext, @In() input: Input<typeof withdraw>): Output<typeof withdraw> {
    return this.plans.withdraw(ctx, input.params.id);
  }
  @Act(orderLoss)
  orderLossPreview(@Ctx() ctx: ActContext, @In() input: Input<typeof orderLoss>): Output<typeof orderLoss> {
    return this.losses.order(ctx, input.params.id);
  }
  @Act(readLoss)
  readLoss(@Ctx() ctx: ActContext, @In() input: Input<typeof readLoss>): Output<typeof readLoss> {
    return this.losses.read(ctx, input.params.id);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.plans.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.plans.detail(ctx, input.params.id);
  }
}

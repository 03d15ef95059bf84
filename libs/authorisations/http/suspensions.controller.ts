import type { ActContext } from '#kernel';
import { Act, Ctx, In, type Input, type Output, act, idParam } from '#platform/http';
import { Controller } from '@nestjs/common';
import { SuspensionCases } from '../application/suspension-cases.js';
import {
  Assessment,
  Extension,
  ImposeSuspension,
  RectificationPlan,
  RectificationReport,
  SuspensionList,
  SuspensionView,
} from '../domain/messages/suspensions.messages.js';

const common = { method: 'POST', params: idParam, scope: 'region', roles: ['authority'], response: SuspensionView, status: 200 } as const;
const readers = ['authority', 'unit-manager', 'security-admin', 'audit-admin'] as const;

const impose = act({
  ...common,
  status: 201,
  path: '/authorisations/:id/suspensions',
  action: 'authorisation.suspended',
  summary: { zh: '暂停授权并责令改正', en: 'Suspend at once and order correction' },
  body: ImposeSuspension,
  cuts: 'authorisation',
});
const ofAuthorisation = act({
  ...common,
  method: 'GET',
  path: '/authorisations/:id/suspensions',
  action: 'suspension.listed',
  summary: { zh: '授权的暂停记录', en: 'Suspensions of an authorisation' },
  roles: readers,
  response: SuspensionList,
});
const read = act({
  ...common,
  method: 'GET',
  path: '/suspensions/:id',
  action: 'suspension.read',
  summary: { zh: '暂停与整改', en: 'A suspension with its rectification' },
  roles: readers,
});
const filePlan = act({
  ...common,
  path: '/suspensions/:id/rectification-plans',
  action: 'authorisation.rectification-planned',
  summary: { zh: '提交整改方案', en: 'File the rectification plan' },
  roles: ['unit-manager'],
  body: RectificationPlan,
});
const report = act({
  ...common,
  path: '/suspensions/:id/reports',
  action: 'authorisation.rectification-reported',
  summary: { zh: '提交整改报告', en: 'Report the rectification' },
  roles: ['unit-manager'],
  body: RectificationReport,
});
const assess = act({
  ...common,
  path: '/suspensions/:id/assessments',
  action: 'authorisation.rectification-assessed',
  summary: { zh: '评估整改', en: 'Assess the rectification' },
  body: Assessment,
});
const resume = act({
  ...common,
  path: '/suspensions/:id/resumptions',
  action: 'authorisation.resumed',
  summary: { zh: '恢复授权', en: 'Lift the suspension' },
});
const extend = act({
  ...common,
  path: '/suspensions/:id/extensions',
  action: 'authorisation.rectification-extended',
  summary: { zh: '延长逾期案件的期限', en: 'Give an overdue case more time, with reasons' },
  body: Extension,
});

@Controller()
export class SuspensionsController {
  constructor(private readonly cases: SuspensionCases) {}

  @Act(impose)
  suspendAuthorisation(@Ctx() ctx: ActContext, @In() input: Input<typeof impose>): Output<typeof impose> {
    return this.cases.impose(ctx, input.params.id, input.body);
  }
  @Act(ofAuthorisation)
  list(@Ctx() ctx: ActContext, @In() input: Input<typeof ofAuthorisation>): Output<typeof ofAuthorisation> {
    return this.cases.ofAuthorisation(ctx, input.params.id);
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.cases.one(ctx, input.params.id);
  }
  @Act(filePlan)
  planRectification(@Ctx() ctx: ActContext, @In() input: Input<typeof filePlan>): Output<typeof filePlan> {
    return this.cases.filePlan(ctx, input.params.id, input.body);
  }
  @Act(report)
  reportRectification(@Ctx() ctx: ActContext, @In() input: Input<typeof report>): Output<typeof report> {
    return this.cases.report(ctx, input.params.id, input.body);
  }
  @Act(assess)
  assessRectification(@Ctx() ctx: ActContext, @In() input: Input<typeof assess>): Output<typeof assess> {
    return this.cases.assess(ctx, input.params.id, input.body);
  }
  @Act(resume)
  resume(@Ctx() ctx: ActContext, @In() input: Input<typeof resume>): Output<typeof resume> {
    return this.cases.resume(ctx, input.params.id);
  }
  @Act(extend)
  extendRectification(@Ctx() ctx: ActContext, @In() input: Input<typeof extend>): Output<typeof extend> {
    return this.cases.extend(ctx, input.params.id, input.body);
  }
}

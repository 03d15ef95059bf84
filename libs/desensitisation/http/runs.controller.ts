import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { Runs } from '../application/runs.js';
import { byScenario, DesensitisationRunView, SampleView, StartRun } from '../contract.js';

const all = ['provider', 'authority', 'unit-manager', 'unit-developer', 'export-reviewer', 'evaluator', 'audit-admin'] as const;
const order = act({
  method: 'POST',
  path: '/desensitisation-runs',
  action: 'desensitisation-run.ordered',
  summary: { zh: '提交脱敏任务', en: 'Queue a run of an approved plan' },
  roles: ['provider', 'authority', 'unit-manager', 'unit-developer'],
  seat: { kind: 'desensitisation-plan', at: 'body.planId' },
  scope: 'unit',
  body: StartRun,
  response: DesensitisationRunView,
  status: 202,
});
const cancel = act({
  method: 'POST',
  path: '/desensitisation-runs/:id/cancellations',
  action: 'desensitisation-run.cancelled',
  summary: { zh: '取消脱敏任务', en: 'Cancel a run; nothing of it is published' },
  roles: ['provider', 'authority', 'unit-manager', 'security-admin'],
  scope: 'unit',
  params: idParam,
  response: DesensitisationRunView,
});
const list = act({
  method: 'GET',
  path: '/desensitisation-runs',
  action: 'desensitisation-run.listed',
  summary: { zh: '脱敏任务清单', en: 'List runs' },
  roles: all,
  scope: 'unit',
  query: byScenario,
  response: pageOf(DesensitisationRunView),
});
const read = act({
  method: 'GET',
  path: '/desensitisation-runs/:id',
  action: 'desensitisation-run.read',
  summary: { zh: '脱敏任务：证明、血缘与行数', en: 'A run with its proof, lineage and counts' },
  roles: all,
  scope: 'unit',
  params: idParam,
  response: DesensitisationRunView,
});
const samples = act({
  method: 'GET',
  path: '/samples',
  action: 'sample.listed',
  summary: { zh: '开发区内的脱敏样本', en: 'Desensitised samples that stand in dev' },
  roles: all,
  scope: 'unit',
  query: byScenario,
  response: pageOf(SampleView),
});

@Controller()
export class RunsController {
  constructor(private readonly runs: Runs) {}

  @Act(order)
  order(@Ctx() ctx: ActContext, @In() input: Input<typeof order>): Output<typeof order> {
    return this.runs.order(ctx, input.body);
  }
  @Act(cancel)
  cancel(@Ctx() ctx: ActContext, @In() input: Input<typeof cancel>): Output<typeof cancel> {
    return this.runs.cancel(ctx, input.params.id);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.runs.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.runs.detail(ctx, input.params.id);
  }
  @Act(samples)
  async listSamples(@Ctx() ctx: ActContext, @In() input: Input<typeof samples>): Output<typeof samples> {
    const page = await this.runs.listSamples(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
}

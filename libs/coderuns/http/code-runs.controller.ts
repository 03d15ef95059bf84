import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { CodeRuns } from '../application/code-runs.js';
import { byScenario, CodeRunView, StartCodeRun } from '../contract.js';

const readers = ['authority', 'unit-manager', 'unit-developer', 'export-reviewer', 'security-admin', 'audit-admin', 'evaluator'] as const;
const order = act({
  method: 'POST',
  path: '/code-runs',
  action: 'code-run.ordered',
  summary: { zh: '在生产区无人值守运行已审核代码', en: 'Run reviewed code over raw data, unattended' },
  roles: ['unit-developer'],
  seat: { kind: 'code-submission', at: 'body.submissionId' },
  scope: 'unit',
  right: 'processing-use',
  body: StartCodeRun,
  response: CodeRunView,
  status: 202,
});
const cancel = act({
  method: 'POST',
  path: '/code-runs/:id/cancellations',
  action: 'code-run.cancelled',
  summary: { zh: '取消模型运行', en: 'Cancel a run; nothing of it is kept' },
  roles: ['unit-manager', 'unit-developer', 'authority', 'security-admin'],
  seat: { kind: 'code-run', at: 'params.id' },
  scope: 'unit',
  params: idParam,
  response: CodeRunView,
});
const list = act({
  method: 'GET',
  path: '/code-runs',
  action: 'code-run.listed',
  summary: { zh: '模型运行清单', en: 'List runs' },
  roles: readers,
  scope: 'unit',
  query: byScenario,
  response: pageOf(CodeRunView),
});
const read = act({
  method: 'GET',
  path: '/code-runs/:id',
  action: 'code-run.read',
  summary: { zh: '模型运行的状态与原因', en: 'How a run fares, and the typed cause if it failed' },
  roles: readers,
  scope: 'unit',
  params: idParam,
  response: CodeRunView,
});

@Controller()
export class CodeRunsController {
  constructor(private readonly runs: CodeRuns) {}

  @Act(order)
  order(@Ctx() ctx: ActContext, @In() input: Input<typeof order>): Output<typeof order> {
    return this.runs.order(ctx, input.body.submissionId);
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
}

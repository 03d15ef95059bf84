import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { CodeRuns } from '../application/code-runs.js';
import { Submissions } from '../application/submissions.js';
import { byScenario, CodeRunView, CodeSubmissionView, ReviewCode, SubmitCode } from '../contract.js';

const readers = ['authority', 'unit-manager', 'unit-developer', 'export-reviewer', 'security-admin', 'audit-admin', 'evaluator'] as const;
const submit = act({
  method: 'POST',
  path: '/code-submissions',
  action: 'code-submission.submitted',
  summary: { zh: '提交在生产区运行的代码', en: 'Submit code for review before it runs on raw data' },
  roles: ['unit-developer'],
  seat: { kind: 'scenario', at: 'body.scenarioId' },
  scope: 'unit',
  right: 'processing-use',
  body: SubmitCode,
  response: CodeSubmissionView,
});
const review = act({
  method: 'POST',
  path: '/code-submissions/:id/reviews',
  action: 'code-submission.decided',
  summary: { zh: '审核代码：通过或退回', en: 'Review code by its digest: approve, or return with reasons' },
  roles: ['export-reviewer', 'authority'],
  scope: 'unit',
  params: idParam,
  body: ReviewCode,
  response: CodeSubmissionView,
});
const tryOut = act({
  method: 'POST',
  path: '/code-submissions/:id/trials',
  action: 'code-run.trial-ordered',
  summary: { zh: '在脱敏样本上试运行同一份代码', en: 'Run the same code over the desensitised samples' },
  roles: ['unit-developer'],
  seat: { kind: 'code-submission', at: 'params.id' },
  scope: 'unit',
  params: idParam,
  response: CodeRunView,
  status: 202,
});
const list = act({
  method: 'GET',
  path: '/code-submissions',
  action: 'code-submission.listed',
  summary: { zh: '代码清单', en: 'List code submissions' },
  roles: readers,
  scope: 'unit',
  query: byScenario,
  response: pageOf(CodeSubmissionView),
});
const read = act({
  method: 'GET',
  path: '/code-submissions/:id',
  action: 'code-submission.read',
  summary: { zh: '代码与其数据血缘', en: 'A submission with what its result derives from' },
  roles: readers,
  scope: 'unit',
  params: idParam,
  response: CodeSubmissionView,
});

@Controller()
export class SubmissionsController {
  constructor(
    private readonly submissions: Submissions,
    private readonly runs: CodeRuns,
  ) {}

  @Act(submit)
  submit(@Ctx() ctx: ActContext, @In() input: Input<typeof submit>): Output<typeof submit> {
    return this.submissions.submit(ctx, input.body);
  }
  @Act(review)
  review(@Ctx() ctx: ActContext, @In() input: Input<typeof review>): Output<typeof review> {
    return this.submissions.review(ctx, input.params.id, input.body);
  }
  @Act(tryOut)
  orderTrial(@Ctx() ctx: ActContext, @In() input: Input<typeof tryOut>): Output<typeof tryOut> {
    return this.runs.tryOut(ctx, input.params.id);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.submissions.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.submissions.detail(ctx, input.params.id);
  }
}

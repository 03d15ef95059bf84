import type { AuditActions } from '#kernel';

const submission = 'code-submission';
const run = 'code-run';

export const coderunsAuditActions = {
  'code-submission.submitted': { object: submission, zh: '提交代码', en: 'code submitted' },
  'code-submission.reviewed': { object: submission, zh: '审核通过代码', en: 'code reviewed' },
  'code-submission.returned': { object: submission, zh: '退回代码', en: 'code returned' },
  'code-submission.decided': { object: submission, zh: '审核代码', en: 'code review decided' },
  'code-submission.listed': { object: submission, zh: '查看代码清单', en: 'code listed' },
  'code-submission.read': { object: submission, zh: '查看代码', en: 'code read' },
  'code-run.ordered': { object: run, zh: '提交模型运行', en: 'run ordered' },
  'code-run.trial-ordered': { object: run, zh: '提交样本试运行', en: 'trial on a sample ordered' },
  'code-run.started': { object: run, zh: '开始模型运行', en: 'run started' },
  'code-run.checking': { object: run, zh: '检查运行结果', en: 'result checked' },
  'code-run.succeeded': { object: run, zh: '模型运行完成', en: 'run succeeded' },
  'code-run.failed': { object: run, zh: '模型运行失败', en: 'run failed' },
  'code-run.cancelled': { object: run, zh: '取消模型运行', en: 'run cancelled' },
  'code-run.listed': { object: run, zh: '查看模型运行清单', en: 'runs listed' },
  'code-run.read': { object: run, zh: '查看模型运行', en: 'run read' },
  'code-run.destroyed': { object: run, zh: '销毁运行结果', en: 'result destroyed' },
} satisfies AuditActions;

import type { AuditActions } from '#kernel';

const plan = 'desensitisation-plan';
const run = 'desensitisation-run';

export const desensitisationAuditActions = {
  'desensitisation-plan.proposal-ordered': { object: plan, zh: '发起脱敏方案识别', en: 'plan proposal ordered' },
  'desensitisation-plan.proposed': { object: plan, zh: '识别生成脱敏方案', en: 'plan proposed by detection' },
  'desensitisation-plan.proposal-failed': { object: plan, zh: '脱敏方案识别失败', en: 'plan proposal failed' },
  'desensitisation-plan.changed': { object: plan, zh: '修改脱敏方案', en: 'plan changed' },
  'desensitisation-plan.approved': { object: plan, zh: '批准脱敏方案', en: 'plan approved' },
  'desensitisation-plan.withdrawn': { object: plan, zh: '撤回脱敏方案', en: 'plan withdrawn' },
  'desensitisation-plan.loss-ordered': { object: plan, zh: '发起信息损失预估', en: 'loss preview ordered' },
  'desensitisation-plan.loss-read': { object: plan, zh: '查看信息损失预估', en: 'loss preview read' },
  'desensitisation-plan.loss-measured': { object: plan, zh: '完成信息损失预估', en: 'loss measured' },
  'desensitisation-plan.loss-failed': { object: plan, zh: '信息损失预估失败', en: 'loss preview failed' },
  'desensitisation-plan.listed': { object: plan, zh: '查看脱敏方案清单', en: 'plans listed' },
  'desensitisation-plan.read': { object: plan, zh: '查看脱敏方案', en: 'plan read' },
  'desensitisation-run.ordered': { object: run, zh: '提交脱敏任务', en: 'run ordered' },
  'desensitisation-run.started': { object: run, zh: '开始脱敏任务', en: 'run started' },
  'desensitisation-run.checking': { object: run, zh: '检验脱敏结果', en: 'output examined' },
  'desensitisation-run.succeeded': { object: run, zh: '脱敏任务完成并发布样本', en: 'run succeeded, sample published' },
  'desensitisation-run.failed': { object: run, zh: '脱敏任务失败', en: 'run failed' },
  'desensitisation-run.cancelled': { object: run, zh: '取消脱敏任务', en: 'run cancelled' },
  'desensitisation-run.listed': { object: run, zh: '查看脱敏任务清单', en: 'runs listed' },
  'desensitisation-run.read': { object: run, zh: '查看脱敏任务', en: 'run read' },
  'sample.listed': { object: 'sample', zh: '查看脱敏样本清单', en: 'samples listed' },
  'sample.destroyed': { object: 'sample', zh: '销毁脱敏样本', en: 'sample destroyed' },
  'pseudonym-key.made': { object: 'pseudonym-key', zh: '生成假名化密钥', en: 'pseudonym key made' },
  'pseudonym-key.destroyed': { object: 'pseudonym-key', zh: '销毁假名化密钥', en: 'pseudonym key destroyed' },
} satisfies AuditActions;

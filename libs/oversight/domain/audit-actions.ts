import type { AuditActions } from '#kernel';

export const oversightAuditActions = {
  'requirement.listed': { object: 'requirement', zh: '查看合规看板', en: 'requirements with live evidence read' },
  'requirement.exported': { object: 'requirement', zh: '导出合规看板', en: 'requirements exported' },
  'requirement.document-signed': { object: 'requirement', zh: '合规看板导出件签名', en: 'compliance document signed' },
  'board.read': { object: 'board', zh: '查看监管看板', en: 'board read' },
  'work.listed': { object: 'work', zh: '查看任务队列', en: 'queued work read' },
  'work.lanes-read': { object: 'work', zh: '查看任务队列分道情况', en: 'lanes of queued work read' },
  'work.retried': { object: 'work', zh: '重试任务', en: 'work tried again' },
  'operation.read': { object: 'operation', zh: '查看操作进度', en: 'operation read' },
  'operation.followed': { object: 'operation', zh: '跟踪操作进度', en: 'operation followed' },
  'staffing.read': { object: 'staffing', zh: '查看人员配置检查', en: 'staffing check read' },
} satisfies AuditActions;

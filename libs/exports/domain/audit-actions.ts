import type { AuditActions } from '#kernel';

const request = { object: 'export-request' } as const;

export const exportAuditActions = {
  'export-request.opened': { ...request, zh: '起草导出申请', en: 'export request opened' },
  'export-request.listed': { ...request, zh: '查看导出申请', en: 'export requests read' },
  'export-request.read': { ...request, zh: '查看导出申请', en: 'export request read' },
  'export-request.submitted': { ...request, zh: '提交导出申请', en: 'export request submitted' },
  'export-request.quarantined': { ...request, zh: '结果进入隔离区', en: 'result in quarantine' },
  'export-request.check-begun': { ...request, zh: '开始自动检查', en: 'automatic checks begun' },
  'export-request.checked': { ...request, zh: '自动检查完成', en: 'automatic checks done' },
  'export-request.vetoed': { ...request, zh: '自动检查否决', en: 'vetoed by the automatic checks' },
  'export-request.checks-read': { ...request, zh: '查看检查结果', en: 'check results read' },
  'export-request.preview-read': { ...request, zh: '查看安全预览', en: 'safe preview read' },
  'export-request.reviewed': { ...request, zh: '审核导出', en: 'export reviewed' },
  'export-request.reviews-read': { ...request, zh: '查看审核意见', en: 'reviews read' },
  'export-request.approved': { ...request, zh: '审核通过', en: 'export approved' },
  'export-request.returned': { ...request, zh: '审核退回', en: 'export returned' },
  'export-request.review-voided': { ...request, zh: '审核作废，重新检查', en: 'review voided, checks run again' },
  'export-request.released': { ...request, zh: '放行', en: 'export released' },
  'export-request.withdrawn': { ...request, zh: '撤回导出申请', en: 'export request withdrawn' },
  'export-request.expired': { ...request, zh: '放行期满', en: 'release expired' },
  'export-request.manifest-read': { ...request, zh: '查看放行清单', en: 'release manifest read' },
  'export-request.link-issued': { ...request, zh: '签发一次性下载链接', en: 'one-time download link issued' },
  'export-request.link-revoked': { ...request, zh: '收回下载链接', en: 'download link revoked' },
  'export-request.download-begun': { ...request, zh: '开始下载', en: 'download begun' },
  'export-request.download-ended': { ...request, zh: '下载结束', en: 'download ended' },
  'export-request.destroyed': { ...request, zh: '销毁导出文件', en: 'files of the export destroyed' },
  'release-link.followed': { object: 'release-link', zh: '使用下载链接', en: 'download link followed' },
  'export-policy.set': { object: 'export-policy', zh: '设定导出检查规则', en: 'export policy set' },
  'export-policy.listed': { object: 'export-policy', zh: '查看导出检查规则', en: 'export policies read' },
  'export-budget.set': { object: 'export-budget', zh: '设定场景导出总量', en: 'export budget of a scenario set' },
} as const satisfies AuditActions;

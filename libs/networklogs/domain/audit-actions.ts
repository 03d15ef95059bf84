import type { AuditActions } from '#kernel';

const segment = { object: 'network-log-segment' };
export const auditActions = {
  'network-log-segment.sealed': { ...segment, zh: '封存网络日志段', en: 'network-log segment sealed' },
  'network-log-segment.extended': { ...segment, zh: '延长网络日志保存期', en: 'network-log segment kept longer' },
  'network-log-segment.deleted': { ...segment, zh: '删除到期网络日志段', en: 'network-log segment deleted after its term' },
  'network-log-segment.listed': { ...segment, zh: '查询网络日志段', en: 'network-log segments listed' },
  'network-log-segment.read': { ...segment, zh: '读取网络日志段', en: 'network-log segment read' },
  'network-log-segment.verified': { ...segment, zh: '核验网络日志段', en: 'network-log segment verified' },
  'network-log-event.listed': { object: 'network-log-event', zh: '查询网络日志', en: 'network-log events searched' },
  'network-log.completeness-read': { object: 'network-log', zh: '查看网络日志完整性', en: 'completeness of network logs read' },
  'network-log.collected': { object: 'network-log', zh: '收集网络日志', en: 'network-log events collected' },
} as const satisfies AuditActions;

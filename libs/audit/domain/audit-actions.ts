import type { AuditActions } from '#kernel';

const log = { object: 'audit-log' };
export const auditActions = {
  'audit-entry.listed': { object: 'audit-entry', zh: '查询审计记录', en: 'audit entries listed' },
  'audit-entry.read': { object: 'audit-entry', zh: '读取审计记录', en: 'audit entry read' },
  'audit-entry.proof-read': { object: 'audit-entry', zh: '取得记录证明', en: 'proof of an audit entry read' },
  'audit-document.proof-read': { ...log, zh: '取得文书证明', en: 'proof of a document read' },
  'audit-log.status-read': { ...log, zh: '查看审计日志状态', en: 'state of the audit log read' },
  'audit-log.checkpoint-read': { ...log, zh: '读取检查点', en: 'checkpoint read' },
  'audit-log.tile-read': { ...log, zh: '读取日志分块', en: 'tile or entry bundle read' },
  'audit-log.sm3-read': { ...log, zh: '读取 SM3 摘要', en: 'SM3 digests read' },
  'audit-log.consistency-read': { ...log, zh: '取得一致性证明', en: 'consistency proof read' },
  'audit-log.keys-read': { ...log, zh: '读取公钥', en: 'public keys read' },
  'audit-log.sequenced': { ...log, zh: '日志排序', en: 'entries sequenced' },
  'audit-witness.registered': { object: 'audit-witness', zh: '登记见证人', en: 'witness registered' },
  'audit-witness.cosigned': { object: 'audit-witness', zh: '副署检查点', en: 'checkpoint cosigned' },
  'audit-case.issued': { object: 'audit-case', zh: '出具审计取证包', en: 'audit case issued' },
  'audit-case.listed': { object: 'audit-case', zh: '查询审计取证包', en: 'audit cases listed' },
  'audit-case.package-read': { object: 'audit-case', zh: '下载审计取证包', en: 'package of an audit case read' },
} as const satisfies AuditActions;

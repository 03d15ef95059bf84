import { refuserOf, type RefusalCatalogue } from '#kernel';
import { auditProofRefusals } from './proof-refusals.js';

export const auditRefusals = {
  ...auditProofRefusals,
  'audit-entry.not-found': {
    status: 404,
    zh: '没有这条审计记录。',
    en: 'There is no such audit entry.',
    satisfyZh: '请核对编号;其他单位的记录不可见。',
    satisfyEn: 'Check the id; entries of other units cannot be seen.',
  },
  'audit-case.not-found': {
    status: 404,
    zh: '没有这份审计取证包。',
    en: 'There is no such audit case.',
    satisfyZh: '请核对编号。',
    satisfyEn: 'Check the id.',
  },
  'audit-witness.not-found': {
    status: 404,
    zh: '没有登记见证人 {name}。',
    en: 'No witness {name} is registered.',
    satisfyZh: '由审计管理员先登记其公钥。',
    satisfyEn: 'The audit administrator must register its public key first.',
  },
  'audit-witness.name-taken': {
    status: 409,
    zh: '见证人 {name} 已登记。',
    en: 'A witness {name} is registered already.',
    satisfyZh: '更换密钥时使用新的名称。',
    satisfyEn: 'Use a new name for a new key.',
  },
  'audit-witness.key-held': {
    status: 422,
    zh: '见证人 {name} 的名称或密钥属于平台自身,不能登记为外部见证人。',
    en: 'The name or the key of {name} is the platform’s own; it cannot be an outside witness.',
    satisfyZh: '由见证人在平台之外生成密钥,名称不得以日志名称开头。',
    satisfyEn: 'The witness makes its key outside the platform, under a name that does not begin with the log’s.',
    sources: ['AUD-04'],
  },
  'audit.not-open': {
    status: 409,
    zh: '审计日志尚未启用,公钥未全部生成。',
    en: 'The audit log is not open yet, and not every public key is made.',
    satisfyZh: '启动 worker 后再取。',
    satisfyEn: 'Ask again when a worker has started.',
  },
  'audit-witness.not-a-witness-key': {
    status: 422,
    zh: '该公钥不是见证人(cosignature/v1)密钥。',
    en: 'The key is no witness key (cosignature/v1).',
    satisfyZh: '提供类型 0x04 的公钥。',
    satisfyEn: 'Give a key of type 0x04.',
    sources: ['C2SP tlog-cosignature'],
  },
  'audit.not-under-checkpoint': {
    status: 409,
    zh: '该记录尚未纳入检查点。',
    en: 'The entry is not under a checkpoint yet.',
    satisfyZh: '稍后再取;正常情况下 {boundSeconds} 秒内纳入。',
    satisfyEn: 'Ask again shortly; it normally takes {boundSeconds} seconds at most.',
    sources: ['AUD-04'],
  },
  'audit.no-checkpoint': {
    status: 409,
    zh: '日志还没有检查点。',
    en: 'The log has no checkpoint yet.',
    satisfyZh: '待排序程序启动后再取。',
    satisfyEn: 'Ask again when the sequencer runs.',
  },
  'audit.no-such-document': {
    status: 404,
    zh: '没有签发过此摘要的文书。',
    en: 'No document with this digest was issued.',
    satisfyZh: '摘要须为文书规范 JSON 的 SHA-256。',
    satisfyEn: 'The digest is SHA-256 over the canonical JSON of the document.',
  },
  'audit.no-such-tile': {
    status: 404,
    zh: '没有这个日志分块。',
    en: 'There is no such tile.',
    satisfyZh: '只可读取检查点大小以内的分块。',
    satisfyEn: 'Only tiles within the size of the checkpoint can be read.',
    sources: ['C2SP tlog-tiles'],
  },
  'audit.case-too-large': {
    status: 422,
    zh: '该期间共有 {entries} 条记录,一份取证包最多 {most} 条。',
    en: 'The period holds {entries} entries, one case at most {most}.',
    satisfyZh: '缩短期间或增加筛选条件,分次出具。',
    satisfyEn: 'Shorten the period or filter further, and ask in parts.',
    sources: ['AUD-07'],
  },
  'audit.tree-behind': {
    status: 503,
    awaits: 'audit-tree',
    zh: '数据库中的日志(大小 {size})与外部检查点(大小 {externalSize})不符,排序已停止。',
    en: 'The log in the database (size {size}) does not match the external checkpoint (size {externalSize}); sequencing has stopped.',
    satisfyZh: '数据库可能恢复自旧备份或被改写:由审计管理员核对检查点后再开放。',
    satisfyEn:
      'The database may be an old backup or rewritten: the audit administrator must compare the checkpoints before anything opens.',
    sources: ['AUD-04'],
  },
  'audit.origin-fixed': {
    status: 500,
    zh: '日志名称已定为 {origin},配置不得更改。',
    en: 'The log is named {origin} for ever; the configuration must not change it.',
    satisfyZh: '将配置 audit.origin 改回。',
    satisfyEn: 'Set audit.origin back.',
  },
} as const satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(auditRefusals);

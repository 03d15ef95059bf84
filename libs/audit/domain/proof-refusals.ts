import type { RefusalCatalogue } from '#kernel';

const original = {
  satisfyZh: '向系统或审计管理员索取未经改动的原件',
  satisfyEn: 'Get the unaltered original from the system or the audit administrator',
};
const rewritten = {
  satisfyZh: '不要采信该日志;保留两份检查点作为证据并通知审计管理员',
  satisfyEn: 'Do not trust this log; keep both checkpoints as evidence and tell the audit administrator',
};
const keys = {
  satisfyZh: '用 --key 给出从可信渠道取得的公钥文件',
  satisfyEn: 'Give, with --key, a public key file obtained through a trusted channel',
};

/** What the log and its offline proofs refuse. */
export const auditProofRefusals = {
  'audit.no-such-entry': {
    status: 404,
    zh: '日志共 {size} 条,没有第 {index} 条',
    en: 'The log has {size} entries and none at index {index}',
    satisfyZh: '序号从 0 开始,须小于检查点的大小',
    satisfyEn: 'Indexes begin at 0 and stay below the size of the checkpoint',
  },
  'audit.no-such-size': {
    status: 422,
    zh: '无法从大小 {first} 证明到 {second}',
    en: 'There is no proof from size {first} to size {second}',
    satisfyZh: '第一个大小不得大于第二个',
    satisfyEn: 'Give the smaller size first',
  },
  'audit.entry-too-long': {
    status: 422,
    zh: '审计记录长 {bytes} 字节,最多 {most} 字节',
    en: 'The audit entry has {bytes} bytes, at most {most} fit',
    satisfyZh: '把长清单存为文书,在记录中只留其摘要',
    satisfyEn: 'Keep long lists in a document and its digest in the entry',
    sources: ['C2SP tlog-tiles'],
  },
  'audit.tile-malformed': {
    status: 422,
    zh: '哈希块或记录包长 {bytes} 字节,应为 {expected} 字节',
    en: 'A tile or bundle has {bytes} bytes where {expected} are due',
    ...original,
    sources: ['C2SP tlog-tiles'],
  },
  'audit.note-malformed': {
    status: 422,
    zh: '检查点不是合格的签名便笺({reason})',
    en: 'The checkpoint is not a well-formed signed note ({reason})',
    ...original,
    sources: ['C2SP signed-note'],
  },
  'audit.checkpoint-malformed': {
    status: 422,
    zh: '检查点第 {line} 行不合格式',
    en: 'Line {line} of the checkpoint is not well formed',
    ...original,
    sources: ['C2SP tlog-checkpoint'],
  },
  'audit.checkpoint-foreign': {
    status: 422,
    zh: '检查点属于日志 {found},不是 {expected}',
    en: 'The checkpoint is of the log {found}, not {expected}',
    satisfyZh: '使用同一日志的检查点',
    satisfyEn: 'Use checkpoints of one log',
  },
  'audit.signature-invalid': {
    status: 422,
    zh: '密钥 {keyName} 在检查点上的签名不成立:检查点被改动',
    en: 'The signature of {keyName} on the checkpoint fails: the checkpoint was changed',
    ...original,
    sources: ['AUD-04'],
  },
  'audit.no-trusted-signature': {
    status: 422,
    zh: '检查点没有受信密钥的签名',
    en: 'No signature on the checkpoint is by a trusted key',
    ...keys,
  },
  'audit.no-log-signature': {
    status: 422,
    zh: '检查点没有日志 {origin} 自己的签名',
    en: 'The checkpoint lacks the signature of its own log {origin}',
    ...keys,
  },
  'audit.inclusion-fails': {
    status: 422,
    zh: '记录不在检查点之下的第 {index} 位(共 {size} 条):记录、位置或证明被改动',
    en: 'The entry does not stand at index {index} under the checkpoint of size {size}: entry, position or proof was changed',
    ...original,
    sources: ['AUD-04', 'RFC 9162'],
  },
  'audit.consistency-fails': {
    status: 422,
    zh: '大小 {first} 的日志不是大小 {second} 的日志的前段:历史被改写或日志分叉',
    en: 'The log of size {first} is no prefix of the log of size {second}: history was rewritten or the log was forked',
    ...rewritten,
    sources: ['AUD-04', 'RFC 9162'],
  },
  'audit.entry-not-canonical': {
    status: 422,
    zh: '第 {index} 条记录不是规范 JSON',
    en: 'The entry at index {index} is not canonical JSON',
    ...original,
    sources: ['RFC 8785'],
  },
  'audit.sm3-differs': {
    status: 422,
    zh: '第 {index} 条记录与其 SM3 摘要不符',
    en: 'The entry at index {index} does not fit its SM3 digest',
    ...original,
    sources: ['GB/T 32905'],
  },
  'audit.bundle-malformed': { status: 422, zh: '证明文件不合格式({path})', en: 'The proof file is not well formed ({path})', ...original },
  'audit.document-not-in-entry': {
    status: 422,
    zh: '审计记录第 {index} 条没有这份文书的摘要',
    en: 'The audit entry at index {index} does not carry the digest of this document',
    ...original,
    sources: ['DEST-03'],
  },
  'audit.not-final': {
    status: 422,
    zh: '文书尚未最终生效({reason})',
    en: 'The document is not final yet ({reason})',
    satisfyZh: '等待审计管理员等见证人副署的检查点,再取带证明的文书',
    satisfyEn: 'Wait for a checkpoint cosigned by a witness such as the audit administrator, then get the document with its proof',
  },
  'audit.file-missing': { status: 422, zh: '日志副本缺少文件 {path}', en: 'The copy of the log lacks the file {path}', ...original },
  'audit.tile-differs': {
    status: 422,
    zh: '哈希块 {path} 与记录不符:第 {from} 至 {to} 条之间有改动',
    en: 'Tile {path} does not follow from the entries: something was changed between indexes {from} and {to}',
    ...original,
    sources: ['AUD-04'],
  },
  'audit.entry-differs': {
    status: 422,
    zh: '第 {index} 条记录与日志不符:被改动、调换或删除',
    en: 'The entry at index {index} does not fit the log: it was changed, swapped or removed',
    ...original,
    sources: ['AUD-04'],
  },
  'audit.entry-missing': {
    status: 422,
    zh: '第 {from} 至 {to} 条记录缺失',
    en: 'The entries at indexes {from} to {to} are missing',
    ...original,
    sources: ['AUD-04'],
  },
  'audit.root-differs': {
    status: 422,
    zh: '全部 {size} 条记录得出的根与检查点不符',
    en: 'The root over all {size} entries is not the one of the checkpoint',
    ...original,
    sources: ['AUD-04'],
  },
} as const satisfies RefusalCatalogue;

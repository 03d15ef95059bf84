import { refuserOf, type Refusal, type RefusalCatalogue } from '#kernel';

export const refusals = {
  'keys.bad-name': {
    status: 400,
    zh: '密钥名称不合规则。',
    en: 'The name of the key breaks the naming rule.',
    satisfyZh: '使用两段以上由小写字母、数字、下划线和连字符组成的名称，以“/”连接，总长不超过 200 个字符。',
    satisfyEn: 'Use two or more segments of lower-case letters, digits, underscores and hyphens joined by "/", 200 characters at most.',
  },
  'keys.absent': {
    status: 404,
    transient: true,
    zh: '密钥 {name} 不存在。',
    en: 'There is no key {name}.',
    satisfyZh: '先创建该密钥。',
    satisfyEn: 'Create the key first.',
  },
  'keys.destroyed': {
    status: 410,
    zh: '密钥 {name} 已销毁，其名称不再使用，其下加密的内容无法恢复。',
    en: 'The key {name} was destroyed. Its name is never used again and what was encrypted under it cannot be recovered.',
    satisfyZh: '无法满足；新的内容请使用新的密钥名称。',
    satisfyEn: 'Nothing can. Use a new key name for new content.',
  },
  'keys.wrong-kind': {
    status: 409,
    zh: '密钥 {name} 的用途（加密或签名）与请求不符。',
    en: 'The key {name} is not of the kind (encryption or signature) that this needs.',
    satisfyZh: '使用相应用途的密钥。',
    satisfyEn: 'Use a key of the right kind.',
  },
  'keys.unreadable': {
    status: 422,
    transient: true,
    zh: '该密文不是由密钥 {name} 加密的，或已被改动。',
    en: 'This text was not wrapped by the key {name}, or it was changed.',
    satisfyZh: '提供由该密钥加密且未经改动的密文。',
    satisfyEn: 'Give the text as this key wrapped it.',
  },
  'keys.not-destroyed': {
    status: 500,
    zh: '密钥 {name} 销毁后回读仍然存在。',
    en: 'The key {name} was still found after its destruction.',
    satisfyZh: '检查密钥库的删除权限后重试。',
    satisfyEn: 'Check that the key store permits deletion, then try again.',
    sources: ['DEST-01'],
  },
  'keys.file-older': {
    status: 503,
    awaits: 'key-store',
    zh: '密钥文件（第 {generation} 代）早于本系统见过的最新版本（第 {newest} 代）。',
    en: 'The key file (generation {generation}) is older than what this installation has seen (generation {newest}).',
    satisfyZh: '恢复较新的密钥文件；如确已丢失，以 keys.acceptGeneration: {generation} 启动一次，其后创建的密钥无法找回。',
    satisfyEn: 'Put the newer file back. If it is lost, start once with keys.acceptGeneration: {generation}: keys made since are lost too.',
  },
  'keys.unreachable': {
    status: 503,
    awaits: 'key-store',
    zh: '密钥库暂时无法访问。',
    en: 'The key store cannot be reached now.',
    satisfyZh: '恢复密钥库的连接后重试。',
    satisfyEn: 'Try again once the key store answers.',
  },
  'keys.sealed': {
    status: 503,
    awaits: 'key-store',
    zh: '密钥库处于封存状态。',
    en: 'The key store is sealed.',
    satisfyZh: '由保管人解封密钥库。',
    satisfyEn: 'Its keepers must unseal it.',
  },
  'keys.forbidden': {
    status: 503,
    awaits: 'key-store',
    zh: '密钥库拒绝了本系统的凭据。',
    en: "The key store refused this system's token.",
    satisfyZh: '更新令牌文件，或授予令牌所需的策略。',
    satisfyEn: 'Renew the token file, or grant the token the policy it needs.',
  },
  'keys.misconfigured': {
    status: 500,
    awaits: 'key-store',
    zh: '密钥库配置不满足要求：{what}。',
    en: 'The key store is not set up as required: {what}.',
    satisfyZh: '按部署文档配置密钥库后重新启动。',
    satisfyEn: 'Set it up as the deployment guide says, then start again.',
  },
  'keys.master-key-exposed': {
    status: 500,
    zh: '主密钥文件的权限为 {mode}，他人可以读取。',
    en: 'The file of the master key has mode {mode}: others can read it.',
    satisfyZh: '将该文件权限改为 0600。',
    satisfyEn: 'Give the file mode 0600.',
  },
  'keys.master-key-unusable': {
    status: 500,
    zh: '主密钥文件缺失或格式不正确。',
    en: 'The file of the master key is missing or malformed.',
    satisfyZh: '提供含 64 个十六进制字符的主密钥文件。',
    satisfyEn: 'Provide a file that holds 64 hexadecimal characters.',
  },
  'keys.file-damaged': {
    status: 500,
    zh: '密钥文件已损坏、被改动，或不属于此主密钥。',
    en: 'The key file is damaged, was changed, or does not belong to this master key.',
    satisfyZh: '恢复密钥文件或对应的主密钥。',
    satisfyEn: 'Restore the key file, or the master key it was written under.',
  },
  'keys.busy': {
    status: 503,
    awaits: 'key-store',
    zh: '密钥文件正被另一进程占用。',
    en: 'Another process holds the key file.',
    satisfyZh: '稍后重试；若占用进程已不存在，请删除锁文件。',
    satisfyEn: 'Try again shortly; remove the lock file if its process is gone.',
  },
} satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(refusals);
/** For those who find it through this port. */
export const keysUnreachable = (): Refusal => refuse('keys.unreachable');
export const keyAbsent = (name: string): Refusal => refuse('keys.absent', { name });

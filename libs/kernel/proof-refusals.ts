import type { RefusalCatalogue } from './refusal.js';

/** What the kernel itself refuses about keys and signed documents. */
export const proofRefusals = {
  'key.malformed': {
    status: 422,
    zh: '公钥行不合格式({part})',
    en: 'The public key line is not well formed ({part})',
    satisfyZh: '使用 <名称>+<8 位十六进制标识>+<base64> 格式的公钥,每行一个',
    satisfyEn: 'Give public keys as <name>+<8 hex digits>+<base64>, one a line',
    sources: ['C2SP signed-note'],
  },
  'document.malformed': {
    status: 422,
    zh: '文件不是已签名的文书(成员:{member})',
    en: 'The file is not a signed document (member: {member})',
    satisfyZh: '提供系统签发的原始文件,未经编辑',
    satisfyEn: 'Give the file as it was issued, unedited',
  },
  'document.signature-invalid': {
    status: 422,
    zh: '密钥 {keyName} 的签名与文书不符:文书在签发后被改动,或签名并非该密钥所作',
    en: 'The signature of {keyName} does not fit the document: it was changed after issue, or another key signed it',
    satisfyZh: '向签发方索取原件',
    satisfyEn: 'Ask the issuer for the original',
    sources: ['DEST-03'],
  },
  'document.impossible-order': {
    status: 503,
    awaits: 'clock',
    zh: '文书（{type}）所载时间次序不可能成立：{later} 早于 {earlier}',
    en: 'The times in the document ({type}) cannot be true: {later} comes before {earlier}',
    satisfyZh: '签发时：核对数据库时钟，系统将自动重试；核验时：向签发方索取说明',
    satisfyEn:
      'When it is to be signed: check the clock of the database, it is tried again; when it is verified: ask the issuer to explain',
    sources: ['SEAT-03', 'DEST-03'],
  },
  'document.type-unknown': {
    status: 422,
    zh: '没有这一类文书（{type}）',
    en: 'There is no document of the type {type}',
    satisfyZh: '提供系统签发的原始文件，或改用与其版本相符的 opdomain',
    satisfyEn: 'Give the file as it was issued, or use the opdomain of its version',
  },
  'document.wrong-key': {
    status: 422,
    zh: '密钥 {keyName} 不得签署 {type}:该类文书由 <安装名>/{role} 签署',
    en: 'The key {keyName} may not sign {type}: that takes <installation>/{role}',
    satisfyZh: '向签发方索取由该类密钥签署的原件',
    satisfyEn: 'Ask the issuer for the original, signed by the key for its type',
    sources: ['DEST-03'],
  },
  'document.no-trusted-signature': {
    status: 422,
    zh: '文书没有任何受信密钥的签名',
    en: 'No signature on the document is by a trusted key',
    satisfyZh: '用 --key 给出签发方的公钥文件',
    satisfyEn: "Give the issuer's public key file with --key",
  },
} as const satisfies RefusalCatalogue;

import type { SensitiveType } from '#datasets/contract';

/** What names and comments of columns say, Chinese, English and the pinyin initials that provinces' systems use. First match counts. */
const hints: readonly (readonly [SensitiveType, RegExp])[] = [
  ['uscc', /统一社会信用|信用代码|社会信用|组织机构代码|\buscc\b|tyshxydm|credit_?code|org_?code/iu],
  ['resident-id', /身份证|公民身份|证件号|sfz|zjhm|id_?card|id_?no\b|identity|resident_?id|citizen_?id/iu],
  ['mobile', /手机|移动电话|联系电话|联系方式|sjh|lxdh|mobile|cell_?phone|phone/iu],
  ['landline', /固定电话|固话|座机|办公电话|\btel\b|telephone|landline/iu],
  ['bank-card', /银行卡|卡号|yhkh|bank_?card|card_?(?:no|number)/iu],
  ['passport', /护照|passport/iu],
  ['hk-macao-permit', /港澳|回乡证|hk_?permit|macao/iu],
  ['taiwan-permit', /台胞|台湾.*证|taiwan/iu],
  ['plate', /车牌|号牌|cph|plate|licen[cs]e_?(?:no|plate)/iu],
  ['email', /邮箱|电子邮件|e-?mail/iu],
  ['ipv6', /ipv6/iu],
  ['ipv4', /\bip\b|ip地址|ip_?addr/iu],
  ['mac', /\bmac\b|mac地址|物理地址|mac_?addr/iu],
  ['birth-date', /出生|生日|csrq|birth|\bdob\b/iu],
  ['coordinates', /经度|纬度|经纬|坐标|longitude|latitude|\b(?:lng|lon|lat)\b|_(?:lng|lon|lat)$|geo/iu],
  ['medical-record-number', /病历|病案|住院号|门诊号|就诊号|blh|medical_?record|\bmrn\b|patient_?(?:id|no)/iu],
  ['account-number', /账号|帐号|账户|户头|account|acct|户号|学号|工号|社保号|医保号|公积金.*号/iu],
  ['address', /地址|住址|住所|户籍地|居住地|家庭住|address|\baddr\b|_addr$/iu],
  ['name', /姓名|名字|xm$|联系人|户主|法定代表人|法人代表|full_?name|person_?name|surname|^name$|_name$/iu],
  ['free-text', /备注|说明|描述|摘要|内容|意见|诊断|主诉|remark|comment|description|notes?\b|memo/iu],
];

/** Names of things that are no one's: they end like a person's name and are not. */
const notPersons =
  /(?:公司|企业|单位|机构|部门|学校|医院|产品|项目|药品|商品|文件|表|字段|街道|社区|区县|城市|city|dept|department|company|org|product|file|table|school|country|street|district)_?(?:name|名称?)?$/iu;

/** The type that a column's name (first) or comment points at. */
export function typeByName(name: string, comment?: string): SensitiveType | undefined {
  for (const text of [name, comment ?? '']) {
    const hint = hints.find(([type, pattern]) => pattern.test(text) && !(type === 'name' && notPersons.test(text)));
    if (hint !== undefined) return hint[0];
  }
  return undefined;
}

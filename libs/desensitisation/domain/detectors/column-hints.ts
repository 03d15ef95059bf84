import type { SensitiveType } from '#datasets/contract';
import { normalText } from '#kernel';

/**
 * What names and comments of columns say: Chinese words anywhere, English words and the pinyin initials that provinces' systems use as
 * words of the name. First match counts.
 */
const hints: readonly (readonly [type: SensitiveType, chinese: string, words: string])[] = [
  ['uscc', '统一社会信用|信用代码|社会信用|组织机构代码|税号|纳税人识别', 'uscc tyshxydm shxydm tyxydm xydm credit_code creditcode org_code nsrsbh zzjgdm'],
  ['hk-macao-permit', '港澳|回乡证|香港.*证|澳门.*证', 'hkid hk_permit macao gatxz hxz'],
  ['taiwan-permit', '台胞|台湾.*证', 'taiwan tbz'],
  ['passport', '护照', 'passport passport_no hzh hzhm huzhao'],
  ['resident-id', '身份证|公民身份|证件号|证号码|身份号', 'sfz sfzh sfzhm sfzjhm sfzjh zjhm zjh gmsfhm gmsfzh id_card idcard id_no idno id_number idnumber identity resident_id citizen_id national_id cert_no certno sfid'],
  ['medical-record-number', '病历|病案|住院号|门诊号|就诊号|就诊卡', 'blh bah bahm zyh mzh jzh jzkh medical_record mrn patient_id patient_no'],
  ['account-number', '账号|帐号|账户|户头|户号|学号|工号|社保|医保|参保|公积金.*号|保险号|微信|准考证|警号|军官证|驾驶证|驾照|残疾证|残疾人证|低保证|退休证|健康卡|居住证|档案号|档案编号', 'account acct accountno account_no zh yhzh sbkh sbh sbhm shbzh shbzhm ybh ybbh ybkh ybzh gjjzh grbh cbh qq qqh qqhm wx wxh wxid weixin wechat openid xh xuehao gh gonghao student_no employee_no member_no user_id userid uid insurance_no jgh jsz jszh cjzh dbzh dah jkkh imei imsi'],
  ['mobile', '手机|移动电话|联系电话|联系方式|电话号码|电话', 'sjh sjhm shouji shoujihao lxdh lxfs dhhm dh mobile mobileno mobile_no cell cellphone cell_phone phone phoneno phone_no phonenumber msisdn contact_no'],
  ['landline', '固定电话|固话|座机|办公电话|传真', 'tel telephone landline fax gddh gh_dh zj bgdh'],
  ['bank-card', '银行卡|卡号|存折', 'yhkh yhk khh kh bank_card bankcard card_no cardno card_number czh'],
  ['plate', '车牌|号牌|车号', 'cph cphm hphm chepai plate plate_no plateno licence_no license_no licence_plate license_plate'],
  ['email', '邮箱|电子邮件|邮件地址', 'email e-mail mail mailbox yx dzyx dzyj youxiang'],
  ['mac', 'mac地址|物理地址|设备地址', 'mac macaddr mac_addr mac_address'],
  ['ipv6', 'ipv6', 'ipv6'],
  ['ipv4', 'ip地址|ip$', 'ip ipaddr ip_addr ip_address clientip client_ip login_ip'],
  ['birth-date', '出生|生日|生年月|诞辰', 'csrq csny csnyr csn birth birthday birthdate birth_date dob birth_day born shengri'],
  ['coordinates', '经度|纬度|经纬|坐标|定位', 'longitude latitude lng lon lat geo gps coord coords coordinate coordinates wkt geom geometry location jd wd jwd zb zbx zby x y'],
  ['address', '地址|住址|住所|户籍地|居住地|家庭住|住处|门牌|通讯处', 'address addr home_addr dz xxdz hjdz jzdz jtdz jtzz zz txdz lxdz zcdz dizhi zhuzhi street'],
  ['name', '姓名|名字|联系人|户主|法定代表人|法人|负责人|经办人|申请人|代理人|当事人|患者|病人|医生|医师|业主|车主|家长|监护人|投保人|被保人|收件人|寄件人|持卡人|领取人|填报人|审批人|操作人|配偶|父亲|母亲|本人|老师|员工|学生', 'xm xming xingming name full_name fullname person_name surname firstname first_name lastname last_name real_name realname user_name username owner contact contact_person applicant doctor physician patient customer lxr fddbr fr frdb frxm fzr jbr sqr dlr hz hzxm yzxm czxm xsxm brxm jsxm jzxm lxrxm'],
  ['free-text', '备注|说明|描述|摘要|内容|意见|诊断|主诉|病史|死因|死亡原因|病因|疾病|既往|处方|医嘱|留言|投诉|诉求', 'bz bzxx sm ms nr zs zd zdmc remark remarks comment comments description desc note notes memo diagnosis disease cause_of_death content'],
]; // prettier-ignore

/** Names of things that are no one's: they end like a person's name and are not. */
const notPersons =
  /(?:公司|企业|单位|机构|部门|学校|医院|产品|项目|药品|商品|文件|表|字段|街道|社区|区县|城市|品种|作物|课程|设备|菜|景点|city|dept|department|company|org|product|file|table|school|country|street|district|item|goods|brand|project|course|drug|event|domain|host|column|model)[_ -]?(?:name|名称?|法人)?$/iu;

const words = (name: string): readonly string[] => normalText(name.replace(/([a-z])([A-Z])/g, '$1_$2')).split(/[^a-z0-9\p{Script=Han}-]+/u);

/** Words of a name that stand together, joined as lists write them: `id_card` of `user_id_card_no`. */
function said(name: string): ReadonlySet<string> {
  const all = words(name).flatMap((word) => [word, ...word.split('-'), word.replace(/\d+$/, '')]);
  const parts = words(name);
  return new Set([...all, ...parts.slice(1).map((part, i) => `${parts[i] ?? ''}_${part}`)]);
}

/** The type that a column's name (first) or comment points at. */
export function typeByName(name: string, comment?: string): SensitiveType | undefined {
  for (const text of [name, comment ?? '']) {
    const form = normalText(text);
    const tokens = said(text);
    const hint = hints.find(
      ([type, chinese, list]) =>
        (new RegExp(chinese, 'u').test(form) || list.split(' ').some((word) => tokens.has(word))) &&
        !(type === 'name' && notPersons.test(form)),
    );
    if (hint !== undefined) return hint[0];
  }
  return undefined;
}

/** Days of something that happened, not of a birth. */
const events =
  /成立|登记|注册|发证|签发|签订|办理|办结|开工|竣工|完工|入库|出库|更新|创建|修改|交易|下单|订单|缴费|支付|发布|生效|到期|有效|截止|入学|毕业|入职|离职|就诊|入院|出院|采集|录入|审批|审核|受理|开业|建成|apply|creat|updat|modif|issue|expir|start|order|pay|trade|regist|open|clos|built|found|event|visit|admission|sign|sale|ship|deliver/iu;
export const namesAnEvent = (name: string, comment?: string): boolean => events.test(`${name} ${comment ?? ''}`);

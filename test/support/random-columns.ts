/**
 * Columns of values as they stand in tables of public bodies, made by rules of their own: nothing here is taken from what detects them.
 * All people are invented.
 */
export class Random {
  private state: number;
  constructor(seed: number) {
    this.state = seed;
  }
  below(n: number): number {
    this.state = (Math.imul(this.state ^ (this.state >>> 15), 0x2c1b3c6d) + 0x297a2d39) | 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 12), 0x297a2d39);
    t ^= t >>> 15;
    return (t >>> 0) % n;
  }
  of<T>(all: readonly T[] | string): T | string {
    return all[this.below(all.length)] as T | string;
  }
  word = (all: string): string => this.of(all.split(' '));
  digits = (n: number): string => Array.from({ length: n }, () => String(this.below(10))).join('');
  between = (low: number, high: number): number => low + this.below(high - low + 1);
  two = (low: number, high: number): string => String(this.between(low, high)).padStart(2, '0');
}

type Column = (random: Random) => string;
const rows = 200;
export function randomColumns(columns: Readonly<Record<string, Column>>, rounds: number) {
  return Object.entries(columns).flatMap(([kind, make], k) =>
    Array.from({ length: rounds }, (_, round) => {
      const random = new Random(7919 * (k + 1) + 104_729 * (round + 1));
      const values = Array.from({ length: rows }, () => make(random));
      const type = /integer$/.test(kind) ? ('integer' as const) : /decimal$/.test(kind) ? ('decimal' as const) : ('text' as const);
      return { kind, values, type };
    }),
  );
}

const families =
  '王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈 姚 卢 姜 崔 钟 谭 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 毛 郝 龚 邵 万 钱 严 覃 武 戴 莫 孔 向 汤 欧阳';
const givens =
  '伟 芳 秀英 娜 敏 静 丽 强 磊 洋 艳 勇 军 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 建国 建华 玉兰 志强 海燕 晓明 文博 子轩 梓涵 雨桐 浩然 欣怡 一诺 思远 佳怡 俊杰 嘉豪 诗涵 宇航 春梅 国栋 红梅 小红 丽娟 玉梅 金凤 淑珍 德华 永强 宝玉 天宇 美玲 少华 振华 新华 长江 家豪 雅琴';
const person = (r: Random): string => r.word(families) + r.word(givens);
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const regions =
  '330106 330203 331121 110105 310115 320102 340104 350203 360102 370202 410102 420106 430104 440305 450103 500103 510104 520103 530102 610113 620102 650102';
const day = (r: Random, from = 1938, to = 2012): readonly [string, string, string] => [
  String(r.between(from, to)),
  r.two(1, 12),
  r.two(1, 28),
];
function id(r: Random): string {
  const first = r.word(regions) + day(r).join('') + r.digits(3);
  const sum = weights.reduce((all, weight, i) => all + weight * Number(first[i]), 0);
  return first + '10X98765432'.charAt(sum % 11);
}
const oldId = (r: Random): string => r.word(regions) + String(r.between(30, 85)) + r.two(1, 12) + r.two(1, 28) + r.digits(3);
const mobile = (r: Random): string => `1${r.word('38 39 35 36 58 59 77 86 89 99 50 33 80 66')}${r.digits(8)}`;
function card(r: Random, length = 19): string {
  const body = r.word('622202 621700 622848 623058 621226 625965') + r.digits(length - 7);
  for (let check = 0; ; check++) {
    const all = Array.from(body + String(check), Number).reverse();
    const sum = all.reduce((s, d, i) => s + (i % 2 === 0 ? d : d * 2 > 9 ? d * 2 - 9 : d * 2), 0);
    if (sum % 10 === 0) return body + String(check);
  }
}
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
function company(r: Random): string {
  const first = r.word('91 92 93') + r.word(regions) + Array.from({ length: 9 }, () => String(r.of(alphabet))).join('');
  let sum = 0;
  for (let i = 0, w = 1; i < 17; i++, w = (w * 3) % 31) sum += alphabet.indexOf(first.charAt(i)) * w;
  return first + alphabet.charAt((31 - (sum % 31)) % 31);
}
const full = (text: string): string => text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
const hex = (r: Random, n: number): string => Array.from({ length: n }, () => String(r.of('0123456789abcdef'))).join('');
const plate = (r: Random): string => r.word('浙 京 沪 苏 粤 鲁 川 鄂') + r.word('A B C D E F') + r.digits(5);
const road = '中山路 解放路 人民路 建设街 学院路 文三路 朝阳大街 和平巷 新华路 江南大道';
const city =
  '浙江省杭州市西湖区 浙江省宁波市鄞州区 江苏省南京市玄武区 山东省青岛市市南区 河南省郑州市中原区 四川省成都市武侯区 湖北省武汉市洪山区';
const lng = (r: Random): string => `${String(r.between(118, 121))}.${r.digits(6)}`;
const lat = (r: Random): string => `${String(r.between(27, 30))}.${r.digits(6)}`;
const latin = '(James|Mary|Robert|Linda|Michael|Susan|David|Karen|John|Emily|Anna|Peter)'.slice(1, -1).replaceAll('|', ' ');
const latinFamily =
  'Smith Johnson Brown Miller Davis Wilson Moore Taylor Thomas Jackson White Harris Martin Clark Lewis Walker Hall Young King Wright Lopez Hill Scott Green';
const pinyinFamily = 'Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo';
const pinyinGiven =
  'Wei Fang Jianguo Xiaoming Li Na Min Jing Qiang Lei Yang Yan Yong Jun Jie Juan Tao Ming Chao Xiulan Guiying Zhiqiang Haiyan Wenbo Zixuan';
const uighur = (r: Random): string =>
  Array.from({ length: r.between(3, 4) }, () => String(r.of('阿买提艾力木江依古丽娜热尔库吐逊沙拉汗迪'))).join('');
const note = (r: Random): string => r.word('已核实 材料齐全 待回访 补交证明 本人到场 资料缺失');
const spaced = (text: string, by: string, ...cuts: number[]): string => [0, ...cuts].map((at, i) => text.slice(at, cuts[i])).join(by);
const sometimes = (share: number, make: Column, otherwise: Column): Column => (r) => (r.below(1000) < share * 1000 ? make(r) : otherwise(r)); // prettier-ignore

export const sensitive: Readonly<Record<string, Column>> = {
  id, 'id integer': (r) => id(r).replace('X', '1'),
  'id spaced': (r) => spaced(id(r), ' ', 6, 14), 'id hyphens': (r) => spaced(id(r), '-', 6, 14), 'id full width': (r) => full(id(r)),
  'id lower x': (r) => id(r).toLowerCase(), 'id in groups': (r) => spaced(id(r), ' ', 3, 6, 10, 14), 'id 15': oldId, 'id 15 spaced': (r) => spaced(oldId(r), ' ', 6, 12),
  'id 1.10101E+17': (r) => `${id(r).replace(/^(\d)(\d{5}).*/, '$1.$2')}E+17`, 'id trailing 000': (r) => `${id(r).slice(0, 15)}000`, 'id without check': (r) => id(r).slice(0, 17),
  'id glued': (r) => `SFZ${id(r)}`, 'id label': (r) => `证件号码：${id(r)}`, 'id joined': (r) => id(r) + id(r), 'id two': (r) => `${id(r)}、${id(r)}`, 'id apostrophe': (r) => `'${id(r)}`,
  'id zero width': (r) => spaced(id(r), '\u200b', 9), 'id wrong check': (r) => `${id(r).slice(0, 17)}${r.digits(1)}`, 'id 3 in 100': sometimes(0.03, id, () => '无'), 'id with name': (r) => `${person(r)} ${id(r)}`,
  mobile, 'mobile integer': mobile, 'mobile +86': (r) => `+86 ${mobile(r)}`, 'mobile 0086': (r) => `0086${mobile(r)}`, 'mobile 3-4-4': (r) => spaced(mobile(r), '-', 3, 7), 'mobile 3 4 4': (r) => spaced(mobile(r), ' ', 3, 7),
  'mobile full width': (r) => full(mobile(r)), 'mobile .0 decimal': (r) => `${mobile(r)}.0`, 'mobile 0': (r) => `0${mobile(r)}`, 'mobile two': (r) => `${mobile(r)}/${mobile(r)}`, 'mobile E+10': (r) => `1.${mobile(r).slice(1, 6)}E+10`,
  'mobile label': (r) => `电话:${mobile(r)}`, 'mobile sparse': sometimes(0.2, mobile, () => '-'), 'mobile arabic': (r) => mobile(r).replace(/\d/g, (d) => String.fromCharCode(0x660 + Number(d))), 'mobile dots': (r) => spaced(mobile(r), '.', 3, 7),
  landline: (r) => `0571-8${r.digits(7)}`, 'landline brackets': (r) => `(0571)8${r.digits(7)}`, 'landline plain': (r) => `0571${r.word('2 5 6 8')}${r.digits(7)}`, 'landline ext': (r) => `010-6${r.digits(7)}-${r.digits(3)}`, 'landline local': (r) => String(r.between(2, 8)) + r.digits(7),
  card: (r) => card(r), 'card 16': (r) => card(r, 16), 'card spaced': (r) => spaced(card(r), ' ', 4, 8, 12, 16), 'card full width': (r) => full(card(r)), 'card hyphens': (r) => spaced(card(r, 16), '-', 4, 8, 12), 'card without Luhn': (r) => `62${r.digits(17)}`,
  company, 'company lower': (r) => company(r).toLowerCase(), 'company full width': (r) => full(company(r)), 'company spaced': (r) => spaced(company(r), ' ', 2, 8),
  plate, 'plate dot': (r) => plate(r).replace(/^(..)/, '$1·'), 'plate green': (r) => `${r.word('浙 京')}A${r.word('D F')}${r.digits(5)}`, 'plate lower': (r) => plate(r).toLowerCase(), 'plate space': (r) => plate(r).replace(/^(..)/, '$1 '),
  passport: (r) => `E${r.digits(8)}`, 'passport G': (r) => `G${r.digits(8)}`, 'permit H': (r) => `H${r.digits(8)}`, hkid: (r) => `${r.word('A K Z C')}${r.digits(6)}(${r.digits(1)})`,
  person, 'person spaced': (r) => `${r.word(families)} ${r.word(givens)}`, 'person title': (r) => `${person(r)}${r.word('先生 女士 同志')}`, 'person wide space': (r) => `${r.word(families)}\u3000${r.word(givens)}`, 'persons two': (r) => `${person(r)}、${person(r)}`, 'persons ;': (r) => `${person(r)};${person(r)}`,
  'person minority': (r) => `${uighur(r)}·${uighur(r)}`, 'person minority •': (r) => `${uighur(r)}•${uighur(r)}`, 'person latin': (r) => `${r.word(latin)} ${r.word(latinFamily)}`, 'person LATIN': (r) => `${r.word(latinFamily)}, ${r.word(latin)}`.toUpperCase(),
  'person pinyin': (r) => `${r.word(pinyinFamily)} ${r.word(pinyinGiven)}`, 'person PINYIN': (r) => `${r.word(pinyinFamily)} ${r.word(pinyinGiven)}`.toUpperCase(), 'person joined pinyin': (r) => (r.word(pinyinFamily) + r.word(pinyinGiven)).toLowerCase(), 'person sparse': sometimes(0.4, person, () => '不详'), 'person bracket': (r) => `${person(r)}(${r.word('男 女')})`,
  'address full': (r) => `${r.word(city)}${r.word(road)}${r.between(1, 300)}号`, 'address flat': (r) => `${r.word(road)}${r.between(1, 300)}号${r.between(1, 30)}幢${r.between(1, 6)}单元${r.between(101, 2804)}室`,
  'address estate': (r) => `${r.word('翠苑 阳光 金都 绿城 滨江')}${r.word('小区 花园 一区 家园')}${r.between(1, 40)}-${r.between(1, 4)}-${r.between(101, 1900)}`, 'address rural': (r) => `${r.word('太康县 献县 青田县 新昌县')}${r.word('王集 李庄 石门 白塔')}${r.word('镇 乡')}${r.word('小李 后王 前屯 大杨 张家 西沟 东坪 上陈')}村${r.between(1, 12)}组`, 'address village': (r) => `${r.word('王集 李庄 石门 白塔 高桥 双溪')}镇${r.word('小李 后王 前屯 大杨 张家 西沟 东坪 上陈 下郑')}村`,
  'address full width': (r) => `${r.word(city)}${r.word(road)}${full(String(r.between(1, 300)))}号`, 'address Han number': (r) => `${r.word(city)}${r.word(road)}${r.word('三 五 十二 二十 一百')}号`,
  'lng decimal': lng, lng, pair: (r) => `${lng(r)},${lat(r)}`, 'pair lat first': (r) => `${lat(r)}, ${lng(r)}`, wkt: (r) => `POINT (${lng(r)} ${lat(r)})`, geojson: (r) => `{"type":"Point","coordinates":[${lng(r)},${lat(r)}]}`, 'json lng': (r) => `{"lat":${lat(r)},"lng":${lng(r)}}`,
  dms: (r) => `${r.between(118, 121)}°${r.between(0, 59)}'${r.between(0, 59)}"E`, 'dms Han': (r) => `东经${r.between(118, 121)}度${r.between(0, 59)}分`, 'pair brackets': (r) => `(${lng(r)} ${lat(r)})`, 'lat decimal': lat,
  email: (r) => `${r.word(pinyinFamily).toLowerCase()}${r.digits(3)}@${r.word('qq.com 163.com example.gov.cn')}`, 'email full width': (r) => `u${r.digits(4)}＠example.cn`, ip: (r) => [r.between(11, 223), r.below(256), r.below(256), r.below(256)].join('.'), 'ip port': (r) => `${[r.between(100, 223), r.below(256), r.below(256), r.below(256)].join('.')}:${r.between(80, 9000)}`,
  ipv6: (r) => Array.from({ length: 8 }, () => hex(r, 4)).join(':'), mac: (r) => spaced(hex(r, 12), ':', 2, 4, 6, 8, 10), 'mac hyphens': (r) => spaced(hex(r, 12).toUpperCase(), '-', 2, 4, 6, 8, 10), 'mac plain': (r) => hex(r, 12), 'mac dots': (r) => spaced(hex(r, 12), '.', 4, 8),
  birth: (r) => day(r).join('-'), 'birth integer': (r) => day(r).join(''), 'birth /': (r) => day(r).map(Number).join('/'), 'birth Han': (r) => day(r).join('|').replace(/^(\d+)\|0?(\d+)\|0?(\d+)$/, '$1年$2月$3日'), 'birth month': (r) => day(r).slice(0, 2).join('-'), 'birth dots': (r) => day(r).join('.'), 'birth d/m/y': (r) => [...day(r)].reverse().join('/'),
  'birth English': (r) => `${r.word('Jan Feb Mar Apr May Jun Jul')} ${r.between(1, 28)}, ${r.between(1940, 2005)}`, 'birth midnight': (r) => `${day(r).join('-')} 00:00:00`, 'birth serial integer': (r) => String(r.between(14_000, 40_000)), 'birth full width': (r) => full(day(r).join('-')),
  'note with mobile': sometimes(0.05, (r) => `${note(r)}，联系${mobile(r)}`, note), 'note with person': sometimes(0.2, (r) => `${note(r)}，由${person(r)}代办`, note), 'note with id': sometimes(0.03, (r) => `${note(r)}：${id(r)}`, note), 'note full width': sometimes(0.06, (r) => `${note(r)}，${full(mobile(r))}`, note),
  'birth yymmdd': (r) => `${r.between(40, 99)}${r.two(1, 12)}${r.two(1, 28)}`, 'note with address': sometimes(0.1, (r) => `${note(r)}，住${r.word(road)}${r.between(1, 300)}号`, note), geohash: (r) => `wtm${Array.from({ length: 6 }, () => String(r.of('0123456789bcdefghjkmnpqrstuvwxyz'))).join('')}`, wechat: (r) => `wxid_${hex(r, 12)}`, 'organisation code': (r) => `${r.digits(8)}-${String(r.of('0123456789X'))}`, 'id of a card': (r) => `${id(r)}4${r.between(1, 4)}`, 'landline +86': (r) => `+86-571-8${r.digits(7)}`,
  illness: (r) => r.word('肺癌 肝癌 脑梗死 糖尿病 高血压 冠心病 交通事故 自杀 尿毒症 肺炎'), 'base64 mobile': (r) => btoa(mobile(r)), 'account integer': (r) => String(r.between(1, 9)) + r.digits(9),
}; // prettier-ignore

const year = (r: Random): string => String(r.between(2021, 2026));
export const harmless: Readonly<Record<string, Column>> = {
  'count integer': (r) => String(r.below(500)), 'big count integer': (r) => String(r.below(10 ** r.between(2, 7))), 'amount decimal': (r) => `${r.below(10 ** r.between(2, 6))}.${r.digits(2)}`, 'amount text': (r) => `${r.between(1, 999)},${r.digits(3)}.${r.digits(2)}`, 'share decimal': (r) => `0.${r.digits(6)}`, 'long share decimal': (r) => `0.${r.digits(16)}`, 'percent': (r) => `${r.below(100)}.${r.digits(1)}%`,
  'rate decimal': (r) => `${r.below(10)}.${r.digits(4)}`, 'temperature decimal': (r) => `${r.between(-10, 40)}.${r.digits(1)}`, 'age integer': (r) => String(r.below(100)), 'year integer': year, 'old year integer': (r) => String(r.between(1950, 2020)), 'row integer': (r) => String(100_000 + r.below(200)), 'zero one integer': (r) => String(r.below(2)), 'negative decimal': (r) => `-${r.below(999)}.${r.digits(3)}`,
  'event day': (r) => [year(r), r.two(1, 12), r.two(1, 28)].join('-'), 'event day integer': (r) => year(r) + r.two(1, 12) + r.two(1, 28), 'event Han': (r) => `${year(r)}年${r.between(1, 12)}月${r.between(1, 28)}日`, 'event time': (r) => `${[year(r), r.two(1, 12), r.two(1, 28)].join('-')} ${r.two(0, 23)}:${r.two(0, 59)}:${r.two(0, 59)}`, 'event month': (r) => `${year(r)}-${r.two(1, 12)}`, 'epoch integer': (r) => `17${r.digits(8)}`, 'epoch ms integer': (r) => `17${r.digits(11)}`, 'clock': (r) => `${r.two(0, 23)}:${r.two(0, 59)}`, 'quarter': (r) => `${year(r)}Q${r.between(1, 4)}`, 'long lived': (r) => `${[r.between(1990, 2026), r.two(1, 12), r.two(1, 28)].join('-')} ${r.two(1, 23)}:${r.two(0, 59)}`,
  'order 18': (r) => `${year(r)}${r.two(13, 99)}${r.digits(12)}`, 'order region': (r) => `${r.word('330106 110101')}${r.digits(12)}`, 'order DD': (r) => `DD${year(r)}${r.two(1, 12)}${r.two(1, 28)}${r.digits(6)}`, 'order 16': (r) => `88${r.digits(14)}`, 'product': (r) => `${r.word('AB XC QZ')}-${r.digits(4)}`, 'product P': (r) => `P${r.digits(5)}`, 'sku': (r) => `SKU${r.digits(8)}`, 'barcode': (r) => `69${r.digits(11)}`, 'case number': (r) => `(${year(r)})浙01民初${r.between(1, 9999)}号`, 'document number': (r) => `杭政发〔${year(r)}〕${r.between(1, 200)}号`, 'isbn': (r) => `978-7-${r.digits(3)}-${r.digits(5)}-${r.digits(1)}`,
  'version': (r) => `${r.between(1, 9)}.${r.below(20)}.${r.below(50)}.${r.below(400)}`, 'version 3': (r) => `v${r.below(10)}.${r.below(30)}.${r.below(10)}`, 'md5': (r) => hex(r, 32), 'sha1': (r) => hex(r, 40), 'uuid': (r) => spaced(hex(r, 32), '-', 8, 12, 16, 20), 'short hash': (r) => hex(r, 7), 'region code integer': (r) => r.word(regions), 'postcode': (r) => r.digits(6), 'industry code': (r) => r.word('A B C D') + r.digits(4), 'icd': (r) => `${r.word('A J K I')}${r.two(0, 99)}.${r.digits(1)}`, 'grade': (r) => r.word('A B C D E'),
  'sex': (r) => r.word('男 女'), 'nation': (r) => r.word('汉族 满族 回族 苗族 黎族 白族 壮族'), 'education': (r) => r.word('本科 大专 高中 初中 硕士 博士'), 'job': (r) => r.word('教师 农民 工人 司机 会计 厨师 保安 销售'), 'crop': (r) => r.word('牛肉 黄瓜 白菜 花生 石榴 常山 当归 苏木 黄芪 金针菇 康乃馨 马铃薯 高粱 龙眼 柴胡 薄荷 党参 白术'), 'district': (r) => r.word('西湖区 上城区 余杭区 萧山区 滨江区 拱墅区'), 'city': (r) => r.word('杭州市 宁波市 温州市 嘉兴市 湖州市'), 'region': (r) => r.word('浙江省丽水市青田县 浙江省杭州市西湖区 浙江省宁波市鄞州区'), 'company name': (r) => `${r.word('杭州 宁波 温州')}${r.word('恒天 四通 华泰 银嘉 九方 海创 联软')}${r.word('科技 信息 网络 传媒')}有限公司`, 'school': (r) => `${r.word('学军 文一 保俶塔 求是 天长')}${r.word('小学 中学')}`, 'hospital': (r) => `${r.word('浙江省 杭州市 宁波市')}第${r.word('一 二 三')}人民医院`, 'department': (r) => r.word('内科 外科 儿科 妇产科 眼科 骨科 急诊科'), 'bank': (r) => `${r.word('中国 工商 建设 农业 招商')}银行${r.word('西湖 滨江 余杭')}支行`,
  'town': (r) => r.word('高桥 黄山 常州 金华 温州 石桥 江山 龙湾 马鞍山 方家庄 袁花镇 余杭 钱江 万州 宁海 苏州 徐州 石岛'), 'yymmdd of events': (r) => `2${r.between(3, 5)}${r.two(1, 12)}${r.two(1, 28)}`,
  works: (r) => r.word('道路修缮 排水管网 绿化养护 桥梁检测 路灯更换'), 'state': (r) => r.word('已办结 办理中 待受理 已退回'), 'phone model': (r) => r.word('Mate60 iPhone15 Xiaomi14 P70'), 'colour': (r) => r.word('红色 黄色 白色 蓝色 黑色'), 'weather': (r) => r.word('晴 多云 阴 小雨 大雨'), 'brand': (r) => r.word('华为 小米 海尔 格力 美的 联想'), 'english class': (r) => r.word('Private State-gov Self-emp-inc Federal-gov'), 'english words': (r) => r.word('Married Divorced Never-married Widowed'), 'country': (r) => r.word('United-States Mexico Canada China India'), 'unit': (r) => r.word('吨 公斤 万元 平方米'), 'size': (r) => `${r.between(10, 300)}*${r.between(10, 300)}`, 'flat': (r) => r.two(1, 99), 'floor': (r) => `${r.between(1, 30)}层`, 'area decimal': (r) => `${r.between(40, 180)}.${r.digits(2)}`, 'url': (r) => `https://example.gov.cn/p/${r.digits(5)}`, 'file': (r) => `report_${year(r)}_${r.digits(3)}.pdf`, 'flag': (r) => r.word('Y N'), 'score decimal': (r) => `${r.between(60, 99)}.${r.digits(2)}`, 'salary integer': (r) => String(r.between(25, 400) * 100), 'voltage decimal': (r) => `${r.between(218, 236)}.${r.digits(3)}`, 'weight decimal': (r) => `${r.between(40, 110)}.${r.digits(3)}`, 'bus': (r) => `${r.between(1, 500)}路`, 'grid': (r) => `G${r.digits(4)}-${r.digits(2)}`,
}; // prettier-ignore

import { provinceLetters } from './detectors.js';
import type { Cell } from './cell.js';

const number = '[-+]?\\d{1,3}(?:\\.\\d+)?';
const pairs: readonly RegExp[] = [
  new RegExp(`^(?:srid=\\d+;)?(?:point|linestring|polygon|multipoint)\\s*z?\\s*\\(+\\s*(${number})\\s+(${number})`),
  new RegExp(
    `^[\\[({]*\\s*["']?(?:lng|lon|long|longitude|lat|latitude|x|y|经度|纬度|东经|北纬)["']?\\s*[:=]?\\s*["']?(${number})°?["']?\\s*[,;\\s]\\s*["']?(?:lng|lon|long|longitude|lat|latitude|x|y|经度|纬度|东经|北纬)["']?\\s*[:=]?\\s*["']?(${number})`,
  ),
  new RegExp(`"coordinates"\\s*:\\s*\\[+\\s*(${number})\\s*,\\s*(${number})`),
  new RegExp(`^[([{]?\\s*[ens]?\\s*(${number})°?\\s*[ens]?\\s*[,;|/\\s]\\s*[ens]?\\s*(${number})°?\\s*[ens]?\\s*[)\\]}]?$`),
];
const inside = (longitude: number, latitude: number): boolean => longitude > 73 && longitude < 136 && latitude > 3 && latitude < 54;

/** Longitude and latitude within China in one value: WKT, JSON, GeoJSON, a pair in either order; GCJ-02 and WGS-84 alike. */
export function isPointPair({ text }: Cell): boolean {
  for (const form of pairs) {
    const [, a = '', b = ''] = form.exec(text) ?? [];
    if (a === '' || !(a + b).includes('.')) continue;
    if (inside(Number(a), Number(b)) || inside(Number(b), Number(a))) return true;
  }
  return false;
}
/** Degrees, minutes and seconds. */
export const isDegreesMinutes = ({ text }: Cell): boolean =>
  /^(?:[ensw]|东经|西经|北纬|南纬)?\s*\d{1,3}\s*(?:°|º|度|d)\s*\d{1,2}(?:\.\d+)?\s*(?:'|分|m)?/.test(text);

const decimal = /^[-+]?(\d{1,3})\.(\d+)$/;
const between = (low: number, high: number, decimals: number) => ({ text }: Cell): boolean => {
  const found = decimal.exec(text);
  return found !== null && (found[2] ?? '').length >= decimals && Number(text) >= low && Number(text) <= high;
}; // prettier-ignore
export const isLongitude = between(73, 136, 4);
export const isLatitude = between(3, 54, 5);
/** Degrees anywhere, or metres of a projected system (CGCS2000: 3 000 000 to 6 000 000 north, 6 to 8 digits east). */
export const isCoordinate = ({ text }: Cell): boolean =>
  (/^[-+]?\d{1,3}\.\d{2,}$/.test(text) && Math.abs(Number(text)) <= 180) ||
  /^\d{6,8}\.\d+$/.test(text) ||
  /^[02-9b-hjkmnp-z]{6,12}$/.test(text);

const region = '(?:省|自治区|特别行政区|自治州|地区|盟|市|自治县|自治旗|县|旗|区)';
const town = '(?:街道|镇|乡|苏木|办事处|管理区)';
const local = '(?:村|屯|庄|社区|居委会|路|街|大道|巷|弄|胡同|里弄|小区|花园|家园|新村|公寓|苑|名邸|华府|广场|大厦|组|生产队|营|沟|坪|寨)';
const house = '(?:号院?|栋|幢|座|楼|层|室|单元|门|户|组|队|排|弄|巷)';
const digit = '[\\d一二三四五六七八九十百零〇甲乙丙丁a-z]';
const forms: readonly RegExp[] = [
  new RegExp(`\\p{Script=Han}${region}\\p{Script=Han}{0,20}?(?:${town}|${local})`, 'u'),
  new RegExp(`\\p{Script=Han}${town}\\p{Script=Han}{1,12}${local}`, 'u'),
  new RegExp(`\\p{Script=Han}(?:${town}|${local})[\\p{Script=Han}()]{0,10}?${digit}+-?${digit}*${house}`, 'u'),
  new RegExp(`${region}\\p{Script=Han}{1,12}${digit}{1,5}${house}`, 'u'),
  new RegExp(`^\\p{Script=Han}{2,12}${digit}{1,5}(?:号楼|幢|栋|座|号)?[-#]${digit}{1,5}(?:[-#]${digit}{1,5}){0,2}(?:室|号)?$`, 'u'),
  new RegExp(`^\\p{Script=Han}{2,14}?${digit}{1,4}(?:号楼|栋|幢|座|号院?)(?:${digit}{1,4}单元)?${digit}{0,5}(?:室|号|户)?$`, 'u'),
  /\b(?:no\.?\s*)?\d{1,5}[,\s]+(?:[a-z]+\s){0,4}(?:road|rd|street|st|avenue|ave|lane|lu|jie|district|village)\b/,
];
const organisation = /(?:公司|厂|店|局|院|中心|所|处|部|会|学校|大学|小学|中学|幼儿园|医院|银行|集团|站|社|馆|队|合作社|管委会|政府)$/u;
export const isOrganisation = ({ text }: Cell): boolean => organisation.test(text);
/** An address down to a street, village, number or building: what points at a household, not at a region. */
export const isHouseholdAddress = (cell: Cell): boolean =>
  cell.text.length >= 4 && cell.text.length <= 120 && !organisation.test(cell.text) && forms.some((form) => form.test(cell.text));

const letter = '[A-HJ-NP-Z]';
const plates = new RegExp(
  `^(?:[${provinceLetters}]${letter}(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳领试超]|[A-HJ-NP-Z0-9]{6})|WJ[${provinceLetters}]?\\d{4,5}[A-Z0-9]?|使\\d{6}|\\d{6}使|[${provinceLetters}]?[军海空北沈兰济南广成]${letter}?\\d{5}|[${provinceLetters}]${letter}?\\d{4,6}领)$`,
  'u',
);
/** Number plates, also of new-energy cars, police, embassies and the armed police. */
export const isPlate = ({ compact }: Cell): boolean => plates.test(compact);
/** Ends as places do. */
export const isPlaceName = ({ text }: Cell): boolean => /[州山桥江河湖海岭峰镇乡村庄屯城县市区寨沟坪湾港岛洲关口堡集店]$/u.test(text);

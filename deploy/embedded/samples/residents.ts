import iconv from 'iconv-lite';
import {
  cardPrefixes,
  compoundSurnames,
  districts,
  educations,
  givenCharacters,
  insurances,
  minorityNames,
  mobilePrefixes,
  nations,
  rareCharacters,
  streets,
  surnames,
} from './resident-words.js';
import { SeededRandom } from './seeded-random.js';

/** The fifteen columns, as a provider registers them. Grades and types as a province's catalogue of a population database would say. */
export const residentFields = [
  { name: '人员编号', type: 'text', required: true, class: 'personal', grade: 'L2', sensitiveType: 'account-number' },
  { name: '姓名', type: 'text', required: true, class: 'personal', grade: 'L3', sensitiveType: 'name' },
  {
    name: '公民身份号码',
    type: 'text',
    check: 'resident-id',
    required: true,
    class: 'personal',
    grade: 'L4',
    sensitiveType: 'resident-id',
  },
  { name: '性别', type: 'text', required: true, class: 'personal', grade: 'L2', sensitiveType: 'none' },
  { name: '出生日期', type: 'date', required: true, class: 'personal', grade: 'L3', sensitiveType: 'birth-date' },
  { name: '民族', type: 'text', required: true, class: 'personal', grade: 'L3', sensitiveType: 'none' },
  { name: '手机号码', type: 'text', check: 'mobile', required: false, class: 'personal', grade: 'L3', sensitiveType: 'mobile' },
  { name: '银行卡号', type: 'text', check: 'bank-card', required: false, class: 'personal', grade: 'L4', sensitiveType: 'bank-card' },
  { name: '户籍地址', type: 'text', required: true, class: 'personal', grade: 'L3', sensitiveType: 'address' },
  { name: '行政区划代码', type: 'text', required: true, class: 'public', grade: 'L1', sensitiveType: 'none' },
  { name: '电子邮箱', type: 'text', required: false, class: 'personal', grade: 'L3', sensitiveType: 'email' },
  { name: '文化程度', type: 'text', required: false, class: 'personal', grade: 'L2', sensitiveType: 'none' },
  { name: '参保类型', type: 'text', required: true, class: 'personal', grade: 'L2', sensitiveType: 'none' },
  { name: '月缴费基数', type: 'decimal', required: false, class: 'personal', grade: 'L3', sensitiveType: 'none' },
  { name: '备注', type: 'text', required: false, class: 'personal', grade: 'L3', sensitiveType: 'free-text' },
] as const;

/** Ways in which a delivered row is wrong, in the order in which they are planted; each with the reason that an import should give. */
export const plantedFaults = [
  { kind: 'too-few-fields', reason: 'field-count' },
  { kind: 'too-many-fields', reason: 'field-count' },
  { kind: 'bytes-of-no-character', reason: 'undecodable' },
  { kind: 'wrong-check-character', reason: 'check-failed' },
  { kind: 'day-that-never-was', reason: 'not-a-date' },
  { kind: 'letters-in-a-number', reason: 'not-a-decimal' },
  { kind: 'no-name', reason: 'empty' },
] as const;

export interface ResidentsOptions {
  /** Rows of data, bad ones included; the header comes on top. */
  readonly rows: number;
  readonly badRows?: number;
  readonly seed?: number;
  readonly encoding?: 'gb18030' | 'utf8';
}
export interface PlantedRow {
  /** Line of the file on which the row begins, from 1; some rows take two lines. */
  readonly line: number;
  readonly kind: (typeof plantedFaults)[number]['kind'];
  readonly reason: (typeof plantedFaults)[number]['reason'];
}

/** Characters that are encoded at once. */
const chunkLength = 32 * 1024;

/**
 * A CSV file of made-up residents: the same bytes for the same options. Rows hold quoted commas, quotes and line breaks, names of four-byte
 * characters, compound surnames and names with a middle dot; numbers have valid check digits except where a fault is planted.
 * @param onBadRow told of each planted row while the bytes are drawn.
 */
export function* residents(options: ResidentsOptions, onBadRow: (row: PlantedRow) => void = () => undefined): Generator<Buffer> {
  const { rows, badRows = 0, seed = 20260101, encoding = 'gb18030' } = options;
  const random = new SeededRandom(seed);
  const every = badRows === 0 ? Infinity : Math.floor(rows / badRows);
  const encode = (text: string): Buffer => iconv.encode(text, encoding);
  let text = `${residentFields.map(({ name }) => name).join(',')}\r\n`;
  let line = 2;
  let planted = 0;
  for (let index = 0; index < rows; index++) {
    const cells = resident(random, index);
    const fault = index % every === every - 1 && planted < badRows ? plantedFaults[planted++ % plantedFaults.length] : undefined;
    if (fault === undefined) {
      const row = `${cells.map(quoted).join(',')}\r\n`;
      text += row;
      line += row.split('\n').length - 1;
    } else {
      onBadRow({ line, ...fault });
      yield Buffer.concat([encode(text), faulty(cells, fault.kind, encode)]);
      text = '';
      line += 1;
    }
    if (text.length > chunkLength) {
      yield encode(text);
      text = '';
    }
  }
  if (text !== '') yield encode(text);
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function faulty(cells: string[], kind: PlantedRow['kind'], encode: (text: string) => Buffer): Buffer {
  const [id = '', birth = ''] = [cells[2], cells[4]];
  cells[14] = '';
  if (kind === 'too-few-fields') cells.splice(9, 3);
  if (kind === 'too-many-fields') cells.push('多出的一列');
  if (kind === 'wrong-check-character') cells[2] = id.slice(0, 17) + (id.endsWith('X') ? '0' : 'X');
  if (kind === 'day-that-never-was') cells[4] = `${birth.slice(0, 4)}-02-30`;
  if (kind === 'letters-in-a-number') cells[13] = '三千';
  if (kind === 'no-name') cells[1] = '';
  const bytes = encode(`${cells.map(quoted).join(',')}\r\n`);
  if (kind !== 'bytes-of-no-character') return bytes;
  // 0xFF begins no character of GB 18030 and none of UTF-8.
  const comma = bytes.indexOf(',');
  return Buffer.concat([bytes.subarray(0, comma + 1), Buffer.from([0xff, 0xff]), bytes.subarray(comma + 1)]);
}

function resident(random: SeededRandom, index: number): string[] {
  const [code, district] = random.pick(districts);
  const female = random.chance(0.5);
  const { name, nation } = named(random);
  const year = 1935 + random.int(88);
  const birth = new Date(Date.UTC(year, 0, 1 + random.int(365))).toISOString().slice(0, 10);
  const insurance = random.pick(insurances);
  return [
    `R${String(index + 1).padStart(9, '0')}`,
    name,
    residentId(random, code, birth, female),
    female ? '女' : '男',
    birth,
    nation,
    random.chance(0.92) ? random.pick(mobilePrefixes) + random.digits(8) : '',
    random.chance(0.8) ? bankCard(random) : '',
    `${district}${random.pick(streets)}${String(1 + random.int(300))}号${String(1 + random.int(30))}幢${String(101 + random.int(1800))}室`,
    code,
    random.chance(0.4) ? `u${random.digits(7)}@example.cn` : '',
    random.chance(0.95) ? random.pick(educations) : '',
    insurance,
    insurance === '未参保' ? '' : `${String(3000 + random.int(21000))}.${random.digits(2)}`,
    remark(random),
  ];
}

function named(random: SeededRandom): { name: string; nation: string } {
  if (random.chance(0.02)) {
    const [nation, first, last] = random.pick(minorityNames);
    return { name: `${random.pick<string>(first)}·${random.pick<string>(last)}`, nation };
  }
  const surname = random.chance(0.02) ? random.pick(compoundSurnames) : random.pick(surnames);
  const second = random.chance(0.003) ? random.pick(rareCharacters) : random.pick(givenCharacters);
  const name = surname + (random.chance(0.15) ? '' : random.pick(givenCharacters)) + second;
  return { name, nation: random.chance(0.05) ? random.pick(nations) : '汉族' };
}

/** GB 11643-1999: weights from the left, modulo 11. */
function residentId(random: SeededRandom, code: string, birth: string, female: boolean): string {
  const order = random.int(500) * 2 + (female ? 0 : 1);
  const body = code + birth.replaceAll('-', '') + String(order).padStart(3, '0');
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return body + '10X98765432'.charAt(sum % 11);
}

/** ISO/IEC 7812-1, annex B (Luhn). */
function bankCard(random: SeededRandom): string {
  const body = random.pick(cardPrefixes) + random.digits(12);
  let sum = 0;
  for (let at = 0; at < body.length; at++) {
    const doubled = Number(body[body.length - 1 - at]) * (at % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return body + String((10 - (sum % 10)) % 10);
}

function remark(random: SeededRandom): string {
  const which = random.int(100);
  if (which < 85) return '';
  if (which < 92) return `低保户,已核实`;
  if (which < 96) return `家属称"暂住",待回访`;
  return `紧急联系人:${random.pick(surnames)}先生\n电话 ${random.pick(mobilePrefixes)}${random.digits(8)}`;
}

import type { SensitiveType } from '#datasets/contract';
import { passesLuhn } from '#kernel';
import type { SchemaColumn } from '../contract.js';
import { distinctOf, shareOf, type Cell } from './detectors/cell.js';
import { namesAnEvent } from './detectors/column-hints.js';
import { dayOf, isSerialDay, isShortDay, serialYear, shortYearOf, spreadLikeBirths } from './detectors/days.js';
import { detectors, findIdentifiers } from './detectors/detectors.js';
import * as names from './detectors/personal-names.js';
import * as numbers from './detectors/numbers.js';
import * as places from './detectors/places.js';
import { isUscc } from './detectors/checksums.js';

export interface ColumnReading {
  readonly type: SensitiveType;
  readonly confidence: 'certain' | 'likely' | 'hinted' | 'unsure';
  readonly share: number;
}

/** One way in which values show a type: by their share where nothing else speaks, by a smaller one where the column's name agrees. */
interface Form {
  readonly type: SensitiveType;
  readonly test: (cell: Cell) => boolean;
  readonly least: number;
  readonly confidence?: ColumnReading['confidence'];
  /** What else must hold of the column; not asked where its name agrees. */
  readonly provided?: (cells: readonly Cell[]) => boolean;
}

const whole = (type: SensitiveType): ((cell: Cell) => boolean) => {
  const found = detectors.find((detector) => detector.type === type);
  return (cell) => found?.matches(cell.text) === true;
};
const matches = (form: RegExp) => (cell: Cell): boolean => form.test(cell.compact); // prettier-ignore
const distinctShare = (cells: readonly Cell[]): number => (cells.length === 0 ? 0 : distinctOf(cells).length / cells.length);
const varied = (least: number) => (cells: readonly Cell[]): boolean => distinctShare(cells) >= least || cells.length < 20; // prettier-ignore
const firstsOf = (cells: readonly Cell[]): number => new Set(cells.map((cell) => cell.compact.charAt(0))).size;
/** Few values that recur: a code list, not somebody's each. */
const categorical = (cells: readonly Cell[]): boolean => cells.length >= 100 && distinctOf(cells).length <= 40;

/** Case numbers of a region and a day of these years look like IDs: their last characters do not check, and nobody in them is grown up. */
const areIds = (cells: readonly Cell[]): boolean =>
  shareOf(cells, numbers.holdsCheckedId) >= 0.3 || shareOf(cells, (cell) => (numbers.yearInId(cell) ?? 0) < 2012) >= 0.2;
/** Serial numbers that begin with a region and the day's two digits of a year look like IDs of old: in them every year is as frequent. */
const olderThanPeople = (cells: readonly Cell[]): boolean => shareOf(cells, (cell) => Number(cell.compact.slice(6, 8)) < 20) < 0.12;
/** Versions of software begin with small numbers; addresses seldom do. */
const notVersions = (cells: readonly Cell[]): boolean => shareOf(cells, (cell) => Number(cell.text.split('.')[0]) < 10) < 0.8;
const usccShape = /^(?:1[129]|5[1239]|9[1239]|[2348A]1|Y1|N[1239])\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;
/** Numbers of one length, as they are given out; amounts have several. */
const alike = (cells: readonly Cell[]): boolean => cells.length >= 20 && new Set(cells.map(({ compact }) => compact.length)).size === 1;
const hkid = /^[a-z]{1,2}\d{6} ?\([0-9a]\)$/;
const narrow = (cells: readonly Cell[]): boolean => {
  const values = cells.map((cell) => Number(cell.text)).filter(Number.isFinite);
  return values.length > 0 && Math.max(...values) - Math.min(...values) <= 30;
};

/** The surest first: a column that several claim belongs to the first. */
const forms: readonly Form[] = [
  { type: 'resident-id', test: numbers.holdsResidentId, least: 0.5, provided: areIds },
  { type: 'resident-id', test: numbers.holdsResidentId, least: 0.5, confidence: 'unsure' },
  { type: 'resident-id', test: numbers.holdsOldId, least: 0.6, provided: olderThanPeople },
  { type: 'resident-id', test: numbers.holdsOldId, least: 0.6, confidence: 'unsure' },
  { type: 'resident-id', test: numbers.lostDigitsOfId, least: 0.8, confidence: 'likely' },
  { type: 'uscc', test: (cell) => isUscc(cell.compact), least: 0.5 },
  { type: 'uscc', test: matches(usccShape), least: 0.9, provided: (cells) => shareOf(cells, matches(/[A-Z]/)) > 0.3 },
  { type: 'mobile', test: numbers.isMobile, least: 0.6 },
  { type: 'mobile', test: numbers.lostDigitsOfMobile, least: 0.8, confidence: 'likely' },
  { type: 'bank-card', test: numbers.isLuhnCard, least: 0.5 },
  { type: 'bank-card', test: numbers.isUnionPay, least: 0.8 },
  { type: 'bank-card', test: numbers.lostDigitsOfCard, least: 0.9, confidence: 'unsure' },
  { type: 'email', test: ({ text }) => whole('email')({ text: text.replaceAll(' ', '').replace(/[([]at[)\]]/, '@') } as Cell), least: 0.6 },
  { type: 'mac', test: whole('mac'), least: 0.6 },
  { type: 'ipv6', test: whole('ipv6'), least: 0.6 },
  { type: 'ipv4', test: ({ text }) => whole('ipv4')({ text: text.replace(/[:/]\d{1,5}$/, '') } as Cell), least: 0.6, provided: notVersions },
  { type: 'plate', test: places.isPlate, least: 0.6 },
  { type: 'coordinates', test: (cell) => places.isPointPair(cell) || places.isDegreesMinutes(cell), least: 0.6 },
  { type: 'uscc', test: ({ text }) => /^[0-9a-z]{8}-[0-9x]$/.test(text), least: 0.9, confidence: 'likely', provided: varied(0.5) },
  { type: 'account-number', test: ({ text }) => /^(?:wxid_[\w-]{6,20}|o[\w-]{27})$/.test(text), least: 0.8 },
  { type: 'account-number', test: ({ compact }) => /^[38]\d{14}$/.test(compact) && passesLuhn(compact), least: 0.9, confidence: 'likely' },
  { type: 'hk-macao-permit', test: ({ text }) => hkid.test(text), least: 0.6 },
  { type: 'hk-macao-permit', test: matches(/^[HM](?:\d{8}|\d{10})$/), least: 0.8, confidence: 'likely', provided: varied(0.3) },
  { type: 'landline', test: numbers.isAreaLandline, least: 0.6 },
  { type: 'address', test: places.isHouseholdAddress, least: 0.5, provided: (cells) => !categorical(cells) },
  { type: 'address', test: places.isHouseholdAddress, least: 0.5, confidence: 'unsure' },
  { type: 'name', test: names.isDottedName, least: 0.5, provided: varied(0.1) },
  { type: 'name', test: names.isPinyinName, least: 0.8, confidence: 'likely', provided: varied(0.3) },
  { type: 'name', test: names.isLatinWords, least: 0.8, confidence: 'likely', provided: (cells) => varied(0.3)(cells) && shareOf(cells, names.isLatinName) >= 0.25 },
  { type: 'passport', test: matches(/^(?:[EG]\d{8}|E[A-HJ-NP-Z]\d{7})$/), least: 0.8, confidence: 'likely' },
  { type: 'mac', test: matches(/^[0-9A-F]{12}$/), least: 0.9, confidence: 'unsure', provided: (cells) => varied(0.5)(cells) && shareOf(cells, matches(/[A-F]/)) > 0.5 },
  { type: 'coordinates', test: places.isLongitude, least: 0.95, confidence: 'likely', provided: (cells) => narrow(cells) && varied(0.5)(cells) },
  { type: 'coordinates', test: places.isLatitude, least: 0.95, confidence: 'unsure', provided: (cells) => narrow(cells) && varied(0.5)(cells) },
  { type: 'coordinates', test: ({ text }) => /^[wy][0-9b-hjkmnp-z]{5,11}$/.test(text), least: 0.98, confidence: 'unsure', provided: (cells) => varied(0.5)(cells) && shareOf(cells, matches(/\d/)) > 0.8 },
  { type: 'passport', test: matches(/^[A-Z]\d{7,8}$/), least: 0.8, confidence: 'unsure', provided: (cells) => varied(0.8)(cells) && firstsOf(cells) > 1 },
  { type: 'landline', test: numbers.isLocalLandline, least: 0.95, confidence: 'unsure', provided: (cells) => varied(0.8)(cells) && firstsOf(cells) >= 5 },
  { type: 'account-number', test: matches(/^\d{9,10}$/), least: 0.95, confidence: 'unsure', provided: (cells) => varied(0.98)(cells) && firstsOf(cells) >= 7 },
  { type: 'account-number', test: matches(/^\d{7,8}$|^\d{11,18}$/), least: 0.98, confidence: 'unsure', provided: (cells) => varied(0.99)(cells) && alike(cells) && firstsOf(cells) >= 2 },
  { type: 'name', test: names.isJoinedPinyinName, least: 0.9, confidence: 'unsure', provided: varied(0.5) },
  { type: 'name', test: names.isLatinWords, least: 0.9, confidence: 'unsure', provided: varied(0.7) },
]; // prettier-ignore

const none = (share = 0): ColumnReading => ({ type: 'none', confidence: 'likely', share });

/** Days that lie as births do; a name of an event says otherwise. */
function births(column: SchemaColumn, cells: readonly Cell[]): ColumnReading | undefined {
  if (namesAnEvent(column.name, column.comment)) return undefined;
  const days = cells.flatMap((cell) => dayOf(cell) ?? []);
  const share = cells.length === 0 ? 0 : days.length / cells.length;
  if (share >= 0.8 && !days.some((day) => day.timed) && spreadLikeBirths(days.map(({ year }) => year)))
    return { type: 'birth-date', confidence: 'likely', share };
  const short = cells.flatMap((cell) => shortYearOf(cell) ?? []);
  if (cells.length >= 20 && short.length >= 0.98 * cells.length && distinctShare(cells) > 0.8 && spreadLikeBirths(short))
    return { type: 'birth-date', confidence: 'unsure', share: short.length / cells.length };
  const serial = shareOf(cells, isSerialDay);
  if (serial >= 0.98 && cells.length >= 20 && distinctShare(cells) > 0.8 && spreadLikeBirths(cells.map(serialYear)))
    return { type: 'birth-date', confidence: 'unsure', share: serial };
  return undefined;
}

/** Names in Han characters, by the distinct ones: those of a few doctors recur as often as those of a few vegetables. */
function hanNames(cells: readonly Cell[]): ColumnReading | undefined {
  const distinct = distinctOf(cells);
  const [surnamed, full] = [shareOf(distinct, names.isSurnamed), shareOf(distinct, names.isFullHanName)];
  // Towns and rivers are called after families too.
  if (shareOf(distinct, places.isPlaceName) >= 0.5) return undefined;
  if (distinct.length < 5 || surnamed < 0.8 || full < 0.5) return undefined;
  return { type: 'name', confidence: full >= 0.65 ? 'likely' : 'unsure', share: shareOf(cells, names.isSurnamed) };
}

const health =
  /癌|瘤|自杀|艾滋|梅毒|淋病|肝炎|结核|糖尿病|高血压|冠心|梗死|梗塞|白血病|抑郁|精神分裂|癫痫|骨折|肺炎|中风|卒中|车祸|交通事故|溺水|中毒|死亡|猝死|流产|尿毒|衰竭|损伤|\p{Script=Han}(?:病|症|炎)$/u;

/** Text that holds identifiers or names here and there, runs long, or tells of somebody's health. */
function freeText(cells: readonly Cell[]): ColumnReading | undefined {
  const long = cells.reduce((sum, cell) => sum + Array.from(cell.text).length, 0) / Math.max(1, cells.length);
  const mixed = shareOf(cells, ({ text }) =>
    findIdentifiers(text).some((finding) => finding.certainty !== 'weak' && finding.type !== 'ipv4'),
  );
  const digitsOnly = shareOf(cells, ({ text }) => /^[\d.]{14,}$/.test(text)) > 0.5;
  const checked = !digitsOnly && cells.some(numbers.holdsCheckedId);
  const named = shareOf(cells, names.mentionsPerson);
  if (
    (mixed >= 0.01 && !digitsOnly) ||
    checked ||
    named >= 0.01 ||
    (long > 40 && shareOf(cells, ({ text }) => /[\s,，。;]|\p{Script=Han}/u.test(text)) > 0.5)
  )
    return { type: 'free-text', confidence: 'likely', share: Math.max(mixed, named) };
  const ill = shareOf(cells, ({ text }) => health.test(text));
  const addressed = shareOf(cells, places.isHouseholdAddress);
  if (addressed >= 0.03) return { type: 'free-text', confidence: 'unsure', share: addressed };
  return ill >= 0.4 ? { type: 'free-text', confidence: 'unsure', share: ill } : undefined;
}

const numbered: ReadonlySet<SensitiveType> = new Set([
  'resident-id', 'uscc', 'mobile', 'landline', 'bank-card', 'passport', 'hk-macao-permit', 'taiwan-permit', 'plate', 'mac', 'ipv4', 'ipv6',
]); // prettier-ignore

/** What the column's name says, where the values do not speak against it. */
function hinted(column: SchemaColumn, cells: readonly Cell[], byName: SensitiveType): ColumnReading {
  const hint = (share = 0): ColumnReading => ({ type: byName, confidence: 'hinted', share });
  if (cells.length === 0) return hint();
  const supported = Math.max(0, ...forms.filter(({ type }) => type === byName).map(({ test }) => shareOf(cells, test)));
  if (supported >= 0.3) return { type: byName, confidence: 'certain', share: supported };
  if (byName === 'birth-date') {
    const share = shareOf(cells, (cell) => dayOf(cell) !== undefined || isShortDay(cell));
    if (share >= 0.5) return { type: byName, confidence: 'certain', share };
    return column.type === 'integer' || column.type === 'decimal' ? none() : hint(share);
  }
  if (byName === 'coordinates') {
    const share = shareOf(cells, places.isCoordinate);
    return share >= 0.6 ? { type: byName, confidence: 'certain', share } : none();
  }
  if (byName === 'mobile' || byName === 'landline') {
    const local = shareOf(cells, (cell) => numbers.isLocalLandline(cell) || numbers.isAreaLandline(cell));
    if (local >= 0.5) return { type: 'landline', confidence: 'certain', share: local };
  }
  if (byName === 'name') {
    if (column.type !== 'text' || shareOf(cells, places.isOrganisation) >= 0.5) return none();
    const share = shareOf(cells, names.isSurnamed);
    if (share >= 0.5) return { type: byName, confidence: 'certain', share };
    return categorical(cells) || shareOf(cells, names.couldBeName) < 0.3 ? none() : hint(share);
  }
  if (byName === 'passport' || byName === 'account-number' || byName === 'medical-record-number' || byName === 'taiwan-permit') {
    const share = shareOf(cells, ({ compact, length }) => length >= 4 && /\d{3}/.test(compact));
    return share < 0.5 || (categorical(cells) && cells.every(({ length }) => length < 6)) ? none() : hint(share);
  }
  if (numbered.has(byName)) return shareOf(cells, ({ compact }) => /\d.*\d.*\d.*\d.*\d/.test(compact)) < 0.3 ? none() : hint(supported);
  if (column.type !== 'text') return none();
  if (byName === 'email') return shareOf(cells, ({ text }) => text.includes('@') || text.length > 6) < 0.3 ? none() : hint(supported);
  return categorical(cells) ? none() : hint(supported);
}

/**
 * What values and name of a column say together. Values that show a type count first, the name decides between what looks alike and
 * speaks where values are silent; what may be sensitive and may be not is `unsure`.
 */
export function readColumn(column: SchemaColumn, cells: readonly Cell[], byName: SensitiveType | undefined): ColumnReading {
  if (column.type === 'boolean') return none();
  const found = forms.flatMap(({ type, test, least, confidence = 'certain', provided = () => true }): ColumnReading[] => {
    const share = shareOf(cells, test);
    if (cells.length === 0 || share < least) return [];
    if (type === byName) return [{ type, confidence: 'certain', share }];
    return provided(cells) ? [{ type, confidence, share }] : [];
  });
  const sure = found.find((reading) => reading.confidence === 'certain');
  if (sure !== undefined) return byName === 'free-text' ? { ...sure, type: byName } : sure;
  const text = column.type === 'text';
  const asName = text ? hanNames(cells) : undefined;
  if (byName !== undefined && byName !== 'free-text') {
    const said = hinted(column, cells, byName);
    if (said.type !== 'none') return said;
  }
  const likely =
    found.find((reading) => reading.confidence === 'likely') ??
    births(column, cells) ??
    (asName?.confidence === 'likely' ? asName : undefined);
  const mixed = text ? freeText(cells) : undefined;
  if (likely !== undefined) return likely;
  if (mixed?.confidence === 'likely') return mixed;
  if (byName === 'free-text' && text) {
    if (mixed !== undefined) return { ...mixed, confidence: 'likely' };
    if (!categorical(cells) || cells.length === 0) return hinted(column, cells, byName);
  }
  return found[0] ?? asName ?? mixed ?? none();
}

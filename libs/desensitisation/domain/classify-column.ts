import type { SensitiveType } from '#datasets/contract';
import type { SchemaColumn } from '../contract.js';
import { typeByName } from './detectors/column-hints.js';
import { detectors, findIdentifiers, type Certainty } from './detectors/detectors.js';

/** A column with some of its values, as text and without nulls. The values stay in this process. */
export interface ColumnSample extends SchemaColumn {
  readonly values: readonly string[];
  /** What the provider decided that the field holds; `none`: a person looked and found nothing. */
  readonly declared?: SensitiveType;
}

/** What a column holds and why that is believed. Shares and counts only, never a value. */
export interface ColumnFinding {
  readonly column: string;
  readonly type: SensitiveType;
  /** `certain`: the values show it. `likely`: most values look so. `hinted`: only its name or comment says so. */
  readonly confidence: 'certain' | 'likely' | 'hinted';
  readonly byName?: SensitiveType;
  /** Share of the sampled values that match. */
  readonly share: number;
  readonly sampled: number;
}

const enough: Readonly<Record<Certainty, number>> = { checked: 0.5, shaped: 0.6, weak: 0.8 };
/** Without a hint, only weak forms that ordinary words and numbers rarely take by chance are believed. */
const weakAlone: ReadonlySet<SensitiveType> = new Set(['name', 'passport', 'landline']);
const textual: ReadonlySet<SensitiveType> = new Set(['name', 'address', 'free-text', 'email', 'plate']);

const looksCategorical = (values: readonly string[]): boolean => values.length >= 100 && new Set(values).size <= 40;

/** Whether numbers of this column lie where longitudes or latitudes do, with decimals. */
function looksLikeDegrees(values: readonly string[]): boolean {
  const numbers = values.map(Number).filter((n) => Number.isFinite(n) && Math.abs(n) <= 180);
  return values.length > 0 && numbers.length / values.length > 0.9 && numbers.some((n) => !Number.isInteger(n));
}

/**
 * Decides what a column holds. What the values show for certain counts first, then what the provider decided (which outranks a mere hint
 * of the name), then what looks likely; errs towards sensitive.
 */
export function classifyColumn(column: ColumnSample): ColumnFinding {
  const seen = detected(column);
  if (column.declared === undefined || seen.confidence === 'certain') return seen;
  if (column.declared !== 'none') return { ...seen, type: column.declared, confidence: 'certain' };
  return seen.confidence === 'hinted' ? { ...seen, type: 'none', confidence: 'likely' } : seen;
}

function detected(column: ColumnSample): ColumnFinding {
  const byName = typeByName(column.name, column.comment);
  const values = column.values.map((value) => value.trim()).filter((value) => value !== '');
  const sampled = values.length;
  const found = (type: SensitiveType, confidence: ColumnFinding['confidence'], share: number): ColumnFinding => ({
    column: column.name,
    type,
    confidence,
    share: Math.round(share * 1000) / 1000,
    sampled,
    ...(byName === undefined ? {} : { byName }),
  });
  if (column.type === 'boolean') return found('none', 'likely', 0);
  if (column.type === 'decimal')
    return byName === 'coordinates' && (sampled === 0 || looksLikeDegrees(values))
      ? found('coordinates', 'certain', 1)
      : found('none', 'likely', 0);

  const shares = detectors.map((detector) => ({ detector, share: sampled === 0 ? 0 : values.filter(detector.matches).length / sampled }));
  const sure = shares.find(({ detector, share }) => detector.certainty !== 'weak' && share >= enough[detector.certainty]);
  if (sure !== undefined) return found(sure.detector.type, 'certain', sure.share);
  const weak = shares.filter(({ detector, share }) => detector.certainty === 'weak' && share >= enough.weak);
  const agreed = weak.find(({ detector }) => detector.type === byName);
  if (agreed !== undefined) return found(agreed.detector.type, 'certain', agreed.share);
  const categorical = looksCategorical(values);

  if (column.type === 'text') {
    const long = values.reduce((sum, value) => sum + Array.from(value).length, 0) / Math.max(1, sampled);
    const mixed = sampled === 0 ? 0 : values.filter((value) => findIdentifiers(value).some((f) => f.certainty !== 'weak')).length / sampled;
    if (mixed >= 0.01 || long > 40) return found('free-text', 'likely', mixed);
  }
  if (byName !== undefined) {
    const small = column.type === 'integer' && sampled > 0 && values.every((value) => value.length < 6);
    if (small || (column.type === 'integer' && textual.has(byName))) return found('none', 'likely', 0);
    if (categorical && textual.has(byName)) return found('none', 'likely', 0);
    return found(byName, 'hinted', shares.find(({ detector }) => detector.type === byName)?.share ?? 0);
  }
  const alone = weak.find(({ detector }) => weakAlone.has(detector.type));
  if (alone !== undefined && !categorical) return found(alone.detector.type, 'likely', alone.share);
  return found('none', 'likely', 0);
}

import { digestOf, sqlText, type Digest } from '#kernel';
import { createHmac } from 'node:crypto';
import type { Plan, Technique } from '../../contract.js';
import { scaled, scaledText, wideSql } from './numeric.js';

export type Noise = Extract<Technique, { kind: 'laplace-noise' }>;

/** The purpose of the key that draws noise; no purpose of a plan is written like it. */
export const noisePurpose = '#noise';

/** A number of a plan, in 10^-10. */
const units = (value: number): bigint => scaled(String(value)) ?? 0n;
const one = 10n ** 10n;

/**
 * Values are brought to so many steps at most between the bounds: to a fortieth of the sensitivity or less fine, which beside the noise is
 * nothing. Noise finer than the values would leave their last digits readable.
 */
const mostSteps = 40n;

interface Grid {
  /** All in 10^-10. */
  readonly bottom: bigint;
  readonly step: bigint;
  /** Steps between the bounds: what one subject can move a value by. */
  readonly steps: bigint;
}
function gridOf({ bottom, sensitivity }: Pick<Noise, 'bottom' | 'sensitivity'>, whole: boolean): Grid {
  const width = units(sensitivity);
  for (let power = whole ? one : 1n; ; power *= 10n)
    for (const step of [power, 2n * power, 5n * power]) {
      const steps = (width + step - 1n) / step;
      if (steps <= mostSteps) return { bottom: units(bottom), step, steps };
    }
}

/** Fixed point with 128 binary digits: the same integers on every machine, which `Math.exp` does not promise. */
const precision = 128n;
const unity = 1n << precision;
/** e^-(numerator/denominator), for a quotient of 4 at most. */
function expOfMinus(numerator: bigint, denominator: bigint): bigint {
  const x = (numerator << precision) / denominator;
  let [sum, term] = [unity, unity];
  for (let n = 1n; term > 0n; n++) {
    term = (term * x) / unity / n;
    sum += n % 2n === 1n ? -term : term;
  }
  return sum;
}

/** A draw has so many binary digits, of a keyed digest's first fifteen hexadecimal ones. */
const drawBits = 60n;
const drawDigits = 15;

/**
 * Discrete Laplace noise: k steps with a probability in proportion to e^(-ε |k| / steps), the Laplace distribution on a grid. By its cumulated
 * distribution, in draws: noise is `first + i` for a draw that is not less than the i-th bound and less than the next. What is rarer than 2^-60
 * is left out. No binary fraction is drawn or added, whose last digits would tell of the value (Mironov, CCS 2012).
 */
export function boundsOf({ epsilon, ...noise }: Noise, whole: boolean): { readonly first: number; readonly bounds: readonly bigint[] } {
  const { steps } = gridOf(noise, whole);
  const ratio = expOfMinus(units(epsilon), steps * one);
  const powers = [unity];
  for (let power = ratio; power >> (precision - drawBits) > 0n; power = (power * ratio) / unity) powers.push(power);
  const share = (power: bigint): bigint => (power << drawBits) / (unity + ratio);
  // Below k for k ≤ 0: ratio^(1-k) / (1 + ratio); above it the same from the other side.
  const below = powers.slice(1).map(share).filter((bound) => bound > 0n).reverse(); // prettier-ignore
  const above = [...below].reverse().map((bound) => (1n << drawBits) - bound);
  return { first: -below.length, bounds: [0n, ...below, ...above] };
}

/** What makes noise of one release: a second release with other parameters, of another delivery or by another subject has noise of its own. */
export interface Release {
  readonly column: string;
  readonly technique: Noise;
  readonly digest: Digest;
}
export const releasesOf = (plan: Plan, copyId: string): readonly Release[] =>
  plan.columns.flatMap(({ column, technique }): Release[] => {
    if (technique.kind !== 'laplace-noise') return [];
    const subject = plan.columns.find((other) => other.column === technique.subject)?.sensitiveType ?? 'none';
    return [{ column, technique, digest: digestOf({ copyId, column, technique: { ...technique }, subject }) }];
  });

/** What is hashed for a row: its number in the delivery, so that a row has the same noise in every sample that it stands in. */
const prefixOf = ({ digest }: Release): string => `${digest.slice(-20)}|`;
export const noiseTextSql = (release: Release, rowNumber: string): string => `(${sqlText(prefixOf(release))} || ${rowNumber})`;
/** @param hex an expression of the digest of `noiseTextSql` */
export const noiseDrawSql = (hex: string): string => `CAST('0x' || left(${hex}, ${String(drawDigits)}) AS BIGINT)`;

/** A release with what its draws are looked up in, for a column of whole numbers or of decimals. */
export interface Prepared {
  readonly release: Release;
  readonly whole: boolean;
  readonly grid: Grid;
  readonly first: number;
  readonly bounds: readonly bigint[];
}
export const prepare = (release: Release, whole: boolean): Prepared => ({
  ...{ release, whole, grid: gridOf(release.technique, whole) },
  ...boundsOf(release.technique, whole),
});

/** By how many steps the value of a row moves. */
function stepsOf({ release, first, bounds }: Prepared, row: string, key: Uint8Array): bigint {
  const hex = createHmac('sm3', key)
    .update(prefixOf(release) + row)
    .digest('hex');
  const draw = BigInt(`0x${hex.slice(0, drawDigits)}`);
  let [low, high] = [0, bounds.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((bounds[middle] ?? 0n) <= draw) low = middle;
    else high = middle;
  }
  return BigInt(first + low);
}

/** Which row a value stands in. */
export interface NoiseRow {
  /** The number of the row in the delivery. */
  readonly row: string;
  /** Which of its subject's rows it is, in the order of the delivery; undefined for a row of nobody. */
  readonly nth: number | undefined;
}

/**
 * A number with noise: brought within the bounds, to the grid, and moved by what its row draws.
 * @returns null for a row of nobody, and for what a subject has beyond the rows that were counted
 */
export function addNoise(prepared: Prepared, text: string, { row, nth }: NoiseRow, key: Uint8Array): string | null {
  const { technique } = prepared.release;
  const { bottom, step } = prepared.grid;
  const value = scaled(text);
  if (value === undefined || nth === undefined || nth > technique.rowsPerSubject) return null;
  const top = bottom + units(technique.sensitivity);
  const within = value < bottom ? bottom : value > top ? top : value;
  const at = (within - bottom + step / 2n) / step;
  return scaledText(bottom + step * (at + stepsOf(prepared, row, key)), prepared.whole);
}

/** The table of `boundsOf` as SQL: `least` draw and `steps`. */
export function noiseTableSql(table: string, { technique }: Release, whole: boolean): string {
  const { first, bounds } = boundsOf(technique, whole);
  const list = `CAST(string_split(${sqlText(bounds.join())}, ',') AS BIGINT[])`;
  return `CREATE TEMP TABLE ${table} AS SELECT unnest(${list}) AS least, unnest(range(${String(first)}, ${String(first + bounds.length)})) AS steps`;
}
/**
 * The same as `addNoise`.
 * @param subject the subject's form, `nth` which of its rows it is, `steps` by how many the row moves: expressions
 */
export function addNoiseSql(
  { technique }: Release,
  whole: boolean,
  column: string,
  at: { subject: string; nth: string; steps: string },
): string {
  const { bottom, step } = gridOf(technique, whole);
  const [low, high, wide] = [bottom, bottom + units(technique.sensitivity), step].map((n) => `CAST(${String(n)} AS HUGEINT)`) as [
    string,
    string,
    string,
  ];
  // The text of a decimal without its point is the number in 10^-10.
  const value = `CAST(replace(CAST(${wideSql(column)} AS VARCHAR), '.', '') AS HUGEINT)`;
  const within = `least(greatest(${value}, ${low}), ${high})`;
  const moved = `(${low} + ${wide} * ((${within} - ${low} + ${String(step / 2n)}) // ${wide} + ${at.steps}))`;
  const fraction = `CAST(${moved} % ${String(one)} AS DECIMAL(10,0)) * CAST('0.0000000001' AS DECIMAL(10,10))`;
  const typed = whole
    ? `CAST(${moved} // ${String(one)} AS BIGINT)`
    : `CAST(CAST(${moved} // ${String(one)} AS DECIMAL(18,0)) + ${fraction} AS DECIMAL(28,10))`;
  return `CASE WHEN ${wideSql(column)} IS NOT NULL AND ${at.subject} IS NOT NULL AND ${at.nth} <= ${String(technique.rowsPerSubject)} THEN ${typed} END`;
}

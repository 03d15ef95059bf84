import type { ColumnDecision, SchemaColumn } from '../../contract.js';
import { generalise } from './generalise.js';
import { encipher, shiftDays } from './keyed.js';
import { mask, maskEnds } from './mask.js';
import { addNoise, type NoiseRow, type Prepared } from './noise.js';
import { clamp, roundNumber, truncateText } from './numeric.js';
import { hidden } from './patterns.js';
import { pseudonymOf } from './pseudonym.js';

/** What a technique needs beside the value. */
export interface Surroundings {
  readonly key?: Uint8Array;
  /** For shift-days: the form of the row's subject. */
  readonly subject?: string | null;
  /** For laplace-noise: what its draws are made of. */
  readonly noise?: NoiseRow & { readonly prepared: Prepared };
  /** For shuffle: what `shuffle` puts in the row. */
  readonly moved?: string | null;
  /** For suppress-rare: the values that stand often enough among the sampled rows. */
  readonly frequent?: ReadonlySet<string>;
}

/**
 * What one value becomes: the meaning of every technique, which the SQL must equal value by value.
 * @param text the value as SQL casts it to VARCHAR; null stays null everywhere
 * @returns undefined for a dropped column
 */
export function applyTechnique(
  decision: ColumnDecision,
  column: SchemaColumn,
  text: string | null,
  around: Surroundings = {},
): string | null | undefined {
  const technique = decision.technique;
  if (technique.kind === 'drop') return undefined;
  if (text === null) return null;
  const numeric = column.type === 'integer' || column.type === 'decimal';
  switch (technique.kind) {
    case 'keep':
      return text;
    case 'redact':
      return hidden;
    case 'mask':
      return mask(technique.shape, text);
    case 'mask-ends':
      return maskEnds(technique.start, technique.end, text);
    case 'generalise':
      return generalise(technique.to, text);
    case 'round':
      return numeric ? roundNumber(text, technique.decimals, technique.mode) : truncateText(text, technique.decimals);
    case 'top-bottom':
      return clamp(text, technique.bottom, technique.top, column.type === 'integer');
    case 'suppress-rare':
      return around.frequent?.has(text) === true ? text : technique.otherwise;
    case 'pseudonym':
      return pseudonymOf(decision, text, around.key ?? new Uint8Array());
    case 'encipher':
      return encipher(technique, decision.sensitiveType, text, around.key ?? new Uint8Array());
    case 'shift-days':
      return shiftDays(technique, column, text, around.subject ?? null, around.key ?? new Uint8Array());
    case 'laplace-noise':
      if (around.noise === undefined) throw new TypeError('noise is drawn for a row');
      return addNoise(around.noise.prepared, text, around.noise, around.key ?? new Uint8Array());
    case 'shuffle':
      return around.moved ?? null;
    case 'hash':
    case 'ask':
      throw new TypeError(`${technique.kind} is never run`);
  }
}

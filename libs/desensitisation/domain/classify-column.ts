import type { SensitiveType } from '#datasets/contract';
import type { SchemaColumn } from '../contract.js';
import { cellsOf } from './detectors/cell.js';
import { typeByName } from './detectors/column-hints.js';
import { readColumn } from './read-column.js';

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
  /**
   * `certain`: the values show it. `likely`: most values look so. `hinted`: only its name or comment says so. `unsure`: the values may be
   * so, or something harmless: a person is asked.
   */
  readonly confidence: 'certain' | 'likely' | 'hinted' | 'unsure';
  readonly byName?: SensitiveType;
  /** Share of the sampled values that match. */
  readonly share: number;
  readonly sampled: number;
}

/**
 * Decides what a column holds. What the values show for certain counts first, then what the provider decided (which outranks a mere hint
 * of the name), then what looks likely; errs towards sensitive.
 */
export function classifyColumn(column: ColumnSample): ColumnFinding {
  const seen = detected(column);
  if (column.declared === undefined || seen.confidence === 'certain') return seen;
  if (column.declared !== 'none') return { ...seen, type: column.declared, confidence: 'certain' };
  return seen.confidence === 'hinted' || seen.confidence === 'unsure' ? { ...seen, type: 'none', confidence: 'likely' } : seen;
}

function detected(column: ColumnSample): ColumnFinding {
  const byName = typeByName(column.name, column.comment);
  const cells = cellsOf(column.values);
  const { type, confidence, share } = readColumn(column, cells, byName);
  return {
    column: column.name,
    type,
    confidence,
    share: Math.round(share * 1000) / 1000,
    sampled: cells.length,
    ...(byName === undefined ? {} : { byName }),
  };
}

import type { CompiledStep } from '../compile.js';

/** One check of an output: figures only, never a value. `unfinished` is never a pass. */
export interface CheckResult {
  readonly check:
    'sample' | 'residual-identifiers' | 'raw-values' | 'shuffled' | 'bijection' | 'dictionary-attack' | 'singling-out' | 'generalised';
  readonly verdict: 'pass' | 'fail' | 'unfinished';
  readonly column?: string;
  /** What was found, e.g. the type of an identifier or the column that stands one to one. */
  readonly finding?: string;
  readonly figures: Readonly<Record<string, number>>;
}

/** A query over `raw` (the whole copy) and `output` (what is to be published), with what its rows say once they are back. */
export interface Measurement {
  readonly sql: string;
  /** Rows wanted back; a query with more is unfinished. */
  readonly rows: number;
  judge(rows: readonly (readonly unknown[])[], truncated: boolean): readonly CheckResult[];
}

export const asNumber = (value: unknown): number => Number(value ?? 0);

/** What is done before the measurements, without results, and the measurements. */
export interface Examination {
  readonly preparation: readonly CompiledStep[];
  readonly measurements: readonly Measurement[];
}

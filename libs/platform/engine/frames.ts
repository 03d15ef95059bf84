import type { EngineCause, EngineColumn, EngineInput, EngineLimits, EngineStep, StepResult } from './job.js';
import type { Spill } from './launcher.js';

/** What the parent writes to the child's standard input: one line of JSON. Keys are base64. */
export interface JobFrame {
  /** The path of each file of the job, as the child opens it. */
  readonly files: Readonly<Record<string, string>>;
  readonly spill: Spill;
  readonly inputs: readonly EngineInput[];
  readonly steps: readonly EngineStep[];
  readonly keys: Readonly<Record<string, string>>;
  readonly limits: EngineLimits;
}

/** What the child writes to descriptor 3, a line each. Not to standard output: DuckDB's profiler prints there what SQL asks it to. */
export type ChildFrame =
  /** `spilled`: bytes of its spill, which its parent cannot see. */
  | { readonly t: 'progress'; readonly step: number; readonly percent?: number; readonly spilled: number }
  | { readonly t: 'rows'; readonly step: number; readonly rows: readonly (readonly unknown[])[] }
  | {
      readonly t: 'step';
      readonly step: number;
      readonly result:
        | Exclude<StepResult, { kind: 'rows' }>
        | { readonly kind: 'rows'; readonly columns: readonly EngineColumn[]; readonly truncated: boolean };
    }
  | { readonly t: 'done' }
  | { readonly t: 'failed'; readonly cause: EngineCause };

import type { Json, Refusal } from '#kernel';
import { refuse } from './refusals.js';
import type { Scratch } from './scratch.js';

/** A column as DuckDB is to read it; `type` is a DuckDB type name such as VARCHAR, BIGINT, DOUBLE, DATE. */
export interface EngineColumn {
  readonly name: string;
  readonly type: string;
}

/** A file of the run's scratch, seen by the SQL under `name`. Only the columns named here can be seen through it. */
export interface EngineInput {
  readonly name: string;
  /** A file name inside the scratch, no path. */
  readonly file: string;
  readonly format: 'parquet' | 'csv';
  /** `all`: of a Parquet file that somebody delivered, whose columns nobody knows yet. */
  readonly columns: readonly EngineColumn[] | 'all';
  /** Parquet only: a BIGINT column of this name numbers the file's rows from 0. */
  readonly rowNumber?: string;
  /** With access `table`: at most this many rows, the first of the file. */
  readonly rows?: number;
  readonly csv?: { readonly header: boolean; readonly delimiter: string; readonly quote: string };
  /**
   * `view` streams from the file, which the SQL can therefore open by itself, all its columns included: for our own statements.
   * `table` reads the named columns before the door is locked, and the file cannot be opened afterwards: for SQL that others wrote.
   */
  readonly access: 'view' | 'table';
}

/** What becomes of a statement's result: nothing, rows handed back (at most `rows`), or a file in the scratch. */
export type StepResultWanted =
  | 'none'
  | { readonly rows: number }
  /** With `mostRows` a result of more ends the run by `engine.row-limit`. */
  | { readonly file: string; readonly format: 'parquet' | 'csv'; readonly mostRows?: number };

/** SQL of one or more statements. With a result wanted it must be exactly one SELECT. */
export interface SqlStep {
  readonly kind: 'sql';
  readonly sql: string;
  readonly result: StepResultWanted;
}

/**
 * A keyed dictionary: for each distinct, non-null value of the one-column query `from`, a row (value, pseudonym) in the table `name`.
 * DuckDB has no HMAC; it is computed beside it, in the sandbox, in batches. The pseudonym is the first `hexLength` hex characters of
 * HMAC (RFC 2104) over the UTF-8 bytes of the value.
 */
export interface DictionaryStep {
  readonly kind: 'dictionary';
  readonly name: string;
  readonly from: string;
  readonly algorithm: 'sm3' | 'sha256';
  /** Which of the job's keys. Without one it is the plain digest, which hides nothing: for showing that, and never for hiding. */
  readonly key?: string;
  readonly hexLength: number;
}

/**
 * A keyed function of SQL: from here on the macro `name(value)` gives, for a text, the first `hexLength` hex characters of the HMAC over its
 * UTF-8 bytes. Nothing is gathered or joined: values pass through in batches, as the rows do.
 */
export interface KeyedStep {
  readonly kind: 'keyed';
  readonly name: string;
  readonly algorithm: 'sm3' | 'sha256';
  readonly key: string;
  readonly hexLength: number;
}

/**
 * A format-preserving cipher of SQL: from here on the macro `name(digits, tweak)` gives FF1 (NIST SP 800-38G) of 6 to 22 decimal digits, and
 * NULL for anything else; the tweak is a text of 5 bytes at most. The cipher's key is drawn from the named one.
 */
export interface CipherStep {
  readonly kind: 'cipher';
  readonly name: string;
  readonly cipher: 'aes' | 'sm4';
  readonly key: string;
}
export type EngineStep = SqlStep | DictionaryStep | KeyedStep | CipherStep;

export interface EngineLimits {
  readonly memoryMb: number;
  readonly threads: number;
  /** Wall-clock time of the whole run, milliseconds. */
  readonly wallClockMs: number;
  /** Bytes that the scratch may hold, inputs, spill and outputs together. */
  readonly scratchBytes: number;
}

export interface EngineJob {
  readonly scratch: Scratch;
  readonly inputs: readonly EngineInput[];
  readonly steps: readonly EngineStep[];
  /** Keys by name. They reach the process on its standard input, never its arguments or environment. */
  readonly keys?: Readonly<Record<string, Uint8Array>>;
  readonly limits?: Partial<EngineLimits>;
}

export type StepResult =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'rows';
      readonly columns: readonly EngineColumn[];
      readonly rows: readonly (readonly Json[])[];
      readonly truncated: boolean;
    }
  | {
      readonly kind: 'file';
      readonly file: string;
      readonly rows: number;
      readonly bytes: number;
      readonly columns: readonly EngineColumn[];
    }
  | { readonly kind: 'dictionary'; readonly values: number };

/** Why a run failed. Nothing of DuckDB's own text is here: it quotes cell values, which are raw data (design.md, rule 12). */
export interface EngineCause {
  readonly code:
    | 'engine.sql-error'
    | 'engine.statement-not-allowed'
    | 'engine.memory-limit'
    | 'engine.scratch-limit'
    | 'engine.time-limit'
    | 'engine.row-limit'
    | 'engine.cancelled'
    | 'engine.answer-unreadable'
    | 'engine.process-lost';
  /** DuckDB's class of error, e.g. `Parser`, `Binder`, `Conversion`. */
  readonly kind?: string;
  /** Index of the step, from 0. */
  readonly step?: number;
  /** Place in the step's SQL, from 1; the column counts characters. Only where DuckDB gives one. */
  readonly line?: number;
  readonly column?: number;
}
/** The cause as a refusal of the engine's catalogue. */
export const causeRefused = ({ code, ...details }: EngineCause): Refusal => refuse(code, { ...details });

export type EngineOutcome =
  | { readonly ok: true; readonly steps: readonly StepResult[]; readonly ms: number }
  | { readonly ok: false; readonly cause: EngineCause; readonly ms: number };

export interface EngineProgress {
  readonly step: number;
  readonly steps: number;
  /** Of the step, 0 to 100, where DuckDB can tell. */
  readonly percent?: number;
}

/** The attempt to go on when the parent is killed; its answer says for how long it could. */
export const orphanAttempt = 'outlive its parent';

/** One attempt of the probe behind the walls: what must be refused, and what the kernel answered. */
export interface IsolationRow {
  readonly attempt: string;
  readonly outcome: 'refused' | 'done' | 'unknown';
  readonly answer: string;
}
/** How the engine's processes are kept apart from everything else, as measured when this process started. */
export interface Isolation {
  readonly state: 'shown' | 'not-shown';
  /** What keeps them apart, e.g. `bubblewrap 0.8.0`. */
  readonly by: string;
  readonly rows: readonly IsolationRow[];
  /** Why it is not shown, where no row tells. */
  readonly reason?: string;
}

/** Runs SQL over files where it can touch nothing else. One run, one process. */
export interface Engine {
  /** Never throws for what the SQL did; refuses only a job that is not well formed (`engine.job-invalid`). */
  run(
    job: EngineJob,
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: EngineProgress) => void },
  ): Promise<EngineOutcome>;
  /** What a run gets unless its job says less. */
  readonly limits: EngineLimits;
  /** Name and version of the engine and of what isolates it, as run records and manifests state them. */
  readonly version: string;
  readonly isolation: Isolation;
  /** What is left of the runs' data when this process is killed, in words for evidence. */
  readonly remains: string;
}

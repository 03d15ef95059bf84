import type { ChargeItem, JobType, JsonObject, Refusal } from '#kernel';
import type { Tx } from '#platform/database';
import type { JobRun } from '#platform/queue';
import type { ToldOf } from '../domain/run-cause.js';
import type { RunRow } from '../persistence/run-row.js';
import type { RunChange, RunTable } from '../persistence/run-table.js';

/** What the row of a run and its journal entry say of a step. */
export interface Said<Row extends RunRow> {
  readonly change: RunChange<Row>;
  readonly details: JsonObject;
}

/** What a try came to. With a refusal the checks did not pass: then nothing of it is kept but what `change` says of them. */
export interface Made<Row extends RunRow> extends Said<Row> {
  readonly refusal?: Refusal;
}

/** One try of the queued work, as its kind sees it. */
export interface Attempt extends Pick<JobRun, 'signal' | 'progress'> {
  /** Between the engine's work and the checks of it: goes on only with a run that is still open. */
  checking(): Promise<void>;
}

/** What differs between kinds of runs. The rest of their life is the same, and stands in `RunLife`. */
export interface RunKind<Row extends RunRow = RunRow, Allowed = unknown, Given = unknown> {
  /** Who acts in the journal. */
  readonly context: string;
  /** Begins its actions and names it in the journal: `code-run`. */
  readonly kind: string;
  readonly table: Pick<RunTable<Row>, 'queue' | 'get' | 'lock' | 'lockOpen' | 'step' | 'assertSees'>;
  /** Why a run that was cut says that it ended. */
  readonly cut: Refusal;
  /** Which details of a refusal its cause tells. */
  readonly told: ToldOf;
  job(run: Row): JobType;
  /** What a finished run is charged as. */
  usage(run: Row): ChargeItem | undefined;
  /** Whether it may be done today, asked before the engine begins and before its result counts. Locks (share) what the answer rests on. */
  allowed(tx: Tx, run: Row): Promise<Allowed>;
  /** At the beginning of each try, with the run locked: what the engine is given, and what is said of it at the first. */
  start(tx: Tx, run: Row, allowed: Allowed): Promise<Said<Row> & { readonly given: Given }>;
  /** Computes and stores, where nobody sees it before the run has succeeded. Safe to do twice. */
  make(run: Row, given: Given, attempt: Attempt): Promise<Made<Row>>;
  /** Takes away what a run stored that failed or was cut. */
  clear(run: Row): Promise<void>;
}

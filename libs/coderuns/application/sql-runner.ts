import { causeRefused, ENGINE, type Engine, type EngineInput, type EngineLimits, type Scratch } from '#platform/engine';
import { RunScratch } from '#runs';
import { Inject, Injectable } from '@nestjs/common';
import type { ReadableInput } from './input-gate.js';

const result = 'result.parquet';

/** What a run may take where that is less than the engine allows; `rows` is of its result. */
export interface RunLimits extends Partial<EngineLimits> {
  readonly rows?: number;
}
export interface SqlResult {
  readonly columns: readonly string[];
  readonly rows: number;
  /** The result's file, while the scratch stands. */
  readonly data: () => AsyncIterable<Uint8Array>;
}

/** Runs one SELECT over decrypted inputs in a scratch of its own, where the code sees exactly the columns and rows it was given. */
@Injectable()
export class SqlRunner {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly scratch: RunScratch,
  ) {}

  get version(): string {
    return this.engine.version;
  }

  /**
   * @param limits less than the engine's own, in the whole run
   * @throws Refusal with the engine's typed cause: kind of error, line and column of the code, never DuckDB's text
   */
  run<T>(
    sql: string,
    inputs: readonly ReadableInput[],
    { rows, ...limits }: RunLimits,
    signal: AbortSignal,
    keep: (made: SqlResult) => Promise<T>,
  ): Promise<T> {
    const files = inputs.map(({ file }, i) => ({ name: fileOf(i), file }));
    const work = async (scratch: Scratch): Promise<T> => {
      const wanted = { file: result, format: 'parquet', ...(rows === undefined ? {} : { mostRows: rows }) } as const;
      const outcome = await this.engine.run(
        { scratch, inputs: inputs.map(engineInput), steps: [{ kind: 'sql', sql, result: wanted }], limits },
        { signal },
      );
      if (!outcome.ok) throw causeRefused(outcome.cause);
      const made = outcome.steps[0];
      if (made?.kind !== 'file') throw causeRefused({ code: 'engine.process-lost' });
      return keep({ columns: made.columns.map(({ name }) => name), rows: made.rows, data: () => scratch.read(result) });
    };
    return this.scratch.with(files, work, limits.scratchBytes);
  }
}

const fileOf = (i: number): string => `input-${String(i)}.parquet`;
/** Read before the door is locked: the code cannot open the file, and sees no column that is not named here. */
const engineInput = ({ as, columns, rows }: ReadableInput, i: number): EngineInput => ({
  name: as,
  file: fileOf(i),
  format: 'parquet',
  columns,
  access: 'table',
  ...(rows === null ? {} : { rows }),
});

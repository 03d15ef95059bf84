import { causeRefused, ENGINE, SCRATCH, type Engine, type EngineInput, type EngineLimits, type ScratchArea } from '#platform/engine';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import type { ReadableInput } from './input-gate.js';

const leastScratch = 256 * 1024 * 1024;
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
    @Inject(SCRATCH) private readonly area: ScratchArea,
    @Inject(OBJECTS) private readonly objects: Objects,
  ) {}

  get version(): string {
    return this.engine.version;
  }

  /**
   * @param limits less than the engine's own, in the whole run
   * @throws Refusal with the engine's typed cause: kind of error, line and column of the code, never DuckDB's text
   */
  async run(
    sql: string,
    inputs: readonly ReadableInput[],
    { rows, ...limits }: RunLimits,
    { signal }: { signal: AbortSignal },
    keep: (made: SqlResult) => Promise<void>,
  ): Promise<void> {
    const bytes = inputs.reduce((sum, { file }) => sum + file.bytes, 0);
    const most = limits.scratchBytes ?? this.engine.limits.scratchBytes;
    await using scratch = this.area.allocate(Math.min(most, Math.max(leastScratch, bytes * 8)));
    for (const [i, { file }] of inputs.entries()) {
      await scratch.write(fileOf(i), await this.objects.get(file.objectKey, { sealedBy: file.sealedBy, version: file.objectVersion }));
    }
    const wanted = { file: result, format: 'parquet', ...(rows === undefined ? {} : { mostRows: rows }) } as const;
    const outcome = await this.engine.run(
      { scratch, inputs: inputs.map(engineInput), steps: [{ kind: 'sql', sql, result: wanted }], limits },
      { signal },
    );
    if (!outcome.ok) {
      const { code, step: _, ...details } = outcome.cause;
      throw causeRefused({ code, ...details });
    }
    const made = outcome.steps[0];
    if (made?.kind !== 'file') throw causeRefused({ code: 'engine.process-lost' });
    await keep({ columns: made.columns.map(({ name }) => name), rows: made.rows, data: () => scratch.read(result) });
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

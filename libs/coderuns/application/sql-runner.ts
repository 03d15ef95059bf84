import { normalFormMacros } from '#kernel';
import {
  causeRefused,
  ENGINE,
  type Engine,
  type EngineInput,
  type EngineLimits,
  type EngineStep,
  type Scratch,
  type StepResult,
} from '#platform/engine';
import { RunScratch } from '#runs';
import { Inject, Injectable } from '@nestjs/common';
import { identifiersOf, looked, measureSql } from '../domain/plan/identify.js';
import type { Identifier } from '../domain/plan/compile.js';
import { heldBackColumns, sealingMacros, type Sealed } from '../domain/plan/sealing.js';
import { tablesOf, type ReadableInput } from './input-gate.js';

const result = 'result.parquet';
const map = 'map.csv';

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
export interface SealedResult extends SqlResult {
  /** Of who stands behind its cells, while the scratch stands. */
  readonly map: () => AsyncIterable<Uint8Array>;
  /** How many groups and cells were held back, by why. */
  readonly held: readonly Readonly<Record<string, number>>[];
}
/** Decrypted inputs in a scratch of their own, which SQL may be run over as often as wanted. */
export interface OpenInputs {
  /** The columns that tell whom a row is about, by table, as the data are. */
  identifiers(): Promise<ReadonlyMap<string, readonly Identifier[]>>;
  /** @throws Refusal with the engine's typed cause: kind of error, line and column of the code, never DuckDB's text */
  select(sql: string): Promise<SqlResult>;
  /** The same, and beside it who stands behind its cells, made in one run. @param key makes numbers of subjects */
  seal(sealed: Sealed, key: Uint8Array): Promise<SealedResult>;
}

/** Runs SELECTs over decrypted inputs in a scratch of their own, where the code sees exactly the columns and rows it was given. */
@Injectable()
export class SqlRunner {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly scratch: RunScratch,
  ) {}

  get version(): string {
    return this.engine.version;
  }

  /** @param limits less than the engine's own, in each run of it */
  with<T>(
    inputs: readonly ReadableInput[],
    { rows, ...limits }: RunLimits,
    signal: AbortSignal,
    work: (open: OpenInputs) => Promise<T>,
  ): Promise<T> {
    const files = inputs.map(({ file }, i) => ({ name: fileOf(i), file }));
    const opened = (scratch: Scratch): Promise<T> => {
      const run = async (steps: readonly EngineStep[]): Promise<StepResult | undefined> => {
        const outcome = await this.engine.run({ scratch, inputs: inputs.map(engineInput), steps, limits }, { signal });
        if (!outcome.ok) throw causeRefused(outcome.cause);
        return outcome.steps.at(-1);
      };
      const wanted = { file: result, format: 'parquet', ...(rows === undefined ? {} : { mostRows: rows }) } as const;
      return work({
        identifiers: async () => {
          const found = new Map<string, readonly Identifier[]>();
          for (const [table, columns] of tablesOf(inputs)) {
            const made = await run([{ kind: 'sql', sql: measureSql(table, looked(columns)), result: { rows: 1 } }]);
            const measured = made?.kind === 'rows' ? (made.rows[0] ?? []).map(Number) : [];
            found.set(table, identifiersOf(looked(columns), measured));
          }
          return found;
        },
        select: async (sql) => {
          const made = await run([
            { kind: 'sql', sql: normalFormMacros(), result: 'none' },
            { kind: 'sql', sql, result: wanted },
          ]);
          if (made?.kind !== 'file') throw causeRefused({ code: 'engine.process-lost' });
          return { columns: made.columns.map(({ name }) => name), rows: made.rows, data: () => scratch.read(result) };
        },
        seal: async (sealed, key) => {
          const before = [normalFormMacros(), sealingMacros(key), ...sealed.before].map(
            (sql) => ({ kind: 'sql', sql, result: 'none' }) as const,
          );
          const mapped = { kind: 'sql', sql: sealed.map, result: { file: map, format: 'csv' } } as const;
          const held = { kind: 'sql', sql: sealed.held, result: { rows: 10_000 } } as const;
          const steps = [...before, { kind: 'sql', sql: sealed.sql, result: wanted } as const, mapped, held];
          const outcome = await this.engine.run({ scratch, inputs: inputs.map(engineInput), steps, limits }, { signal });
          if (!outcome.ok) throw causeRefused(outcome.cause);
          const [made, , counted] = outcome.steps.slice(-3);
          if (made?.kind !== 'file' || counted?.kind !== 'rows') throw causeRefused({ code: 'engine.process-lost' });
          return {
            columns: made.columns.map(({ name }) => name),
            rows: made.rows,
            data: () => scratch.read(result),
            map: () => scratch.read(map),
            held: counted.rows.map((row) => Object.fromEntries(heldBackColumns.map((name, at) => [name, Number(row[at])]))),
          };
        },
      });
    };
    return this.scratch.with(files, opened, limits.scratchBytes);
  }
}

const fileOf = (i: number): string => `input-${String(i)}.parquet`;
/** Read before the door is locked: the code cannot open the file, and sees no column that is not named here. */
const engineInput = ({ as, columns, rows }: ReadableInput, i: number): EngineInput => ({
  name: as,
  file: fileOf(i),
  format: 'parquet',
  columns: columns.map(({ column, type }) => ({ name: column, type })),
  access: 'table',
  ...(rows === null ? {} : { rows }),
});

import { normalFormMacros, sqlName } from '#kernel';
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
import { interference, leaving, type Verdict } from '../domain/interference/interference.js';
import type { Tested, TestStep } from '../domain/interference/tested.js';
import { identifiersOf, looked, measureSql } from '../domain/plan/identify.js';
import type { Identifier } from '../domain/plan/compile.js';
import { tablesOf, type ReadableInput } from './input-gate.js';

const result = 'result.parquet';

/** What a run may take where that is less than the engine allows; `rows` is of its result. */
export interface RunLimits extends Partial<EngineLimits> {
  readonly rows?: number;
}
export interface SqlResult {
  readonly columns: readonly string[];
  readonly rows: number;
  /** Where it was tested, whether it may leave the sandbox at all. */
  readonly verdict?: Verdict;
  /** The result's file, while the scratch stands. */
  readonly data: () => AsyncIterable<Uint8Array>;
}
/** The interference test that a result is put to, and its columns' names. */
export interface Test extends Tested {
  readonly names: readonly string[];
}
/** Decrypted inputs in a scratch of their own, which SQL may be run over as often as wanted. */
export interface OpenInputs {
  /** The columns that tell whom a row is about, by table, as the data are. */
  identifiers(): Promise<ReadonlyMap<string, readonly Identifier[]>>;
  /** @throws Refusal with the engine's typed cause: kind of error, line and column of the code, never DuckDB's text */
  select(sql: string): Promise<SqlResult>;
  /** The result of what leaves, tested in the start that makes it. @throws as `select` */
  tested(test: Test): Promise<SqlResult>;
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
      const run = async (steps: readonly EngineStep[], measuring = false): Promise<readonly StepResult[]> => {
        const given = inputs.map((one, i) => engineInput(one, i, measuring && one.rows === null ? 'view' : 'table'));
        const outcome = await this.engine.run({ scratch, inputs: given, steps, limits }, { signal });
        if (!outcome.ok) throw causeRefused(outcome.cause);
        return outcome.steps;
      };
      const wanted = { file: result, format: 'parquet', ...(rows === undefined ? {} : { mostRows: rows }) } as const;
      const resultOf = (made: StepResult | undefined): SqlResult => {
        if (made?.kind !== 'file') throw causeRefused({ code: 'engine.process-lost' });
        return { columns: made.columns.map(({ name }) => name), rows: made.rows, data: () => scratch.read(result) };
      };
      return work({
        identifiers: async () => {
          const tables = [...tablesOf(inputs)];
          const made = await run(
            tables.map(([table, columns], i) => ({
              kind: 'sql',
              sql: measureSql(table, looked(columns), inputs[i]?.file.bytes),
              result: { rows: 1 },
            })),
            true,
          );
          return new Map(tables.map(([table, columns], at) => [table, identifiersOf(looked(columns), figuresOf(made[at]))]));
        },
        select: async (sql) => resultOf((await run([forms(), { kind: 'sql', sql, result: wanted }])).at(-1)),
        tested: async (test) => {
          const begin = [forms(test), stepOf(leaving(test))];
          const write: EngineStep = {
            kind: 'sql',
            sql: `SELECT ${test.names.map((name, at) => `c${String(at)} AS ${sqlName(name)}`).join(', ')} FROM opdomain_left`,
            result: wanted,
          };
          const look = interference(test);
          const made = await run([...begin, write, ...look.steps.map(stepOf)]);
          let verdict = look.judge(made.slice(3).flatMap(answerOf));
          while ('steps' in verdict)
            verdict = verdict.judge((await run([...begin, ...verdict.steps.map(stepOf)])).slice(2).flatMap(answerOf));
          return { ...resultOf(made[2]), verdict };
        },
      });
    };
    return this.scratch.with(files, opened, limits.scratchBytes);
  }
}

/** Normal forms: where every value that is asked for its form is known to be its own, none is computed. */
const forms = (test?: Test): EngineStep => {
  const plain = test?.inputs.every(({ identifying }) => identifying.every((one) => one.plain === true)) === true;
  return {
    kind: 'sql',
    sql: `${normalFormMacros()}${plain ? '\nCREATE OR REPLACE TEMP MACRO compact_form(v) AS v;' : ''}`,
    result: 'none',
  };
};
const stepOf = ({ sql, figures }: TestStep): EngineStep => ({ kind: 'sql', sql, result: figures === true ? { rows: 1 } : 'none' });
const figuresOf = (step: StepResult | undefined): readonly number[] => (step?.kind === 'rows' ? (step.rows[0] ?? []).map(Number) : []);
const answerOf = (step: StepResult): readonly (readonly number[])[] => (step.kind === 'rows' ? [figuresOf(step)] : []);

const fileOf = (i: number): string => `input-${String(i)}.parquet`;
/** As a table it is read before the door is locked: the code cannot open the file, and sees no column that is not named here. */
const engineInput = ({ as, columns, rows }: ReadableInput, i: number, access: EngineInput['access']): EngineInput => ({
  name: as,
  file: fileOf(i),
  format: 'parquet',
  columns: columns.map(({ column, type }) => ({ name: column, type })),
  access,
  ...(rows === null ? {} : { rows }),
});

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
import { threeDigits } from '../domain/plan/sql-text.js';
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
  /** Where it was tested, whether it may leave the sandbox at all. */
  readonly verdict?: Verdict;
  readonly beside?: Beside;
  /** The result's file, while the scratch stands. */
  readonly data: () => AsyncIterable<Uint8Array>;
}
/** How a result's sealed map is made. @param key makes numbers of subjects */
export interface Sealing {
  readonly sealed: Sealed;
  readonly key: Uint8Array;
}
/** What is made beside a result. */
export interface Beside {
  /** Of who stands behind its cells, while the scratch stands. */
  readonly map: () => AsyncIterable<Uint8Array>;
  /** How many groups and cells were held back, by why. */
  readonly held: readonly Readonly<Record<string, number>>[];
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
  /** The result of what leaves, tested, and who stands behind its cells, in the start that makes it. @throws as `select` */
  tested(test: Test, sealing?: Sealing): Promise<SqlResult>;
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
        tested: async (test, sealing) => {
          const told = sealing === undefined ? [] : [sealingMacros(sealing.key), ...sealing.sealed.before].map(done);
          const begin = [forms(test), ...told, stepOf(leaving(test, sealing?.sealed.sql))];
          const write: EngineStep = {
            kind: 'sql',
            sql: `SELECT ${test.names.map((name, at) => `c${String(at)} AS ${sqlName(name)}`).join(', ')} FROM opdomain_left`,
            result: wanted,
          };
          const mapped = sealing === undefined ? [] : mapSteps(sealing.sealed);
          const look = interference(test);
          const made = (await run([...begin, write, ...mapped, ...look.steps.map(stepOf)])).slice(begin.length);
          let verdict = look.judge(made.slice(1 + mapped.length).flatMap(answerOf));
          const again = [forms(test), stepOf(leaving(test))];
          while ('steps' in verdict)
            verdict = verdict.judge((await run([...again, ...verdict.steps.map(stepOf)])).slice(again.length).flatMap(answerOf));
          const beside = mapped.length === 0 ? {} : { beside: { map: () => scratch.read(map), held: heldOf(made[mapped.length]) } };
          return { ...resultOf(made[0]), verdict, ...beside };
        },
      });
    };
    return this.scratch.with(files, opened, { most: limits.scratchBytes });
  }
}

/** Normal forms: where every value that is asked for its form is known to be its own, none is computed. */
const forms = (test?: Test): EngineStep => {
  const plain = test?.inputs.every(({ identifying }) => identifying.every((one) => one.plain === true)) === true;
  return {
    kind: 'sql',
    sql: `${normalFormMacros()}\n${threeDigits}${plain ? '\nCREATE OR REPLACE TEMP MACRO compact_form(v) AS v;' : ''}`,
    result: 'none',
  };
};
const done = (sql: string): EngineStep => ({ kind: 'sql', sql, result: 'none' });
const mapSteps = (sealed: Sealed): readonly EngineStep[] => [
  { kind: 'sql', sql: sealed.map, result: { file: map, format: 'csv' } },
  { kind: 'sql', sql: sealed.held, result: { rows: 10_000 } },
];
const heldOf = (step: StepResult | undefined): Beside['held'] => {
  if (step?.kind !== 'rows') throw causeRefused({ code: 'engine.process-lost' });
  return step.rows.map((row) => Object.fromEntries(heldBackColumns.map((name, at) => [name, Number(row[at])])));
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

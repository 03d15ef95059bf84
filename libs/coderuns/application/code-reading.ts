import { sqlName, sqlText, type Taker } from '#kernel';
import {
  causeRefused,
  ENGINE,
  SCRATCH,
  type Engine,
  type EngineOutcome,
  type EngineStep,
  type ScratchArea,
  type StepResult,
} from '#platform/engine';
import { Inject, Injectable } from '@nestjs/common';
import { CODERUNS_CONFIG, type CodeRunsConfig } from '../config.js';
import { readingLimits, tooComplex } from '../domain/code.js';
import { declaredIdentifiers, isList, releasesOf, type Declared } from '../domain/plan/identify.js';
import type { Identifier } from '../domain/plan/compile.js';
import type { Protected } from '../domain/plan/protect.js';
import { analyseApart } from './analysis.js';
import { Lanes } from './lanes.js';

/** No input is called so. */
const resultView = 'opdomain_result';
const readingScratch = 16 * 1024 * 1024;
/** Causes by which the code itself is at fault: it took more than reading may take. */
const tooMuch: readonly string[] = ['engine.time-limit', 'engine.memory-limit', 'engine.scratch-limit'];

/** Tables by the names that the code gives them, with the columns that it may see. */
export type Tables = ReadonlyMap<string, readonly Declared[]>;

/** What DuckDB's binder made of the code: its plan, and the names of its result's columns. */
export interface BoundCode {
  readonly answer: string;
  readonly names: readonly string[];
  /** DuckDB's types of them. */
  readonly types: readonly string[];
}

/**
 * Has DuckDB bind submitted SQL, in the sandbox and against empty tables, and reads the plan in a process of its own: neither can hold up
 * the process that answers requests.
 */
@Injectable()
export class CodeReading {
  private readonly lanes: Lanes;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SCRATCH) private readonly area: ScratchArea,
    @Inject(CODERUNS_CONFIG) private readonly config: CodeRunsConfig,
  ) {
    this.lanes = new Lanes(config.analysis);
  }

  /**
   * For a submission: what can be told before there are data. Identifying are the columns of which the provider says so.
   * @throws Refusal of `analyse`; `coderuns.analysis-busy`, `coderuns.analysis-share-full`
   */
  read(taker: Taker, sql: string, tables: Tables): Promise<Protected> {
    return this.lanes.through(taker, async () => {
      const identifying = new Map([...tables].map(([table, columns]) => [table, isList(columns) ? [] : declaredIdentifiers(columns)]));
      return this.protect(sql, tables, await this.bind(sql, tables), identifying, false);
    });
  }

  /** Of a run, where data were measured. @throws Refusal of `analyse` */
  protect(
    sql: string,
    tables: Tables,
    bound: BoundCode,
    identifying: ReadonlyMap<string, readonly Identifier[]>,
    runs = true,
  ): Promise<Protected> {
    const { analysis, disclosure: rule } = this.config;
    const inputs = new Map([...tables].map(([table, columns]) => [table, columns.map(({ column }) => column)]));
    const engine = this.engine.version.split(',')[0] ?? '';
    return analyseApart(
      { ...bound, sql, engine, inputs, facts: { identifying, rule, releases: releasesOf(tables) }, runs },
      analysis.wallClockMs,
    );
  }

  /** The plan as DuckDB serialises it; one past the limit stays in the sandbox. @throws Refusal `coderuns.code-too-complex` and the engine's */
  async bind(sql: string, tables: Tables): Promise<BoundCode> {
    const most = String(readingLimits.planBytes);
    const plan = `json_serialize_plan(${sqlText(sql)})::VARCHAR`;
    const asked: EngineStep[] = [
      { kind: 'sql', sql: `SELECT CASE WHEN length(t) <= ${most} THEN t END FROM (SELECT ${plan} AS t)`, result: { rows: 1 } },
    ];
    const whole = await this.overEmpty(tables, [...asked, ...columnsOf(sql)]);
    // What cannot be bound has a plan that says so, and no columns.
    const outcome = !whole.ok && (whole.cause.step ?? 0) > asked.length ? await this.overEmpty(tables, asked) : whole;
    if (!outcome.ok) throw causeRefused(outcome.cause);
    const answer = rowsOf(outcome.steps[1])[0]?.[0];
    if (typeof answer !== 'string') throw tooComplex();
    const columns = whole.ok ? rowsOf(whole.steps.at(-1)).map((row) => row.map((one) => (typeof one === 'string' ? one : ''))) : [];
    return { answer, names: columns.map(([name = '']) => name), types: columns.map(([, type = '']) => type) };
  }

  /** Runs steps in the sandbox, over tables without rows. @throws Refusal `coderuns.code-too-complex` where they take too much */
  private async overEmpty(tables: Tables, steps: readonly EngineStep[]): Promise<EngineOutcome> {
    await using scratch = this.area.allocate(readingScratch);
    const { memoryMb, wallClockMs } = this.config.analysis;
    const empty = [...tables].map(
      ([table, columns]) =>
        `CREATE TEMP TABLE ${sqlName(table)} (${columns.map((one) => `${sqlName(one.column)} ${one.type}`).join(', ')});`,
    );
    const made: EngineStep = { kind: 'sql', sql: empty.join('\n'), result: 'none' };
    const outcome = await this.engine.run({ scratch, inputs: [], steps: [made, ...steps], limits: { memoryMb, wallClockMs } });
    if (!outcome.ok && tooMuch.includes(outcome.cause.code)) throw tooComplex();
    return outcome;
  }
}

/** Names and types of the result's columns. */
const columnsOf = (sql: string): readonly EngineStep[] => [
  // Bound and not carried out: what writes its own rows may take for ever.
  { kind: 'sql', sql: `CREATE TEMP VIEW ${resultView} AS ${sql}`, result: 'none' },
  {
    kind: 'sql',
    sql: `SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '${resultView}' ORDER BY column_index`,
    result: { rows: readingLimits.columns + 1 },
  },
];
const rowsOf = (step: StepResult | undefined) => (step?.kind === 'rows' ? step.rows : []);

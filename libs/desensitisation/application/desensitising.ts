import { causeRefused, ENGINE, type Engine, type EngineInput, type EngineStep, type Scratch } from '#platform/engine';
import { Inject, Injectable } from '@nestjs/common';
import type { OutputColumn, Plan, SchemaColumn } from '../contract.js';
import { compileToDuckDb, duckdbType, type Chosen, type CompiledPlan, type CompileOptions } from '../domain/compile.js';
import { weakKeys } from '../domain/evidence/dictionary-attack.js';
import { examinationOf, judge, type Proof } from '../domain/evidence/examine.js';
import { assertStrataSample, strataSql } from '../domain/strata.js';
import { rowNumber } from '../domain/names.js';
import type { UsableCopy } from './copy-gate.js';
import type { RunKeys } from './pseudonym-keys.js';

const file = 'output.parquet';

export interface Desensitised {
  readonly columns: readonly OutputColumn[];
  readonly rows: number;
  readonly bytes: number;
}
export type Watch = { readonly signal: AbortSignal; readonly onProgress: (done: { step: number; steps: number }) => void };

/** By what a run draws rows, their order and noise. */
export type Draws = Pick<CompileOptions, 'delivery' | 'seed' | 'order'>;

/** A copy's file in the scratch. */
export const rawFile = (copy: Pick<UsableCopy, 'file'>) => [{ name: 'raw.parquet', file: copy.file }];
/** The whole copy as the view `raw`, with the number of each row. */
export const rawInput = (columns: UsableCopy['columns']): EngineInput => ({
  name: 'raw',
  file: 'raw.parquet',
  format: 'parquet',
  columns: columns.map(({ name, stored }) => ({ name, type: stored })),
  access: 'view',
  rowNumber,
});

/** The two engine jobs of a run: make the output, then examine it. Both in the run's own scratch. */
@Injectable()
export class Desensitising {
  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  get version(): string {
    return this.engine.version;
  }

  compile(plan: Plan, schema: readonly SchemaColumn[], { delivery, seed, order }: Draws, chosen?: Chosen): CompiledPlan {
    return compileToDuckDb(plan, schema, { source: 'raw', rowNumber, delivery, seed, order, file }, chosen);
  }

  /**
   * What the strata of a plan ask for is a sample of these data. Measured before anything is drawn.
   * @throws Refusal `desensitisation.strata-too-many`, or the engine's
   */
  async assertStrata(scratch: Scratch, copy: UsableCopy, plan: Plan, watch: Pick<Watch, 'signal'>): Promise<void> {
    const sql = strataSql(plan, 'raw');
    if (sql === undefined) return;
    const steps: EngineStep[] = [{ kind: 'sql', sql, result: { rows: 1 } }];
    const outcome = await this.engine.run({ scratch, inputs: [rawInput(copy.columns)], steps }, watch);
    if (!outcome.ok) throw causeRefused(outcome.cause);
    const [measured] = outcome.steps;
    assertStrataSample(plan, measured?.kind === 'rows' ? (measured.rows[0] ?? []) : []);
  }

  async make(scratch: Scratch, copy: UsableCopy, compiled: CompiledPlan, keys: RunKeys, watch: Watch): Promise<Desensitised> {
    const outcome = await this.engine.run(
      { scratch, inputs: [rawInput(copy.columns)], steps: compiled.steps.map(engineStep), keys: keys.keys },
      watch,
    );
    if (!outcome.ok) throw causeRefused(outcome.cause);
    const written = outcome.steps.at(-1);
    if (written?.kind !== 'file') throw causeRefused({ code: 'engine.process-lost' });
    return { columns: compiled.columns, rows: written.rows, bytes: written.bytes };
  }

  async examine(
    scratch: Scratch,
    copy: UsableCopy,
    plan: Plan,
    schema: readonly SchemaColumn[],
    columns: readonly OutputColumn[],
    seed: string,
    watch: Watch,
  ): Promise<Proof> {
    const examination = examinationOf(plan, schema, columns, seed);
    const stored = columns.map(({ name, type, technique }) => {
      const kept = technique === 'keep' ? copy.columns.find((column) => column.name === name && column.type === type)?.stored : undefined;
      return { name, type: kept ?? duckdbType[type] };
    });
    const outcome = await this.engine.run(
      {
        scratch,
        inputs: [rawInput(copy.columns), { name: 'output', file, format: 'parquet', columns: stored, access: 'view' }],
        steps: [
          ...examination.preparation.map(engineStep),
          ...examination.measurements.map((measurement): EngineStep => ({
            kind: 'sql',
            sql: measurement.sql,
            result: { rows: measurement.rows },
          })),
        ],
        keys: Object.fromEntries(Object.entries(weakKeys).map(([name, key]) => [name, Buffer.from(key)])),
      },
      watch,
    );
    if (!outcome.ok) throw causeRefused(outcome.cause);
    const answers = outcome.steps.slice(examination.preparation.length).map((step) => (step.kind === 'rows' ? step : undefined));
    return judge(examination, answers);
  }

  output = (scratch: Scratch): AsyncIterable<Uint8Array> => scratch.read(file);
}

const engineStep = (step: CompiledPlan['steps'][number]): EngineStep => step;

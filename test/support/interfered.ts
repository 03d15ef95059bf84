import { normalFormMacros, Refusal } from '#kernel';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { testOf } from '../../libs/coderuns/application/protected-run.js';
import { interference, leaving, type Verdict } from '../../libs/coderuns/domain/interference/interference.js';
import type { Tested } from '../../libs/coderuns/domain/interference/tested.js';
import { listedFor } from '../../libs/coderuns/domain/plan/functions.js';
import { identifiersOf, looked, measureSql, type Declared } from '../../libs/coderuns/domain/plan/identify.js';
import { exactly, type Bound } from '../../libs/coderuns/domain/plan/json.js';
import { protect, type Protected } from '../../libs/coderuns/domain/plan/protect.js';
import { selectionsOf } from '../../libs/coderuns/domain/plan/selections.js';
import { readPlan } from '../../libs/coderuns/domain/plan/read.js';
import type { Identifier } from '../../libs/coderuns/domain/plan/compile.js';

const folder = fileURLToPath(new URL('../fixtures/cases/exports/', import.meta.url));
export interface Case {
  readonly name: string;
  readonly sql: string;
  readonly second?: string;
}
export const casesOf = (file: string): Case[] => JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Case[];

const column = (name: string, type: string, sensitiveType: string | null = null): Declared => ({ column: name, type, sensitiveType });
/** What the providers of the two tables of the cases declared. */
const declared: ReadonlyMap<string, readonly Declared[]> = new Map([
  [
    'people',
    [
      ...[column('person_id', 'VARCHAR'), column('name', 'VARCHAR', 'name'), column('id_no', 'VARCHAR', 'resident-id')],
      ...[column('sex', 'VARCHAR'), column('birth', 'DATE'), column('mobile', 'VARCHAR', 'mobile'), column('district', 'VARCHAR')],
      ...[column('edu', 'VARCHAR'), column('income', 'DECIMAL(12,2)'), column('visits', 'BIGINT'), column('diag', 'VARCHAR')],
    ],
  ],
  ['firms', [column('firm_id', 'VARCHAR'), column('sector', 'VARCHAR'), column('turnover', 'DECIMAL(14,2)'), column('staff', 'BIGINT')]],
]);
const rule = { threshold: 10, dominanceShare: 0.9, pPercent: 10, degreesOfFreedom: 10 };

/** What becomes of a query over the tables of the cases: refused, rows for the gate to stop, or what the interference test says. */
export type Fate = Verdict | { readonly refused: string } | { readonly rows: true };

/** The tables of the cases, and the interference test over them without a sandbox. */
export class Interfered {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly plans: DuckDBConnection,
    private readonly identifying: ReadonlyMap<string, readonly Identifier[]>,
  ) {}

  static async open(): Promise<Interfered> {
    const instance = await DuckDBInstance.create(':memory:');
    const [connection, plans] = [await instance.connect(), await (await DuckDBInstance.create(':memory:')).connect()];
    const identifying = new Map<string, readonly Identifier[]>();
    await connection.run(normalFormMacros());
    for (const [table, columns] of declared) {
      const types = columns.map((one) => `'${one.column}': '${one.type}'`).join(', ');
      await connection.run(
        `CREATE TABLE raw_${table} AS SELECT * FROM read_csv('${folder}${table}.csv', header = true, auto_detect = false, columns = {${types}})`,
      );
      await plans.run(`CREATE TABLE ${table} (${columns.map((one) => `${one.column} ${one.type}`).join(', ')})`);
      const measured = await connection.runAndReadAll(measureSql(`raw_${table}`, looked(columns)));
      identifying.set(table, identifiersOf(looked(columns), (measured.getRows()[0] ?? []).map(Number)));
    }
    return new Interfered(instance, plans, identifying);
  }

  /** Of people as they are, for queries about certain ones. */
  async people(): Promise<readonly Record<string, unknown>[]> {
    const connection = await this.instance.connect();
    return (await connection.runAndReadAll('FROM raw_people')).getRowObjectsJson();
  }

  /** @param firstLine `passed`: what leaves is what it made of the query. `read`: it said whom the query singles out, which leaves as it is. `bypassed`: it had no part */
  async fateOf(sql: string, firstLine: 'passed' | 'read' | 'bypassed'): Promise<Fate> {
    const answer = String((await this.plans.runAndReadAll('SELECT json_serialize_plan($1::VARCHAR)', [sql])).getRows()[0]?.[0]);
    const shape = await this.plans.runAndReadAll(sql);
    const bound = { answer, names: shape.columnNames(), types: shape.columnTypes().map(String) };
    const plan = (exactly(answer) as { plans?: Bound[] }).plans?.[0];
    if (plan === undefined) throw new Error(`not bound: ${sql}`);
    const inputs = new Map([...declared].map(([table, columns]) => [table, columns.map((one) => one.column)]));
    const facts = { identifying: this.identifying, rule };
    let read: Protected = { grain: 'rows', derivations: [] };
    if (firstLine === 'read') read = { ...read, selections: selectionsOf(readPlan(plan, inputs, listedFor), facts) };
    if (firstLine === 'passed')
      try {
        read = protect(readPlan(plan, inputs, listedFor), bound.names, facts);
        if (read.derivations.some(({ raw, grouped }) => raw && !grouped)) return { rows: true };
      } catch (fault) {
        if (fault instanceof Refusal) return { refused: fault.code };
        throw fault;
      }
    const seed = Array.from({ length: 8 }, () => randomInt(2 ** 31));
    const tested = testOf({ sql, bound, read, tables: declared, identifying: this.identifying, rule, seed });
    const used = { ...tested, inputs: tested.inputs.filter(({ table }) => tested.read.has(table)) };
    return verdictOf(this.instance, used);
  }
}

/** The interference test of a run over an instance whose inputs stand there as `raw_…`, step by step as a run does it. */
export async function verdictOf(instance: DuckDBInstance, tested: Tested): Promise<Verdict> {
  let verdict: ReturnType<ReturnType<typeof interference>['judge']> = interference(tested);
  while ('steps' in verdict) verdict = verdict.judge(await figures(instance, tested, verdict.steps));
  return verdict;
}

/** One start: inputs, what leaves, and the steps of a look. */
async function figures(instance: DuckDBInstance, tested: Tested, steps: ReturnType<typeof interference>['steps']): Promise<number[][]> {
  const connection = await instance.connect();
  try {
    await connection.run(normalFormMacros());
    for (const { table } of tested.inputs) await connection.run(`CREATE TEMP TABLE ${table} AS FROM raw_${table}`);
    const found: number[][] = [];
    for (const { sql, figures } of [leaving(tested), ...steps]) {
      if (figures === true) found.push(((await connection.runAndReadAll(sql)).getRows()[0] ?? []).map(Number));
      else await connection.run(sql);
    }
    return found;
  } finally {
    connection.closeSync();
  }
}

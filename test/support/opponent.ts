import { normalFormMacros, Refusal } from '#kernel';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { randomInt } from 'node:crypto';
import { testOf } from '../../libs/coderuns/application/protected-run.js';
import type { Verdict } from '../../libs/coderuns/domain/interference/interference.js';
import { identifiersOf, looked, measureSql, type Declared } from '../../libs/coderuns/domain/plan/identify.js';
import type { Facts } from '../../libs/coderuns/domain/plan/compile.js';
import { verdictOf } from './interfered.js';
import { SealedRuns, type Ran } from './sealed-runs.js';

export const rule = { threshold: 10, dominanceShare: 0.9, pPercent: 10, degreesOfFreedom: 10 };
export type Attempted =
  { readonly stopped: string } | { readonly verdict: Verdict; readonly rows: readonly unknown[][]; readonly table: Ran['table'] };

/** A table of an input, as its provider declares it. */
export interface Given {
  readonly columns: readonly Declared[];
  /** A SELECT of its rows. */
  readonly select: string;
}

/** Code as an attacker hands it in: measured identifiers, enforced groups, interference test and sealed map, as in a production run. */
export class Opponent {
  private constructor(
    readonly runs: SealedRuns,
    private readonly instance: DuckDBInstance,
    private readonly plans: DuckDBConnection,
    private readonly declared: ReadonlyMap<string, readonly Declared[]>,
    readonly facts: Facts,
  ) {}

  static async open(given: Readonly<Record<string, Given>>): Promise<Opponent> {
    const [instance, empty] = [await DuckDBInstance.create(':memory:'), await DuckDBInstance.create(':memory:')];
    const [connection, plans] = [await instance.connect(), await empty.connect()];
    await connection.run(normalFormMacros());
    const identifying = new Map<string, Facts['identifying'] extends ReadonlyMap<string, infer T> ? T : never>();
    const declared = new Map<string, readonly Declared[]>();
    for (const [table, { columns, select }] of Object.entries(given)) {
      const listed = columns.map((one) => `${one.column} ${one.type}`).join(', ');
      await connection.run(`CREATE TABLE raw_${table} (${listed}); INSERT INTO raw_${table} ${select}`);
      await plans.run(`CREATE TABLE ${table} (${listed})`);
      const measured = await connection.runAndReadAll(measureSql(`raw_${table}`, looked(columns)));
      identifying.set(table, identifiersOf(looked(columns), (measured.getRows()[0] ?? []).map(Number)));
      declared.set(table, columns);
    }
    const facts = { identifying, rule };
    const runs = await SealedRuns.open(facts);
    for (const [table, { columns, select }] of Object.entries(given))
      await runs.table(table, Object.fromEntries(columns.map(({ column, type }) => [column, type])), select);
    return new Opponent(runs, instance, plans, declared, facts);
  }

  /** What is true of the raw table. */
  truth = async (sql: string): Promise<unknown[][]> => await this.runs.query(sql);

  /** What leaves of a production run: nothing where it is refused, vetoed, fails, or is rows for the gate to stop. */
  async attempt(sql: string): Promise<Attempted> {
    try {
      return await this.attempted(sql);
    } catch (fault) {
      // Nothing leaves of it but the kind of its error.
      if (String(fault).includes('Invalid Input Error')) return { stopped: 'failed' };
      throw fault;
    }
  }
  private async attempted(sql: string): Promise<Attempted> {
    const answer = String((await this.plans.runAndReadAll('SELECT json_serialize_plan($1::VARCHAR)', [sql])).getRows()[0]?.[0]);
    const shape = await this.plans.runAndReadAll(sql);
    const bound = { answer, names: shape.columnNames(), types: shape.columnTypes().map(String) };
    let read;
    try {
      read = await this.runs.protect(sql);
    } catch (fault) {
      if (fault instanceof Refusal) return { stopped: `${fault.code} ${JSON.stringify(fault.details)}` };
      throw fault;
    }
    if (read.derivations.some(({ raw, grouped }) => raw && !grouped)) return { stopped: 'rows' };
    const seed = Array.from({ length: 8 }, () => randomInt(2 ** 31));
    const tested = testOf({ sql, bound, read, tables: this.declared, identifying: this.facts.identifying, rule, seed });
    const used = { ...tested, inputs: tested.inputs.filter(({ table }) => tested.read.has(table)) };
    const verdict = await verdictOf(this.instance, used);
    if ('vetoed' in verdict) return { stopped: `interference ${verdict.vetoed}` };
    const ran = await this.runs.run(sql);
    if (typeof ran === 'string') return { stopped: ran };
    return { verdict, rows: ran.rows, table: ran.table };
  }
}

const column = (name: string, type: string, sensitiveType: string | null = null): Declared => ({ column: name, type, sensitiveType });

/** 2,000 residents who are told by an identity number and a name; number 1234 is the one who is looked for. */
export const residents: Given = {
  columns: [
    ...[column('id_no', 'VARCHAR', 'account-number'), column('name', 'VARCHAR', 'name'), column('district', 'VARCHAR')],
    ...[column('age', 'BIGINT'), column('edu', 'VARCHAR'), column('visits', 'BIGINT'), column('income', 'BIGINT')],
    column('bonus', 'BIGINT'),
  ],
  select: `SELECT 'R' || lpad(CAST(range AS VARCHAR), 7, '0'), chr((20000 + hash(range) % 40)::INTEGER) || chr((20500 + hash(range + 1) % 2)::INTEGER),
    'd' || CAST(range % 8 AS VARCHAR), 20 + (range * 7) % 60, 'e' || CAST(hash(range + 3) % 5 AS VARCHAR),
    CAST(1 + hash(range + 4) % 30 AS BIGINT), CAST(3000 + hash(range + 5) % 90000 AS BIGINT),
    CAST(CASE WHEN hash(range + 6) % 3 = 0 THEN 1000 + hash(range + 7) % 9000 ELSE 0 END AS BIGINT) FROM range(2000)`,
};

const residentId = (of: string): string =>
  `('3301021' || CAST(950 + ${of} % 49 AS VARCHAR) || lpad(CAST(1 + ${of} % 12 AS VARCHAR), 2, '0') || lpad(CAST(1 + ${of} % 28 AS VARCHAR), 2, '0') || lpad(CAST(${of} % 1000 AS VARCHAR), 3, '0') || 'X')`;
/** Two hundred patients of twelve visits each, whose resident IDs their provider calls remarks; one of them alone has a diagnosis. */
export const visitsOfTen: Given = {
  columns: [column('visit_no', 'VARCHAR'), column('remark', 'VARCHAR', 'none'), column('diag', 'VARCHAR'), column('paid', 'BIGINT')],
  select: `SELECT 'V' || lpad(CAST(range AS VARCHAR), 7, '0'), ${residentId('(range // 12)')},
    CASE WHEN range // 12 = 77 THEN 'rare' ELSE 'g' || CAST(range // 12 % 9 AS VARCHAR) END, CAST(100 + hash(range) % 900 AS BIGINT) FROM range(2400)`,
};
/** Residents, of whom one in forty has a remark of their own. */
export const notedNowAndThen: Given = {
  columns: [
    column('id_no', 'VARCHAR', 'resident-id'),
    column('note', 'VARCHAR', 'free-text'),
    column('district', 'VARCHAR'),
    column('income', 'BIGINT'),
  ],
  select: `SELECT 'R' || lpad(CAST(range AS VARCHAR), 7, '0'), CASE WHEN range % 40 = 0 THEN '电话回访' || CAST(range * 7 AS VARCHAR) END,
    'd' || CAST(range % 8 AS VARCHAR), CAST(3000 + hash(range + 5) % 90000 AS BIGINT) FROM range(2000)`,
};
/** Rows of known people, and of nobody: the missing identifier is no subject. In group x there are nine people. */
export const nineKnown: Given = {
  columns: [column('id_no', 'VARCHAR', 'resident-id'), column('k', 'VARCHAR'), column('v', 'BIGINT')],
  select: `SELECT CASE WHEN range < 9 THEN 'R' || lpad(CAST(range AS VARCHAR), 7, '0') WHEN range < 40 THEN NULL
    ELSE 'R' || lpad(CAST(range // 2 AS VARCHAR), 7, '0') END, CASE WHEN range < 10 THEN 'x' ELSE 'y' || CAST(range % 3 AS VARCHAR) END, 10 + range % 7 FROM range(600)`,
};

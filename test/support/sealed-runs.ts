import { normalFormMacros, Refusal } from '#kernel';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Facts } from '../../libs/coderuns/domain/plan/compile.js';
import type { SealedMapHeader } from '../../libs/coderuns/domain/sealed/header.js';
import { listedFor } from '../../libs/coderuns/domain/plan/functions.js';
import { exactly, type Bound } from '../../libs/coderuns/domain/plan/json.js';
import { protect, type Protected } from '../../libs/coderuns/domain/plan/protect.js';
import { readPlan } from '../../libs/coderuns/domain/plan/read.js';
import { heldBackColumns, mapColumns, sealingMacros, type Sealed } from '../../libs/coderuns/domain/plan/sealing.js';
import { differencesOf, readSealedMap, type SealedTable } from '#coderuns/contract';

export interface Ran {
  readonly rows: readonly unknown[][];
  readonly table: SealedTable;
  readonly held: readonly Readonly<Record<string, number>>[];
  /** Totals gave something away: the finest groups alone. */
  readonly finest?: true;
}
type Columns = Readonly<Record<string, string>>;

/** Code as it runs over raw data, with its sealed map, over tables in a DuckDB of our own and without a sandbox. */
export class SealedRuns {
  private constructor(
    readonly connection: DuckDBConnection,
    private readonly empty: DuckDBConnection,
    private readonly tables: Map<string, Columns>,
    readonly facts: Facts,
  ) {}

  static async open(facts: Facts): Promise<SealedRuns> {
    const [full, empty] = [await DuckDBInstance.create(':memory:'), await DuckDBInstance.create(':memory:')];
    const made = new SealedRuns(await full.connect(), await empty.connect(), new Map(), facts);
    await made.connection.run(normalFormMacros());
    await made.connection.run(sealingMacros(Buffer.alloc(32, 7)));
    return made;
  }

  /** @param select its rows */
  async table(name: string, columns: Columns, select: string): Promise<void> {
    const listed = Object.entries(columns).map((column) => column.join(' '));
    await this.empty.run(`CREATE OR REPLACE TABLE ${name} (${listed.join(', ')})`);
    await this.connection.run(`CREATE OR REPLACE TABLE ${name} (${listed.join(', ')})`);
    await this.connection.run(`INSERT INTO ${name} ${select}`);
    this.tables.set(name, columns);
  }

  query = async (sql: string) => (await this.connection.runAndReadAll(sql)).getRowsJson();

  async protect(sql: string): Promise<Protected> {
    const answer = exactly(
      String((await this.empty.runAndReadAll('SELECT json_serialize_plan($1::VARCHAR)', [sql])).getRows()[0]?.[0]),
    ) as {
      plans?: Bound[];
    };
    const plan = answer.plans?.[0];
    if (plan === undefined) throw new Error(`not bound: ${JSON.stringify(answer)}`);
    const names = (await this.empty.runAndReadAll(sql)).columnNames();
    const inputs = new Map([...this.tables].map(([name, columns]) => [name, Object.keys(columns)]));
    return protect(readPlan(plan, inputs, listedFor), names, this.facts);
  }

  /** The rows that the result has and its map; the code of a refusal; or `rows` where it would be rows of single subjects. */
  async run(sql: string): Promise<string | Ran> {
    let made: Protected;
    try {
      made = await this.protect(sql);
    } catch (fault) {
      if (fault instanceof Refusal) return fault.code;
      throw fault;
    }
    if (made.sealed === undefined) return 'rows';
    const withTotals = await this.sealed(made.sealed);
    if (made.finest === undefined) return withTotals;
    const { small, recomputed } = differencesOf(withTotals.table, withTotals.table, this.facts.rule.threshold);
    return small + recomputed > 0 ? { ...(await this.sealed(made.finest.sealed)), finest: true } : withTotals;
  }

  private async sealed({ before, sql: result, map, about, held }: Sealed): Promise<Ran> {
    for (const statement of before) await this.connection.run(statement.replace('CREATE TEMP', 'CREATE OR REPLACE TEMP'));
    const rows = await this.query(result);
    const cells = await this.query(map);
    const header: SealedMapHeader = {
      ...about,
      key: `sha256:${'0'.repeat(64)}`,
      nodes: about.nodes.map((node) => ({
        ...node,
        cells: node.cells.map((of) => (of === null ? null : [...of])),
        strands: node.strands.map(({ table, column, once }) => ({
          datasetId: idOf(table),
          subject: column,
          basis: `sha256:${'1'.repeat(64)}`,
          once,
        })),
      })),
    };
    const table = await readSealedMap([JSON.stringify(header), mapColumns.join(','), ...cells.map((cell) => cell.map(String).join(','))]);
    if (table === undefined) throw new Error('the map cannot be read');
    const counted = (await this.query(held)).map((row) => Object.fromEntries(heldBackColumns.map((name, at) => [name, Number(row[at])])));
    return { rows, table, held: counted };
  }
}
/** One dataset for each table. */
const idOf = (table: string): string => `00000000-0000-4000-8000-${Buffer.from(table.padEnd(6, '_').slice(0, 6)).toString('hex')}`;

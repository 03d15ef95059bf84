import type { DataSource } from 'typeorm';

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Node[];
}
interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}
/** What PostgreSQL did for one statement with the tables asked about. */
export interface Touched {
  readonly sql: string;
  /** Rows read of them, also those that were then passed over. */
  readonly rows: number;
  /** Those that were read from end to end. */
  readonly whole: readonly string[];
}

/** Rows that are put in as they are given: nothing is looked for. */
const puts = /^\s*INSERT[^;]*VALUES/;

const nodes = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
const readBy = (node: Node): number =>
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)) * node['Actual Loops'];

/** The statements that `work` sends through a data source, with their parameters. */
async function sentBy(dataSource: DataSource, work: () => Promise<unknown>): Promise<readonly Statement[]> {
  const sent: Statement[] = [];
  const quiet = (): void => undefined;
  const heard = { logQuery: (sql: string, parameters: unknown[] = []) => void sent.push({ sql, parameters }) };
  const before = dataSource.logger;
  const rest = { logQueryError: quiet, logQuerySlow: quiet, logSchemaBuild: quiet, logMigration: quiet, log: quiet };
  (dataSource as { logger: DataSource['logger'] }).logger = { ...heard, ...rest };
  try {
    await work();
  } finally {
    (dataSource as { logger: DataSource['logger'] }).logger = before;
  }
  return sent;
}

/**
 * Does `work` and asks PostgreSQL what each of its statements that name one of the tables does with them, by running it once more in a
 * transaction that is rolled back.
 */
export async function touchedBy(dataSource: DataSource, tables: readonly string[], work: () => Promise<unknown>): Promise<Touched[]> {
  const sent = await sentBy(dataSource, work);
  const names = tables.map((table) => table.split('.')[1]);
  const runner = dataSource.createQueryRunner();
  const found: Touched[] = [];
  try {
    for (const { sql, parameters } of sent.filter(({ sql }) => tables.some((table) => sql.includes(table)) && !puts.test(sql))) {
      await runner.startTransaction();
      const [row]: { 'QUERY PLAN': [{ Plan: Node }] }[] = await runner.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, [...parameters]);
      await runner.rollbackTransaction();
      const scans = row === undefined ? [] : nodes(row['QUERY PLAN'][0].Plan).filter((node) => node['Node Type'].endsWith('Scan'));
      // The rows of a bitmap are counted where they are read, on the heap.
      const of = scans.filter((node) => names.includes(node['Relation Name']));
      found.push({
        sql,
        rows: of.reduce((sum, node) => sum + readBy(node), 0),
        whole: of.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => String(node['Relation Name'])),
      });
    }
  } finally {
    await runner.release();
  }
  return found;
}

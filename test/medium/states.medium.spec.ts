import 'reflect-metadata';
import { systemAct, systemClock, type Transitions } from '#kernel';
import { createDataSource, JournalSealer, tablesOf, UnitOfWork } from '#platform/database';
import { RowTable, StateTable, type Versioned } from '#platform/database/persistence';
import { createMasterKeyFile, SealedKeyFile } from '#platform/keys';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource, QueryRunner } from 'typeorm';
import { contexts } from '../../apps/composition/contexts.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { insertRow, loosen } from '../support/rows.js';

interface AnyRow extends Versioned {
  state: string;
}
const stateTables = tablesOf(contexts).filter((table) => table instanceof StateTable) as unknown as StateTable<AnyRow>[];
const undone = new Error('only tried');

let dir = '';
let database: TestDatabase;
let dataSource: DataSource;
let runner: QueryRunner;
let keys: SealedKeyFile;
let unitOfWork: UnitOfWork;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-states-'));
  await chmod(dir, 0o711);
  database = await openDatabase(dir, contexts);
  dataSource = await createDataSource({ urlFile: database.urlFile, poolSize: 4, statementTimeoutMs: 60_000 }, contexts).initialize();
  const masterKeyFile = join(dir, 'master.key');
  await createMasterKeyFile(masterKeyFile);
  keys = await SealedKeyFile.open({ path: join(dir, 'keys'), masterKeyFile });
  unitOfWork = new UnitOfWork(dataSource, await JournalSealer.open(dataSource, keys), systemClock, new Set());
  for (const { entity } of stateTables) await loosen(dataSource, entity);
  runner = dataSource.createQueryRunner();
});
afterAll(async () => {
  await runner.release();
  await dataSource.destroy();
  await keys.close();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

/** What becomes of SQL that is undone afterwards: undefined where the database takes it, else the error's code. */
async function tried(statement: string, parameters: unknown[]): Promise<string | undefined> {
  await runner.startTransaction();
  try {
    await runner.query(statement, parameters);
    return undefined;
  } catch (fault) {
    return (fault as { code?: string }).code;
  } finally {
    await runner.rollbackTransaction();
  }
}

/** What becomes of an act that is undone afterwards. */
const acted = (work: (tx: Parameters<Parameters<UnitOfWork['run']>[1]>[0]) => Promise<unknown>): Promise<unknown> =>
  unitOfWork
    .run(systemAct('test', 'test.tried', systemClock.now()), async (tx) => {
      await work(tx);
      throw undone;
    })
    .catch((fault: unknown) => (fault === undone ? undefined : ((fault as { code?: string }).code ?? (fault as Error).message)));

describe('states', () => {
  it('stand in a state table wherever a table of a context has a column of that name', async () => {
    const found: { path: string }[] = await dataSource.query(
      `SELECT format('%s.%s', table_schema, table_name) AS path FROM information_schema.columns JOIN information_schema.tables
         USING (table_schema, table_name) WHERE column_name = 'state' AND table_type = 'BASE TABLE'
         AND table_schema NOT IN ('pg_catalog', 'information_schema', 'platform', 'bullmq') ORDER BY 1`,
    );
    expect(found.map(({ path }) => path)).toEqual(stateTables.map(({ entity }) => dataSource.getMetadata(entity).tablePath).sort());
  });

  it.each(stateTables.map((table) => [table.what, table] as const))(
    'of a %s are written along its edges alone, by the table and by SQL past it',
    async (_what, table) => {
      const path = dataSource.getMetadata(table.entity).tablePath;
      const edges: Transitions<string> = table.transitions;
      for (const from of Object.keys(edges)) {
        const id = await insertRow(runner, table.entity, { state: from });
        const row = await unitOfWork.read(systemAct('test', 'test.read', systemClock.now()), (tx) => table.get(tx, id));
        for (const to of Object.keys(edges)) {
          const edge = (edges[from] ?? []).includes(to);
          const byHand = await tried(`UPDATE ${path} SET state = $2 WHERE id = $1`, [id, to]);
          expect([from, to, byHand]).toEqual([from, to, edge || from === to ? undefined : 'OD003']);
          const moved = await acted((tx) => table.move(tx, row, { state: to }));
          expect([from, to, moved]).toEqual([from, to, edge ? undefined : 'state.no-such-transition']);
        }
        const begins = table.initial.includes(from);
        const copied = await tried(
          `INSERT INTO ${path} SELECT (jsonb_populate_record(row, jsonb_build_object('id', gen_random_uuid()))).* FROM ${path} row WHERE id = $1`,
          [id],
        );
        expect([from, copied]).toEqual([from, begins ? undefined : 'OD003']);
        if (!begins)
          expect(await acted((tx) => table.insert(tx, { ...row, state: from }))).toBe(`a ${table.what} does not begin as ${from}`);
      }
    },
  );

  it('are no part of what may be changed without a move', () => {
    class SomeRow implements AnyRow {
      id: string;
      version: number;
      state: 'a' | 'b';
      name: string;
    }
    const table = new StateTable(SomeRow, { what: 'some', transitions: { a: ['b'], b: [] }, initial: ['a'] });
    type Updating = Parameters<typeof table.update>[2];
    type Moving = Parameters<typeof table.move>[2];
    type Inserting = Parameters<typeof table.insert>[1];
    const changes: Updating = { name: 'x' };
    // @ts-expect-error a state is moved
    const bare: Updating = { state: 'b' };
    // @ts-expect-error nothing leads to it
    const back: Moving = { state: 'a' };
    // @ts-expect-error a row does not begin there
    const late: Inserting = { id: 'x', name: 'x', state: 'b' };
    // @ts-expect-error a table without transitions takes no rows with states
    const without = RowTable<SomeRow>;
    expect([changes, bare, back, late, without]).toHaveLength(5);
  });
});

import { newId, systemAct, systemClock } from '#kernel';
import { createDataSource, JournalSealer, migrate, UnitOfWork } from '#platform/database';
import { createMasterKeyFile, SealedKeyFile } from '#platform/keys';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { contexts } from '../../apps/composition/contexts.js';
import { openDatabase, type TestDatabase } from '../support/database.js';

let dir = '';
let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-migrations-'));
  await chmod(dir, 0o711);
  database = await openDatabase(dir, contexts);
  dataSource = await createDataSource({ urlFile: database.urlFile, poolSize: 3 }, contexts).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

/** Everything that migrations make, in words: tables with columns, indexes, constraints, triggers, functions, views. */
async function shape(): Promise<string[]> {
  const rows: { line: string }[] = await dataSource.query(`
    SELECT line FROM (
      SELECT format('%s.%s %s %s %s', table_schema, table_name, column_name, data_type, is_nullable) AS line FROM information_schema.columns
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'bullmq') AND table_name <> 'opdomain_migrations'
      UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname NOT IN ('pg_catalog', 'bullmq') AND tablename <> 'opdomain_migrations'
      UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'bullmq') AND conrelid <> 0
          AND conrelid <> 'opdomain_migrations'::regclass
      UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'bullmq')
      UNION ALL SELECT schemaname || '.' || viewname || ' ' || definition FROM pg_views WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
    ) all_of_it ORDER BY line`);
  return rows.map(({ line }) => line);
}
const schemas = async (): Promise<string[]> => {
  const rows: { name: string }[] = await dataSource.query(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public', 'bullmq') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

/** A row in every table that takes one without more: required columns get the smallest value of their type. */
async function fillTables(): Promise<number> {
  const columns: { table: string; column: string; type: string }[] = await dataSource.query(`
    SELECT format('%I.%I', table_schema, table_name) AS table, column_name AS column, data_type AS type FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_type = 'BASE TABLE' AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER' AND is_identity = 'NO'
      AND table_schema NOT IN ('pg_catalog', 'information_schema', 'public', 'platform', 'bullmq')`);
  const id = newId();
  const values: Record<string, string> = {
    uuid: `'${id}'`,
    integer: '1',
    bigint: '1',
    boolean: 'false',
    date: `'2026-01-01'`,
    jsonb: `'{}'`,
    'timestamp with time zone': 'now()',
    ARRAY: `'{}'`,
    bytea: `'\\x00'`,
  };
  let filled = 0;
  for (const table of new Set(columns.map((column) => column.table))) {
    const own = columns.filter((column) => column.table === table);
    const insert = `INSERT INTO ${table} (${own.map(({ column }) => `"${column}"`).join(', ')}) VALUES (${own
      .map(({ type }) => values[type] ?? `'x'`)
      .join(', ')})`;
    const runner = dataSource.createQueryRunner();
    try {
      // The guards of journal and keys are for the application's own writes; here the rows only have to be in the way of a migration.
      await runner.query(`SET session_replication_role = replica`);
      await runner.query(insert);
      filled += 1;
    } catch {
      // A CHECK that wants a real value: the rows of the other tables are enough for this test.
    } finally {
      await runner.query(`SET session_replication_role = origin`);
      await runner.release();
    }
  }
  return filled;
}

describe('migrations', () => {
  it('are named once, by 13 digits at the end, and each context makes its own schema alone', async () => {
    const names = dataSource.migrations.map((migration) => migration.name ?? '');
    expect(names.filter((name) => !/\d{13}$/.test(name))).toEqual([]);
    expect(new Set(names.map((name) => name.slice(-13))).size).toBe(names.length);
    expect(await schemas()).toEqual(
      ['platform', ...contexts.filter(({ migrations }) => migrations.length > 0).map(({ name }) => name)].sort(),
    );
  });

  it('go down one by one over data, leaving nothing, and up again to exactly the same', async () => {
    const before = await shape();
    expect(await fillTables()).toBeGreaterThan(contexts.length);
    const count = dataSource.migrations.length;
    for (let left = count; left > 0; left -= 1) {
      await dataSource.undoLastMigration({ transaction: 'each' });
      const rows: unknown[] = await dataSource.query('SELECT 1 FROM opdomain_migrations');
      expect(rows).toHaveLength(left - 1);
    }
    expect(await schemas()).toEqual([]);
    expect(await shape()).toEqual([]);
    expect(await migrate(dataSource, contexts)).toHaveLength(count);
    expect(await shape()).toEqual(before);
    expect(await migrate(dataSource, contexts)).toEqual([]);
  });

  it('let two that start at once agree: one runs, the other finds nothing to do', async () => {
    for (let left = dataSource.migrations.length; left > 0; left -= 1) await dataSource.undoLastMigration({ transaction: 'each' });
    const second = await createDataSource({ urlFile: database.urlFile, poolSize: 3 }, contexts).initialize();
    try {
      const ran = await Promise.all([migrate(dataSource, contexts), migrate(second, contexts)]);
      expect(ran.map((names) => names.length).sort((a, b) => a - b)).toEqual([0, dataSource.migrations.length]);
    } finally {
      await second.destroy();
    }
  });

  it('leave a database in which the application can write at once', async () => {
    const masterKeyFile = join(dir, 'master.key');
    await createMasterKeyFile(masterKeyFile);
    const keys = await SealedKeyFile.open({ path: join(dir, 'keys'), masterKeyFile });
    try {
      const sealer = await JournalSealer.open(dataSource, keys);
      const unitOfWork = new UnitOfWork(dataSource, sealer, systemClock, new Set(['test.done']), {});
      await unitOfWork.journal(systemAct('test', 'test.done', systemClock.now()), {
        action: 'test.done',
        object: { kind: 'test', id: newId() },
      });
      expect(await dataSource.query('SELECT action FROM platform.journal')).toEqual([{ action: 'test.done' }]);
    } finally {
      await keys.close();
    }
  });
});

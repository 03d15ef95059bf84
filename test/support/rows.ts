import { newId, systemClock } from '#kernel';
import { createDataSource, JournalSealer, UnitOfWork } from '#platform/database';
import { createMasterKeyFile, SealedKeyFile } from '#platform/keys';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource, EntityTarget, ObjectLiteral, QueryRunner } from 'typeorm';
import { contexts } from '../../apps/composition/contexts.js';
import { openDatabase } from './database.js';

/** Rows of any entity, made from its columns alone: for tests that ask something of every table there is. */
const smallest = (type: unknown): unknown => {
  switch (type) {
    case 'uuid':
      return newId();
    case 'int':
    case 'integer':
    case 'bigint':
    case 'double precision':
      return 1;
    case 'boolean':
      return false;
    case 'date':
      return '2026-01-01';
    case 'timestamptz':
      return '2026-01-01T00:00:00.000Z';
    case 'jsonb':
      return '{}';
    case 'bytea':
      return Buffer.of(0);
    default:
      return 'x';
  }
};

export interface LoosenedDatabase {
  readonly dataSource: DataSource;
  readonly runner: QueryRunner;
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

/** A database of its own with every context's tables, of which those named are loosened. */
export async function openLoosened(
  entities: (dataSource: DataSource) => readonly EntityTarget<ObjectLiteral>[],
): Promise<LoosenedDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'opdomain-rows-'));
  await chmod(dir, 0o711);
  const database = await openDatabase(dir, contexts);
  const dataSource = await createDataSource({ urlFile: database.urlFile, poolSize: 4 }, contexts).initialize();
  const masterKeyFile = join(dir, 'master.key');
  await createMasterKeyFile(masterKeyFile);
  const keys = await SealedKeyFile.open({ path: join(dir, 'keys'), masterKeyFile });
  const unitOfWork = new UnitOfWork(dataSource, await JournalSealer.open(dataSource, keys), systemClock, new Set(), {});
  for (const entity of entities(dataSource)) await loosen(dataSource, entity);
  const runner = dataSource.createQueryRunner();
  return {
    dataSource,
    runner,
    unitOfWork,
    close: async () => {
      await runner.release();
      await dataSource.destroy();
      await keys.close();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Drops checks, foreign keys and unique indexes of an entity's table: what its rows hold is not what such a test asks. */
async function loosen(dataSource: DataSource, entity: EntityTarget<ObjectLiteral>): Promise<void> {
  const path = dataSource.getMetadata(entity).tablePath;
  const drops: { statement: string }[] = await dataSource.query(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', conrelid::regclass, conname) AS statement FROM pg_constraint
       WHERE conrelid = $1::regclass AND contype IN ('c', 'f', 'u', 'x')
     UNION ALL SELECT format('DROP INDEX IF EXISTS %s', indexrelid::regclass) FROM pg_index
       WHERE indrelid = $1::regclass AND indisunique AND NOT indisprimary
         AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)`,
    [path],
  );
  for (const { statement } of drops) await dataSource.query(statement);
}

/** Inserts one row past the guards of journal and states. @param values by property of the entity. @returns its id. */
export async function insertRow(
  runner: QueryRunner,
  entity: EntityTarget<ObjectLiteral>,
  values: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { columns, tablePath } = runner.dataSource.getMetadata(entity);
  const id = typeof values['id'] === 'string' ? values['id'] : newId();
  const given: Record<string, unknown> = { id, ...values };
  const cells = columns.map((column) => {
    const value = given[column.propertyName];
    if (value !== undefined) return value;
    if (column.isNullable) return null;
    return column.isArray ? [] : smallest(column.type);
  });
  await runner.query('SET session_replication_role = replica');
  try {
    await runner.query(
      `INSERT INTO ${tablePath} (${columns.map(({ databaseName }) => `"${databaseName}"`).join(', ')})
       VALUES (${columns.map((_, at) => `$${String(at + 1)}`).join(', ')})`,
      cells,
    );
  } finally {
    await runner.query('SET session_replication_role = origin');
  }
  return id;
}

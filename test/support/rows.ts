import { newId } from '#kernel';
import type { DataSource, EntityTarget, ObjectLiteral, QueryRunner } from 'typeorm';

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

/** Drops checks, foreign keys and unique indexes of an entity's table: what its rows hold is not what such a test asks. */
export async function loosen(dataSource: DataSource, entity: EntityTarget<ObjectLiteral>): Promise<void> {
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

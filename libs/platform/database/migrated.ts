import type { DataSource } from 'typeorm';
import { refuse } from './refusals.js';

/** What PostgreSQL says where nothing was ever migrated, or not since the processes read what was: no such table, no such schema, no right. */
const never: ReadonlySet<unknown> = new Set(['42P01', '3F000', '42501']);

/**
 * A program on a schema that is older than it would fail at the first statement that needs what is new. A newer schema is no fault: a version
 * runs on the next one's.
 * @throws Refusal `database.not-migrated`
 */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  const wanted = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const ran = await dataSource
    .query<{ name: string }[]>('SELECT name FROM public.opdomain_migrations')
    .catch((fault: unknown): { name: string }[] => {
      if (never.has((fault as { driverError?: { code?: unknown } }).driverError?.code)) return [];
      throw fault;
    });
  const names = new Set(ran.map(({ name }) => name));
  const missing = wanted.filter((name) => !names.has(name));
  if (missing.length > 0) throw refuse('database.not-migrated', { missing: missing.length });
}

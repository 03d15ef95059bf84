import type { DataSource } from 'typeorm';

/** Name of this installation among all others, e.g. `opdomain.internal/4f0c2a91d3be`; the database has it from its first migration on. */
export const INSTALLATION = Symbol('Installation');

/** @throws Error when the database was not migrated. */
export async function readInstallation(dataSource: DataSource): Promise<string> {
  const rows: { name: string }[] = await dataSource.query('SELECT name FROM platform.installation');
  const [row] = rows;
  if (row === undefined) throw new Error('the installation has no name: run the migrations');
  return row.name;
}

import { systemAct, systemClock } from '#kernel';
import { createDataSource, UnitOfWork } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { contexts } from '../../apps/composition/contexts.js';
import { refusalsOf, uniquesOf } from '../../apps/composition/platform.js';
import { openMedium, type Medium } from '../support/medium.js';

let medium: Medium;
let owner: DataSource;
/** As the superuser: rows are put beside triggers and other constraints, which no role of the product can. */
let asSuperuser: UnitOfWork;
beforeAll(async () => {
  medium = await openMedium({ contexts });
  const { platform } = medium;
  owner = await createDataSource({ ...platform.config.database, urlFile: medium.superuserUrlFile }, contexts, 'test').initialize();
  asSuperuser = new UnitOfWork(owner, platform.sealer, platform.clock, platform.actions, uniquesOf(contexts));
});
afterAll(async () => {
  await owner.destroy();
  await medium.close();
});

interface Unique {
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly predicate: string | null;
}

/** Every unique index of ours (the queue's library keeps its own schema) but those on a generated id alone; partitions' are named by the month and hold generated ids. */
const catalogue = (): Promise<Unique[]> =>
  medium.sql<Unique & Record<string, unknown>>(
    `SELECT n.nspname || '.' || i.relname AS name, n.nspname AS schema, t.relname AS table, pg_get_expr(x.indpred, x.indrelid) AS predicate,
       array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
     JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (x.indkey)
     WHERE x.indisunique AND t.relkind = 'r' AND NOT t.relispartition
       AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'public', 'bullmq')
     GROUP BY n.nspname, i.relname, t.relname, x.indpred, x.indrelid HAVING array_agg(a.attname::text) <> '{id}'
     ORDER BY 1`,
  );

/** A row that an index takes: any value of each column's type, and those that its predicate names. */
const anyValue = (type: string): unknown =>
  type === 'uuid'
    ? '00000000-0000-7000-8000-000000000001'
    : type === 'boolean'
      ? true
      : type === 'bytea'
        ? '\\x00'
        : type === 'jsonb'
          ? {}
          : type === 'ARRAY'
            ? []
            : /date|timestamp/.test(type)
              ? '2026-01-01'
              : type === 'inet'
                ? '127.0.0.1'
                : /int|numeric|xid8|double/.test(type)
                  ? 1
                  : 'x';

async function violate({ schema, table, name, columns, predicate }: Unique): Promise<unknown> {
  const act = systemAct('test', 'person.self-read', systemClock.now());
  try {
    await asSuperuser.run(act, async (tx) => {
      const manager = managerOf(tx);
      await manager.query('SET LOCAL session_replication_role = replica');
      const others: { conname: string }[] = await manager.query(
        `SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('c', 'p', 'u') AND conname <> $2`,
        [`${schema}.${table}`, name.split('.')[1]],
      );
      for (const { conname } of others) await manager.query(`ALTER TABLE ${schema}.${table} DROP CONSTRAINT "${conname}" CASCADE`);
      const indexes: { name: string }[] = await manager.query(
        `SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = $1::regclass AND indisunique AND indexrelid <> $2::regclass`,
        [`${schema}.${table}`, name],
      );
      for (const index of indexes) await manager.query(`DROP INDEX ${index.name}`);
      const named = new Map([...(predicate ?? '').matchAll(/(\w+) = (?:ANY \(ARRAY\[)?'([^']*)'/g)].map((found) => [found[1], found[2]]));
      const described: { column: string; type: string; nullable: boolean }[] = await manager.query(
        `SELECT column_name AS column, data_type AS type, is_nullable = 'YES' AS nullable FROM information_schema.columns
         WHERE table_schema = $1 AND table_name = $2 AND is_generated = 'NEVER'`,
        [schema, table],
      );
      const wanted = described.filter(({ column, nullable }) => !nullable || columns.includes(column) || named.has(column));
      const row = wanted.map(({ column, type }) => named.get(column) ?? anyValue(type));
      const insert = `INSERT INTO ${schema}.${table} (${wanted.map(({ column }) => `"${column}"`).join(', ')})
        VALUES (${wanted.map((_, place) => `$${String(place + 1)}`).join(', ')})`;
      for (const _ of ['first', 'second']) await manager.query(insert, row);
    });
    return 'taken twice';
  } catch (refusal) {
    return refusal;
  }
}

describe('every unique constraint of the database', () => {
  it('is declared beside its context with a refusal of the catalogue, and none that is not there', async () => {
    const declared = uniquesOf(contexts);
    expect((await catalogue()).map(({ name }) => name)).toEqual(Object.keys(declared).sort());
    for (const refusal of Object.values(declared))
      expect(refusalsOf(contexts)).toHaveProperty([refusal({ fields: [] }).code, 'status'], 409);
  });

  it('is answered with that refusal and its fields when it is violated, never as an internal fault', async () => {
    for (const unique of await catalogue()) {
      const refusal = (await violate(unique)) as { code?: string; details?: { fields: string[] } };
      expect([unique.name, refusal.code, [...(refusal.details?.fields ?? [refusal])].sort()]).toEqual([
        unique.name,
        uniquesOf(contexts)[unique.name]?.({ fields: [] }).code,
        unique.columns.map((column) => (column === 'number_mac' ? 'identityNumber' : column)).sort(),
      ]);
    }
  });
});

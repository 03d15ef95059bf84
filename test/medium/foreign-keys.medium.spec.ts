import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { readFile } from 'node:fs/promises';
import { inputRefusal } from '../../libs/platform/http/input-refusal.js';
import { openMedium, type Medium } from '../support/medium.js';

let medium: Medium;
let client: pg.Client;
beforeAll(async () => {
  medium = await openMedium();
  client = new pg.Client({ connectionString: (await readFile(medium.superuserUrlFile, 'utf8')).trim() });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await medium.close();
});

interface ForeignKey {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
}
/** Every foreign key of ours; partitions have those of their table, and the queue's library keeps its own schema. */
const catalogue = (): Promise<ForeignKey[]> =>
  medium.sql<ForeignKey & Record<string, unknown>>(
    `SELECT c.conname AS name, c.conrelid::regclass::text AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
     WHERE c.contype = 'f' AND c.conparentid = 0 AND n.nspname <> 'bullmq' GROUP BY c.conname, c.conrelid ORDER BY 2, 1`,
  );
const anyValue: Readonly<Record<string, unknown>> = {
  uuid: '00000000-0000-7000-8000-000000000001',
  boolean: true,
  bytea: '\\x00',
  jsonb: {},
  ARRAY: [],
};
const valueOf = (type: string): unknown =>
  anyValue[type] ??
  (/date|timestamp/.test(type) ? '2026-01-01' : type === 'inet' ? '127.0.0.1' : /int|numeric|xid8|double/.test(type) ? 1 : 'x');

/** A row that points by this key at nothing, put there beside every other rule of its table; nothing of it is kept. */
async function violate({ name, table, columns }: ForeignKey): Promise<unknown> {
  await client.query('BEGIN');
  try {
    await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    const { rows } = await client.query<{ conname: string }>(
      `SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('c', 'f') AND conname <> $2`,
      [table, name],
    );
    for (const { conname } of rows) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT "${conname}"`);
    const described = await client.query<{ column: string; type: string; nullable: boolean }>(
      `SELECT column_name AS column, data_type AS type, is_nullable = 'YES' AS nullable FROM information_schema.columns
       WHERE (table_schema || '.' || table_name)::regclass = $1::regclass AND is_generated = 'NEVER'`,
      [table],
    );
    const wanted = described.rows.filter(({ column, nullable }) => !nullable || columns.includes(column));
    await client.query(
      `INSERT INTO ${table} (${wanted.map(({ column }) => `"${column}"`).join(', ')}) VALUES (${wanted.map((_, at) => `$${String(at + 1)}`).join(', ')})`,
      // Not the row's own id: a key to its own table would then point at something.
      wanted.map(({ column, type }) => (columns.includes(column) && type === 'uuid' ? newId() : valueOf(type))),
    );
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    return 'taken';
  } catch (refused) {
    return refused;
  } finally {
    await client.query('ROLLBACK');
  }
}

describe('every foreign key of the database', () => {
  it('is answered by name of the members that point at nothing, never as an internal fault', async () => {
    const keys = await catalogue();
    expect(keys.length).toBeGreaterThan(30);
    for (const key of keys) {
      const fault = await violate(key);
      const refusal = inputRefusal(fault);
      const members = key.columns.map((column) => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
      expect([key.name, refusal?.code ?? String(fault), refusal?.details]).toEqual([
        key.name,
        'http.no-such-reference',
        { fields: members },
      ]);
    }
  });

  it('whose row is still pointed at is no caller’s fault', () => {
    const detail = 'Key (id)=(1) is still referenced from table "seats".';
    expect(inputRefusal({ code: '23503', detail })).toBeUndefined();
  });
});

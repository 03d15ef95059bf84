import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { contexts } from '../../apps/composition/contexts.js';
import { factsOf, type Facts } from '../faults/facts.js';
import { broken, invariants, rawCellsOf } from '../faults/invariants.js';
import { openDatabase } from '../support/database.js';

let dir = '';
let owner: pg.Client;
let other: pg.Client;
const rawCells = rawCellsOf(50);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-invariants-'));
  await chmod(dir, 0o711);
  await mkdir(join(dir, 'logs'));
  const { urlFile } = await openDatabase(dir, contexts);
  const connectionString = (await readFile(urlFile, 'utf8')).trim();
  [owner, other] = [new pg.Client({ connectionString }), new pg.Client({ connectionString })];
  await Promise.all([owner.connect(), other.connect()]);
});
afterAll(async () => {
  await Promise.all([owner.end(), other.end()]);
  await rm(dir, { recursive: true, force: true });
});

const asked = async (clean?: Facts): Promise<readonly string[]> =>
  broken({ owner, dir, facts: await factsOf(owner), clean, rawCells, idleSeconds: 0 });
const entry = (index: number): string =>
  `INSERT INTO platform.journal (id, txid, index, recorded_at, decided_at, action, outcome, object_kind, object_id, person_id, canonical, sm3)
   VALUES (gen_random_uuid(), pg_current_xact_id(), ${String(index)}, now(), now(), 'seat.granted', 'done', 'seat', 'x', gen_random_uuid(), '{}', 'x')`;
const freely = (table: string): string =>
  `DO $$ DECLARE one record; BEGIN FOR one IN SELECT attname FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND attnotnull
     AND attname NOT IN (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = '${table}'::regclass AND i.indisprimary)
   LOOP EXECUTE format('ALTER TABLE ${table} ALTER COLUMN %I DROP NOT NULL', one.attname); END LOOP; END $$`;

/** How each promise is broken by hand. */
const breaks: Readonly<Record<string, readonly string[]>> = {
  'no act is lost or doubled, and each is audited once': [entry(0)],
  'every subject ends where it ends without faults': [
    freely('seats.seats'),
    `INSERT INTO seats.seats (id, state) VALUES (gen_random_uuid(), 'requested')`,
  ],
  'what acts leave is there once': [freely('identity.people'), 'INSERT INTO identity.people (id) VALUES (gen_random_uuid())'],
  'the tree is contiguous': [entry(0), entry(2)],
  'no work is dead, since no fault lasted': [
    `INSERT INTO platform.work (id, kind, name, lane, key, state) VALUES (gen_random_uuid(), 'job', 'x', 'work', gen_random_uuid(), 'dead')`,
  ],
  'no work goes round for ever': [
    `INSERT INTO platform.work (id, kind, name, lane, key, attempts) VALUES (gen_random_uuid(), 'job', 'x', 'work', gen_random_uuid(), 3)`,
  ],
  'no event waits to be heard': [
    `INSERT INTO platform.outbox (id, type, key, payload) VALUES (gen_random_uuid(), 'x', gen_random_uuid(), '{}')`,
  ],
  'every revocation has a receipt that comes after it': [
    freely('seats.revocations'),
    `INSERT INTO seats.revocations (id, state) VALUES (gen_random_uuid(), 'cutting')`,
  ],
};

describe('the invariants of a telling under faults', () => {
  it('hold on an installation where nothing happened', async () => {
    expect(await asked(await factsOf(owner))).toEqual([]);
  });

  it.each(Object.entries(breaks))('%s: what breaks it is named', async (promise, statements) => {
    const clean = await factsOf(owner);
    await owner.query('BEGIN');
    try {
      await owner.query('SET LOCAL session_replication_role = replica');
      for (const statement of statements) await owner.query(statement);
      expect((await asked(clean)).filter((line) => line.startsWith(`${promise}: `))).not.toEqual([]);
    } finally {
      await owner.query('ROLLBACK');
    }
  });

  it('no transaction is left open: what breaks it is named', async () => {
    await other.query('BEGIN');
    expect(await asked()).toEqual([expect.stringContaining('no transaction is left open: ')]);
    await other.query('ROLLBACK');
  });

  it('nothing raw lies outside: what breaks it is named', async () => {
    const file = join(dir, 'logs', `${newId()}.log`);
    await writeFile(file, Buffer.concat([Buffer.from([0, 255]), Buffer.from(`cell ${String(rawCells[3])}\n`)]));
    expect(await asked()).toEqual([expect.stringContaining('nothing raw lies outside: ')]);
    await rm(file);
  });

  it('are each broken by one of these tests', () => {
    const here = [...Object.keys(breaks), 'no transaction is left open', 'nothing raw lies outside'];
    expect(Object.keys(invariants).sort()).toEqual(here.sort());
  });
});

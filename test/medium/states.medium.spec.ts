import 'reflect-metadata';
import { Refusal, systemAct, systemClock, type Transitions } from '#kernel';
import { tablesOf, type UnitOfWork } from '#platform/database';
import { RowTable, StateTable, type Versioned } from '#platform/database/persistence';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource, QueryRunner } from 'typeorm';
import { contexts } from '../../apps/composition/contexts.js';
import { insertRow, openLoosened, type LoosenedDatabase } from '../support/rows.js';

interface AnyRow extends Versioned {
  state: string;
}
const stateTables = tablesOf(contexts).filter((table) => table instanceof StateTable) as unknown as StateTable<AnyRow>[];
const undone = new Error('only tried');

let loosened: LoosenedDatabase;
let dataSource: DataSource;
let runner: QueryRunner;
let unitOfWork: UnitOfWork;
beforeAll(async () => {
  loosened = await openLoosened(() => stateTables.map(({ entity }) => entity));
  ({ dataSource, runner, unitOfWork } = loosened);
});
afterAll(() => loosened.close());

/** Tries every move of a table's rows, and every beginning, by SQL past the table; all is undone. @returns what the database took. */
async function takenByHand(path: string, states: readonly string[]): Promise<string[]> {
  await runner.startTransaction();
  try {
    await runner.query('CREATE TEMP TABLE taken (what text) ON COMMIT DROP');
    await runner.query(`DO $do$ DECLARE old ${path}; wanted text; BEGIN
      FOR old IN SELECT * FROM ${path} LOOP
        FOREACH wanted IN ARRAY ARRAY[${states.map((state) => `'${state}'`).join(', ')}] LOOP
          BEGIN
            UPDATE ${path} SET state = wanted WHERE id = old.id;
            RAISE SQLSTATE 'OD999';
          EXCEPTION WHEN SQLSTATE 'OD999' THEN INSERT INTO taken VALUES (old.state || ' → ' || wanted); WHEN SQLSTATE 'OD003' THEN NULL;
          END;
        END LOOP;
        BEGIN
          INSERT INTO ${path} SELECT (jsonb_populate_record(old, jsonb_build_object('id', gen_random_uuid()))).*;
          RAISE SQLSTATE 'OD999';
        EXCEPTION WHEN SQLSTATE 'OD999' THEN INSERT INTO taken VALUES ('→ ' || old.state); WHEN SQLSTATE 'OD003' THEN NULL;
        END;
      END LOOP;
    END $do$`);
    const rows: { what: string }[] = await runner.query('SELECT what FROM taken ORDER BY 1');
    return rows.map(({ what }) => what);
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
      const states = Object.keys(edges);
      for (const from of states) {
        const id = await insertRow(runner, table.entity, { state: from });
        const refused: string[] = [];
        const tried = await acted(async (tx) => {
          const row = await table.get(tx, id);
          for (const to of states.filter((state) => !(edges[from] ?? []).includes(state)))
            refused.push(
              await table.move(tx, row, { state: to }).then(
                () => 'moved',
                (fault: unknown) => (fault as { code: string }).code,
              ),
            );
          if (!table.initial.includes(from)) await expect(table.insert(tx, { ...row, state: from })).rejects.toThrow(`begin as ${from}`);
        });
        expect([from, tried, refused.length, [...new Set(refused)]]).toEqual([
          from,
          undefined,
          states.length - (edges[from] ?? []).length,
          ['state.no-such-transition'],
        ]);
        for (const to of edges[from] ?? [])
          expect(await acted(async (tx) => table.move(tx, await table.get(tx, id), { state: to }))).toBeUndefined();
      }
      const allowed = states.flatMap((from) => [from, ...(edges[from] ?? [])].map((to) => `${from} → ${to}`));
      expect((await takenByHand(path, states)).sort()).toEqual([...allowed, ...table.initial.map((state) => `→ ${state}`)].sort());
    },
  );

  it('are no part of what may be changed without a move', () => {
    class SomeRow implements AnyRow {
      id: string;
      version: number;
      state: 'a' | 'b';
      name: string;
    }
    const table = new StateTable(SomeRow, {
      what: 'some',
      refuse: () => new Refusal('some.not-found'),
      transitions: { a: ['b'], b: [] },
      initial: ['a'],
    });
    expect(table.what).toBe('some');
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

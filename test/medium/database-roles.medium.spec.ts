import { applications, type Application, type Grants } from '#kernel';
import { defaultLimits } from '#platform/config';
import { applyGrants, createDataSource, platformGrants, rolesConfig } from '#platform/database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { contexts } from '../../apps/composition/contexts.js';
import { openPlatform } from '../../apps/composition/platform.js';
import { urlOf } from '../../deploy/embedded/servers/postgres-roles.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { forbiddenTo, relationsOf, standing } from '../support/forbidden-statements.js';

let dir = '';
let database: TestDatabase;
let superuser: pg.Client;
const asRole = {} as Record<Application, pg.Client>;
const declared: readonly Grants[] = [platformGrants, ...contexts.map((context) => context.grants)];
const tables = Object.assign({}, ...declared.map((grants) => grants.tables)) as Grants['tables'];
const libraryRights = ['delete', 'insert', 'select', 'update'];

const connected = async (connectionString: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
};
const roles = rolesConfig.parse(Object.fromEntries(applications.map((one) => [one, { name: `opdomain_test_${one}` }])));

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-roles-'));
  await chmod(dir, 0o711);
  database = await openDatabase(dir, contexts);
  superuser = await connected(database.url);
  for (const one of applications) asRole[one] = await connected(readFileSync(database.urlFiles[one], 'utf8'));
  // A row in the way of every statement that would reach the journal.
  await superuser.query(`INSERT INTO platform.journal (id, txid, recorded_at, decided_at, action, outcome, object_kind, object_id, canonical, sm3)
    VALUES ('01890000-0000-7000-8000-000000000000', pg_current_xact_id(), now(), now(), 'test', 'done', 'test', 'x', '{}', 'sm3:0')`);
});
afterAll(async () => {
  for (const client of [superuser, ...Object.values(asRole)]) await client.end();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

const owner = async <T>(work: (dataSource: DataSource) => Promise<T>): Promise<T> => {
  const urlFile = join(dir, 'owner.url');
  await writeFile(urlFile, urlOf(database.url, { user: database.owner, password: 'only-for-tests' }));
  const dataSource = await createDataSource({ urlFile, poolSize: 2 }, contexts).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
};
const granting = (): Promise<void> =>
  owner((dataSource) => applyGrants(dataSource, roles, declared, [{ name: 'bullmq', users: ['worker'] }]));

describe('the declared grants', () => {
  it('name every table and view of the product, each with somebody who uses it, and nothing that is not there', async () => {
    const there = (await relationsOf(superuser)).filter(({ kind, schema }) => kind !== 'S' && schema !== 'bullmq').map(({ name }) => name);
    expect(Object.keys(tables).sort()).toEqual(there.sort());
    const unused = Object.entries(tables).filter(([, rights]) => Object.values(rights).flat().length === 0);
    expect(unused).toEqual([]);
  });

  it('are what each role holds, no more and no less, and PUBLIC holds nothing', async () => {
    const held = await standing(superuser);
    for (const one of applications) {
      const wanted = Object.entries(tables).flatMap(([table, rights]) => (rights[one] ?? []).map((right) => `${table} ${right}`));
      const library =
        one === 'worker' ? (await relationsOf(superuser)).filter(({ schema, kind }) => schema === 'bullmq' && kind !== 'S') : [];
      const whole = [...wanted, ...library.flatMap(({ name }) => libraryRights.map((right) => `${name} ${right}`))];
      expect(held.rights[roles[one].name]).toEqual(whole.sort());
    }
    expect(Object.keys(held.rights).sort()).toEqual([database.owner, ...applications.map((one) => roles[one].name)].sort());
  });

  it('leave the journal to be read and added to: nobody deletes from it, and the worker alone sets an index', () => {
    expect(tables['platform.journal']).toEqual({
      api: ['select', 'insert'],
      worker: ['select', 'insert', 'update(index)'],
      operator: ['select', 'insert'],
    });
  });

  it('let somebody delete where something is deleted, and nowhere else', () => {
    const deleting = Object.entries(tables).filter(([, rights]) => Object.values(rights).some((of) => of.includes('delete')));
    expect(deleting.map(([table]) => table).sort()).toEqual([
      'datasets.bad_rows',
      'desensitisation.pseudonym_keys',
      'domains.cluster_orders',
      'domains.rings',
      'networklogs.events',
      'networklogs.segments',
      'platform.connections',
      'platform.idempotency',
      'platform.inbox',
      'platform.outbox',
      'platform.rehearsals',
      'platform.work',
      'platform.workers',
    ]);
  });
});

describe.each(applications)('the role of the %s', (one) => {
  it('is refused every statement that it was not granted, and none of them changes anything', async () => {
    const before = await standing(superuser);
    const statements = await forbiddenTo(superuser, {
      role: roles[one].name,
      owner: database.owner,
      rights: before.rights[roles[one].name] ?? [],
    });
    expect(statements.length).toBeGreaterThan(500);
    const wrong: string[] = [];
    for (const { sql, warns } of statements) {
      try {
        await asRole[one].query(sql);
        if (warns !== true) wrong.push(`done: ${sql}`);
      } catch (fault) {
        const { code, message } = fault as { code?: string; message: string };
        if (code !== '42501') wrong.push(`${String(code)} ${message}: ${sql}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await standing(superuser)).toEqual(before);
  }, 300_000);
});

describe('granting', () => {
  it('takes back what is no longer declared, from a role or from PUBLIC, and a second time changes nothing', async () => {
    const before = await standing(superuser);
    await superuser.query(`GRANT DELETE ON platform.journal TO ${roles.api.name}`);
    await superuser.query(`GRANT UPDATE (canonical) ON platform.journal TO ${roles.operator.name}`);
    await superuser.query('GRANT SELECT ON identity.people TO PUBLIC');
    await superuser.query('GRANT EXECUTE ON FUNCTION networklogs.ensure_day(date) TO PUBLIC');
    await superuser.query(`GRANT CREATE ON SCHEMA platform TO ${roles.worker.name}`);
    expect(await standing(superuser)).not.toEqual(before);
    await granting();
    expect(await standing(superuser)).toEqual(before);
    await granting();
    expect(await standing(superuser)).toEqual(before);
  });

  it.each([
    ['a superuser', 'ALTER ROLE %r SUPERUSER', 'ALTER ROLE %r NOSUPERUSER', 'superuser'],
    ['one that makes roles', 'ALTER ROLE %r CREATEROLE', 'ALTER ROLE %r NOCREATEROLE', 'createrole'],
    ['a member of the owner', 'GRANT %o TO %r', 'REVOKE %o FROM %r', 'membership'],
    ['a member of a role of the server', 'GRANT pg_execute_server_program TO %r', 'REVOKE pg_execute_server_program FROM %r', 'membership'],
    ['an owner of something', 'CREATE TABLE public.mine (); ALTER TABLE public.mine OWNER TO %r', 'DROP TABLE public.mine', 'ownership'],
  ])('refuses a role that is %s, and so does the process that would connect as it', async (_what, make, unmake, excess) => {
    const role = `confined_${Math.random().toString(36).slice(2, 10)}`;
    const filled = (sql: string): string => sql.replaceAll('%r', role).replaceAll('%o', database.owner);
    await superuser.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await superuser.query(`GRANT CONNECT ON DATABASE ${new URL(database.url).pathname.slice(1)} TO ${role}`);
    try {
      await superuser.query(filled(make));
      const others = { ...roles, operator: { name: role } };
      const refused = { code: 'database.role-too-strong', details: { role, excess } };
      await expect(owner((dataSource) => applyGrants(dataSource, others, declared))).rejects.toMatchObject(refused);
      const urlFile = join(dir, 'strong.url');
      await writeFile(urlFile, urlOf(database.url, { user: role, password: 'x' }));
      const config = { database: { urlFile, poolSize: 2 }, telemetry: { logLevel: 'silent' }, limits: defaultLimits } as never;
      await expect(openPlatform(config, contexts, 'operator')).rejects.toMatchObject(refused);
    } finally {
      await superuser.query(filled(unmake));
      await superuser.query(`REVOKE ALL ON DATABASE ${new URL(database.url).pathname.slice(1)} FROM ${role}`);
      await superuser.query(`DROP ROLE ${role}`);
    }
  });

  it('refuses a role that is missing, and one that two processes share', async () => {
    const missing = { ...roles, api: { name: 'nobody_made_this' } };
    await expect(owner((dataSource) => applyGrants(dataSource, missing, declared))).rejects.toMatchObject({
      code: 'database.role-missing',
    });
    const shared = { ...roles, api: roles.worker };
    await expect(owner((dataSource) => applyGrants(dataSource, shared, declared))).rejects.toMatchObject({
      code: 'database.role-too-strong',
    });
  });

  it('makes a role that is given a password, and the server is never sent the password itself', async () => {
    const name = `made_${Math.random().toString(36).slice(2, 10)}`;
    const passwordFile = join(dir, 'made.password');
    const secret = `secret-${Math.random().toString(36).slice(2)}`;
    await writeFile(passwordFile, `${secret}\n`, { mode: 0o600 });
    await superuser.query(`ALTER ROLE ${database.owner} CREATEROLE`);
    try {
      const sent: string[] = [];
      await owner(async (dataSource) => {
        dataSource.setOptions({ logging: ['query'], logger: { logQuery: (sql: string) => void sent.push(sql) } as never });
        dataSource.logger = { ...dataSource.logger, logQuery: (sql: string) => void sent.push(sql) };
        await applyGrants(dataSource, { ...roles, operator: { name, passwordFile } }, declared);
      });
      expect(sent.filter((sql) => sql.includes(name)).length).toBeGreaterThan(0);
      expect(sent.filter((sql) => sql.includes(secret))).toEqual([]);
      const client = await connected(urlOf(database.url, { user: name, password: secret }));
      await client.query('SELECT epoch FROM platform.epochs');
      await client.end();
    } finally {
      await superuser.query(`DROP OWNED BY ${name}`);
      await superuser.query(`DROP ROLE ${name}`);
      await superuser.query(`ALTER ROLE ${database.owner} NOCREATEROLE`);
      await granting();
    }
  });
});

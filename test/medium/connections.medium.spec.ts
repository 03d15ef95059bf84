import { newId, systemAct } from '#kernel';
import { managerOf } from '#platform/database/persistence';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAuditBench, type AuditBench } from '../support/audit.js';
import type { Caller, Medium } from '../support/medium.js';

let bench: AuditBench;
let medium: Medium;
let other: Caller;
let entry = '';
beforeAll(async () => {
  bench = await openAuditBench();
  medium = bench.medium;
  other = await medium.person(await medium.organisation('unit'), ['unit-manager']);
  for (let made = 0; made < 20; made += 1) await medium.organisation('unit');
  await bench.sequence();
  await bench.cosign();
  const page = await medium.auditor.get<{ items: { id: string }[] }>('/audit-entries?limit=1&sort=oldest');
  entry = page.body.items[0]?.id ?? '';
});
afterAll(() => medium.close());

const ask = (): Promise<number> => other.get('/people/self').then(({ status }) => status);

describe('requests of one person, more at once than there are connections', () => {
  /** Every list and record that is read without naming an object, from the description of the API itself, and a proof. */
  async function reads(): Promise<string[]> {
    const described = await medium.app.inject({ url: '/api/v1/openapi.json' });
    const paths = Object.entries(described.json<{ paths: Record<string, Record<string, unknown>> }>().paths);
    const plain = paths.flatMap(([path, methods]) => ('get' in methods && !path.includes('{') ? [path.replace('/api/v1', '')] : []));
    return [...plain, `/audit-entries/${entry}/proof`];
  }

  it('are all answered, whatever they read, and keep neither others nor a cut from being answered meanwhile', async () => {
    const paths = await reads();
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      const alone = (await medium.auditor.get(path)).status;
      const all = Array.from({ length: 30 }, () => medium.auditor.get(path).then(({ status }) => status));
      expect([path, await ask()]).toEqual([path, 200]);
      expect([path, new Set(await Promise.all(all))]).toEqual([path, new Set([alone])]);
    }
    const packages = Array.from({ length: 12 }, () =>
      medium.auditor.post('/audit-cases', { from: '2020-01-01T00:00:00Z', until: new Date().toISOString() }),
    );
    expect(await ask()).toBe(200);
    const cut = await medium.security.post(`/people/${other.personId}/locks`, { ground: 'incident', reason: '账号异常' });
    expect(cut.status).toBe(201);
    expect((await Promise.all(packages)).map(({ status }) => status)).toEqual(packages.map(() => 201));
  });
});

describe('a transaction', () => {
  const act = () => systemAct('test', 'organisation.registered', new Date().toISOString());

  it('that asks for a second connection fails, for enough of them at once would wait for one another for ever', async () => {
    const { unitOfWork, dataSource, epochs } = medium.platform;
    const inside: readonly (() => Promise<unknown>)[] = [
      () => unitOfWork.read(act(), () => Promise.resolve()),
      () => unitOfWork.journal(act(), { action: 'organisation.registered', object: { kind: 'organisation', id: newId() } }),
      () => dataSource.query('SELECT 1'),
      () => epochs.now(),
    ];
    for (const second of inside) {
      await expect(unitOfWork.run(act(), () => second())).rejects.toThrow('a second connection was asked for inside a transaction');
      await expect(unitOfWork.read(act(), () => second())).rejects.toThrow('a second connection was asked for inside a transaction');
    }
  });

  it('leaves nothing behind by which work that it started cannot go on after it', async () => {
    const { unitOfWork, dataSource } = medium.platform;
    const { promise, resolve } = Promise.withResolvers<string>();
    let later: Promise<unknown> = Promise.resolve();
    await unitOfWork.read(act(), () => {
      later = promise.then(() => dataSource.query('SELECT 1'));
      return Promise.resolve();
    });
    resolve('over');
    await expect(later).resolves.toHaveLength(1);
  });

  it('that meets others at every try is refused as changed meanwhile, never as a fault', async () => {
    const { unitOfWork } = medium.platform;
    // As PostgreSQL ends one of those that meet.
    const meeting = (often: number) => {
      let tries = 0;
      return unitOfWork.run(act(), async (tx) => {
        tries += 1;
        if (tries <= often) await managerOf(tx).query(`DO $$ BEGIN RAISE serialization_failure; END $$`);
        await tx.record({ action: 'organisation.registered', object: { kind: 'organisation', id: newId() } });
        return tries;
      });
    };
    await expect(meeting(2)).resolves.toBe(3);
    await expect(meeting(Infinity)).rejects.toMatchObject({ code: 'state.changed-meanwhile' });
  });

  it('uses keys as often as it likes: what is remembered of them is asked over other connections', async () => {
    const { unitOfWork, keys } = medium.platform;
    const name = `test/${newId()}`;
    await keys.create(name);
    const texts = await Promise.all(
      Array.from({ length: 30 }, () =>
        unitOfWork.read(act(), () => keys.wrap(name, Buffer.from('a')).then((text) => keys.unwrap(name, text))),
      ),
    );
    expect(texts.every((text) => Buffer.from(text).toString() === 'a')).toBe(true);
  });
});

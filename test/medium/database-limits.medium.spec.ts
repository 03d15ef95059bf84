import { auditContext } from '#audit';
import { identityContext } from '#identity';
import { newId, systemAct } from '#kernel';
import { limitsConfig, type Limits } from '#platform/config';
import { boundedBy, outageRefusal, type Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { AnonymousRefusals } from '#platform/http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { composeApi } from '../../apps/api/app.js';
import { installSchema } from '../../apps/composition/install-schema.js';
import { openPlatform, type Platform } from '../../apps/composition/platform.js';
import { TreeRepository } from '../../libs/audit/persistence/tree.repository.js';
import { openMedium, type Medium } from '../support/medium.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const database = {
  ...{ connectMs: 1_000, placeMs: 2_000, lockMs: 500, statementMs: 900, answerMs: 1_500 },
  ...{ idleInTransactionMs: 1_500, deadPeerMs: 2_000 },
};
const parsed = limitsConfig.parse({ database, keys: { requestMs: 500 }, health: { askMs: 500 } });
/** What one of a real installation may not be: shorter than a statement. */
const limits: Limits = { ...parsed, health: { ...parsed.health, poolMs: 700, loopMs: 400 } };

let medium: Medium;
let proxy: TcpProxy;
/** The API once more, with the network between it and PostgreSQL in our hands. */
let platform: Platform;
let app: NestFastifyApplication;
beforeAll(async () => {
  const contexts = [identityContext, auditContext];
  medium = await openMedium({ contexts });
  const url = (await readFile(medium.configOf('api').database.urlFile, 'utf8')).trim();
  proxy = await TcpProxy.before(Number(new URL(url).port));
  const urlFile = join(medium.dir, 'through.url');
  await writeFile(urlFile, proxy.through(url), { mode: 0o600 });
  const config = medium.configOf('api');
  platform = await openPlatform({ ...config, database: { ...config.database, urlFile, poolSize: 4 }, limits }, contexts, 'api');
  app = await composeApi(platform);
});
afterEach(() => proxy.go('pass'));
afterAll(async () => {
  await app.close();
  await platform.close();
  await proxy.close();
  await medium.close();
});

/** A credit code of its own for each name. */
const numberedCode = (name: string): string =>
  `9133${createHash('sha256')
    .update(name)
    .digest('hex')
    .toUpperCase()
    .replaceAll(/[IOSVZ]/g, '1')
    .slice(0, 14)}`;
const act = () => systemAct('test', 'organisation.registered', new Date().toISOString());
const fact = (id: string) => ({ action: 'organisation.registered', object: { kind: 'organisation', id } });
/**
 * An act that has come to where it says so, and is held there. The connection that it is given may be one that an earlier test left
 * broken and that nobody met since; that ends the act before, and then it is begun anew.
 */
async function heldInside(
  on: Platform,
  work: (tx: Tx, arrived: () => Promise<void>) => Promise<void>,
): Promise<{ go: () => void; ended: Promise<void> }> {
  for (let again = 0; ; again += 1) {
    const held = Promise.withResolvers<undefined>();
    const inside = Promise.withResolvers<undefined>();
    const ended = on.unitOfWork.run(act(), (tx) =>
      work(tx, () => {
        inside.resolve(undefined);
        return held.promise;
      }),
    );
    const early = await Promise.race([inside.promise, ended.catch((fault: unknown) => fault)]);
    if (early === undefined) return { go: () => held.resolve(undefined), ended };
    if (again === 5 || (early as { code?: string }).code !== 'database.unreachable') await ended;
  }
}
const journaled = async (id: string): Promise<number> =>
  (await medium.sql('SELECT 1 FROM platform.journal WHERE object_id = $1', [id])).length;
const self = async (): Promise<{ status: number; code: unknown; ms: number }> => {
  const began = performance.now();
  const authorization = `Bearer ${await medium.issuer.token('operator')}`;
  const answer = await app.inject({ url: '/api/v1/people/self', headers: { authorization } });
  return { status: answer.statusCode, code: answer.json<{ code?: unknown }>().code, ms: performance.now() - began };
};
const probe = async (path: '/healthz' | '/readyz'): Promise<[number, Record<string, unknown>]> => {
  const answer = await app.inject({ url: path });
  return [answer.statusCode, answer.json()];
};

describe('a PostgreSQL that is connected and says nothing any more', () => {
  it('is answered for with 503, found out by readiness, no cause for a new process, and used again when it speaks', async () => {
    expect((await self()).status).toBe(200);
    await proxy.go('silent');
    const asked = await Promise.all(Array.from({ length: 6 }, self));
    for (const { status, code, ms } of asked) {
      expect([status, code]).toEqual([503, expect.stringMatching(/^(database\.(unreachable|busy)|audit\.unavailable)$/)]);
      // A connection, the statement on it, and once more for the entry of the refusal.
      expect(ms).toBeLessThan(2 * (limits.database.placeMs + limits.database.answerMs) + 2_000);
    }
    expect(await probe('/readyz')).toEqual([503, expect.objectContaining({ database: expect.stringMatching(/^no-answer$|^database\./) })]);
    expect((await probe('/healthz'))[1]).toMatchObject({ loop: 'ok' });
    await proxy.go('pass');
    await medium.until(async () => (await self()).status === 200, 'an answer');
    await medium.until(async () => (await probe('/healthz'))[0] === 200, 'liveness');
  });
});

describe('liveness', () => {
  it('fails while every connection is out, one is wanted and none comes back, and not after', async () => {
    const held = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const runner = platform.dataSource.createQueryRunner();
        await runner.connect();
        return runner;
      }),
    );
    expect(await probe('/healthz')).toEqual([200, { alive: true, pool: 'ok', loop: 'ok' }]);
    const waiting = platform.dataSource.query('SELECT 1').then(
      () => 'served',
      (fault: unknown) => (fault as { code?: string }).code,
    );
    try {
      await medium.until(async () => (await probe('/healthz'))[0] === 503, 'liveness to fail', 5);
      expect(await probe('/healthz')).toEqual([503, { alive: false, pool: 'stuck', loop: 'ok' }]);
      expect(await waiting).toBe('database.busy');
      expect((await probe('/healthz'))[0]).toBe(503);
    } finally {
      await Promise.all(held.map((runner) => runner.release()));
    }
    expect(await probe('/healthz')).toEqual([200, { alive: true, pool: 'ok', loop: 'ok' }]);
  });

  it('fails after the event loop stood still, and not for ever', async () => {
    expect((await probe('/healthz'))[0]).toBe(200);
    const until = performance.now() + limits.health.loopMs + 200;
    while (performance.now() < until);
    expect(await probe('/healthz')).toEqual([503, { alive: false, pool: 'ok', loop: 'stuck' }]);
    await medium.until(async () => (await probe('/healthz'))[0] === 200, 'liveness');
  });
});

describe('an act that PostgreSQL ends at a limit', () => {
  it('has changed nothing and says so, whether it waited for a lock or was slow, and its connection is as good as before', async () => {
    const lock = `SELECT pg_advisory_xact_lock(hashtext('test.limits'))`;
    const holding = await heldInside(medium.platform, async (tx, arrived) => {
      await managerOf(tx).query(lock);
      await arrived();
    });
    for (const [limit, sql] of [
      ['lock', lock],
      ['statement', 'SELECT pg_sleep(30)'],
    ] as const) {
      // prettier-ignore
      const id = newId();
      const ending = platform.unitOfWork.run(act(), async (tx) => {
        await tx.record(fact(id));
        await managerOf(tx).query(sql);
      });
      await expect(ending).rejects.toMatchObject({ code: 'database.limit-reached', transient: true, details: { limit } });
      expect(await journaled(id)).toBe(0);
    }
    holding.go();
    await holding.ended;
    await platform.unitOfWork.run(act(), (tx) => managerOf(tx).query(lock));
  });
});

describe('an act whose COMMIT is not answered', () => {
  it.each([
    // What is answered first is the writing of the entry.
    ['lost', 1, () => proxy.goFrom(1, 'lost')],
    ['silent', 0, () => proxy.go('silent')],
  ] as const)('is neither taken as done nor as not done: %s', async (_way, done, falls) => {
    const id = newId();
    const acting = platform.unitOfWork.run(act(), async (tx) => {
      await tx.record(fact(id));
      await falls();
    });
    await expect(acting).rejects.toMatchObject({ code: 'database.unreachable', transient: true });
    await proxy.go('pass');
    expect(await journaled(id)).toBe(done);
  });

  it('is done once by a repeat, wherever in the request an answer was lost, and leaves no entry that says that it was refused', async () => {
    const refused = () => medium.sql(`SELECT 1 FROM platform.journal WHERE outcome = 'refused'`);
    const before = (await refused()).length;
    const register = async (name: string, key: string): Promise<{ status: number; code: unknown }> => {
      const headers = { authorization: `Bearer ${await medium.issuer.token('operator')}`, 'idempotency-key': key };
      const payload = { kind: 'unit', name, creditCode: numberedCode(name), parentId: medium.chief.organisationId };
      const answer = await app.inject({ method: 'POST', url: '/api/v1/organisations', headers, payload });
      return { status: answer.statusCode, code: answer.json<{ code?: unknown }>().code };
    };
    expect((await register('first', newId())).status).toBe(201);
    let lost = 0;
    // As many as such an act has, and some more; what the process asks beside it may be met instead.
    for (let answer = 0; answer < 30; answer += 1) {
      const [name, key] = [`unit ${String(answer)}`, newId()];
      proxy.goFrom(answer, 'lost', true);
      const { status, code } = await register(name, key);
      if (status !== 201) {
        lost += 1;
        expect([answer, status, code]).toEqual([answer, 503, 'database.unreachable']);
      }
      await proxy.go('pass');
      expect((await register(name, key)).status).toBe(201);
      expect(await medium.sql('SELECT 1 FROM identity.organisations WHERE name = $1', [name])).toHaveLength(1);
    }
    expect(lost).toBeGreaterThan(5);
    expect((await refused()).length).toBe(before);
  }, 60_000);
});

describe('refusals of strangers', () => {
  it('are counted once, wherever in the writing of their entry an answer was lost', async () => {
    const refusals = app.get(AnonymousRefusals);
    await refusals.flush();
    let kept = 0;
    for (let answer = 0; answer < 14; answer += 1) {
      const code = `test.lost-${String(answer)}`;
      const written = async (): Promise<number[]> =>
        (await medium.sql<{ canonical: string }>(`SELECT canonical FROM platform.journal WHERE canonical LIKE '%"${code}"%'`)).map(
          ({ canonical }) => (JSON.parse(canonical) as { details: { count: number } }).details.count,
        );
      for (let asked = 0; asked < 3; asked += 1) refusals.count({ action: 'organisation.listed', code, source: '127.0.0.1' });
      proxy.goFrom(answer, 'lost', true);
      await refusals.flush();
      const at = await written();
      await proxy.go('pass');
      refusals.count({ action: 'organisation.listed', code, source: '127.0.0.1' });
      await refusals.flush();
      const counts = await written();
      if (counts.includes(3) && at.length === 0) kept += 1;
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
    }
    expect(kept).toBeGreaterThan(0);
  });
});

describe('migrations', () => {
  it('end wherever PostgreSQL falls silent', async () => {
    const contexts = [identityContext, auditContext];
    const urlFile = join(medium.dir, 'owner.url');
    await writeFile(urlFile, proxy.through((await readFile(medium.superuserUrlFile, 'utf8')).trim()), { mode: 0o600 });
    const { roles } = medium.configOf('api').database;
    const { queue } = medium.configOf('worker');
    const brief = { ...limits, migrations: { statementMs: 500, lockMs: 400, turnMs: 500 } };
    for (const answer of [2, 8, 20]) {
      proxy.goFrom(answer, 'silent');
      const began = performance.now();
      const migrating = installSchema({ database: { urlFile, ownerUrlFile: urlFile, roles, poolSize: 2 }, queue, limits: brief }, contexts);
      const fault: unknown = await migrating.catch((thrown: unknown) => thrown);
      expect(outageRefusal(fault)).toMatchObject({ code: 'database.unreachable' });
      // The turn is given back on a connection that may have broken too.
      expect(performance.now() - began).toBeLessThan(2 * (500 + database.answerMs) + 2_000);
      await proxy.go('pass');
    }
  });
});

describe('a process that is stopped inside the sequencer’s transaction', () => {
  const tree = new TreeRepository();
  const claims = (): Promise<boolean> => medium.platform.unitOfWork.run(act(), (tx) => tree.claimSequencing(tx));

  it('holds it up only for a limit: then another goes on, and the stopped one learns that it was ended', async () => {
    const id = newId();
    const stopped = await heldInside(platform, async (tx, arrived) => {
      expect(await tree.claimSequencing(tx)).toBe(true);
      await arrived();
      await tx.record(fact(id));
    });
    await medium.until(claims, 'the sequencing', 10);
    stopped.go();
    await expect(stopped.ended).rejects.toMatchObject({ code: expect.stringMatching(/^database\.(limit-reached|unreachable)$/) });
    expect(await journaled(id)).toBe(0);
  });

  it('does so also while PostgreSQL is sending it more than it takes', async () => {
    const { Client: _bounded, ...told } = boundedBy(limits.database);
    // pg's own client, since ours would end it from this side: a stopped process runs no clock.
    const stopped = new pg.Client({ connectionString: proxy.through((await readFile(medium.superuserUrlFile, 'utf8')).trim()), ...told });
    stopped.on('error', () => undefined);
    await stopped.connect();
    // PostgreSQL ends a statement only between two writes, which may or may not come to be here.
    await stopped.query('SET statement_timeout = 0');
    await stopped.query('BEGIN');
    await stopped.query(`SELECT pg_advisory_xact_lock(hashtext('opdomain.audit.sequencer'))`);
    const sending = stopped.query(`SELECT repeat('x', 10000) FROM generate_series(1, 100000)`).catch(() => 'ended');
    await medium.until(
      async () => (await medium.sql(`SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT repeat%' AND state = 'active'`)).length > 0,
      'the statement',
    );
    await proxy.go('stalled');
    await medium.until(claims, 'the sequencing', 20);
    await proxy.go('pass');
    // It held the sequencing until it was ended, and nothing but that ended it: what it was being sent never came whole.
    expect(await sending).toBe('ended');
  });
});

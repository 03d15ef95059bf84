import { newId, systemClock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { ENGINE, type Engine } from '#platform/engine';
import { Seams } from '#platform/seams';
import { RunLife, RunScratch } from '#runs';
import { createHash } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { residentFields } from '../../deploy/embedded/samples/residents.js';
import { CopyGate } from '../../libs/desensitisation/application/copy-gate.js';
import { DesensitisationRunKind } from '../../libs/desensitisation/application/desensitisation-run-kind.js';
import { Proposals } from '../../libs/desensitisation/application/proposals.js';
import { PlansRepository } from '../../libs/desensitisation/persistence/plans.repository.js';
import { canary, deliveredRows, openDelivered, type Delivered, type Plan, type Run } from '../support/delivered.js';
import { expectDestroyable } from '../support/holdings.js';
import { approveScenario, inDays, ok } from '../support/operating.js';
import { timesDone } from '../support/outcomes.js';
import { moment } from '../support/cuts.js';

let data: Delivered;
beforeAll(async () => {
  data = await openDelivered();
}, 180_000);
afterAll(() => data.close());

describe('a desensitisation plan', () => {
  it('is proposed by detection from a delivered copy, complete and without fault [DES-03]', async () => {
    const plan = await data.propose();
    expect(plan).toMatchObject({ state: 'draft', revision: 1, scenarioId: data.operating.scenarioId });
    const technique = (name: string) => plan.content?.columns.find((c) => c.column === name)?.technique.kind;
    expect(plan.columns.map(({ name }) => name)).toEqual(residentFields.map(({ name }) => name).filter((name) => name !== '银行卡号'));
    expect(
      Object.fromEntries(
        ['姓名', '公民身份号码', '手机号码', '出生日期', '户籍地址', '电子邮箱', '备注', '文化程度'].map((name) => [name, technique(name)]),
      ),
    ).toEqual({
      姓名: 'mask',
      公民身份号码: 'pseudonym',
      手机号码: 'pseudonym',
      出生日期: 'generalise',
      户籍地址: 'generalise',
      电子邮箱: 'mask',
      备注: 'drop',
      文化程度: 'keep',
    });
    expect(plan.content?.sampling).toBeDefined();
    expect(JSON.stringify(plan)).not.toContain(canary);
  });

  it('is refused when it keeps an identifier, hashes without a key or takes no sample, and says every reason at once [DES-02] [DES-03] [DES-04]', async () => {
    const plan = await data.propose();
    const columns = plan.content?.columns.map((column) => {
      if (column.column === '姓名') return { ...column, technique: { kind: 'keep' } };
      if (column.column === '公民身份号码') return { ...column, technique: { kind: 'hash', algorithm: 'sm3' } };
      return column.column === '手机号码' ? { ...column, sensitiveType: 'none', technique: { kind: 'keep' } } : column;
    });
    const answer = await data.steward.put(`/desensitisation-plans/${plan.id}`, { columns });
    expect(answer).toMatchObject({ status: 422, body: { code: 'desensitisation.plan-faulty' } });
    expect((answer.body as { details: { problems: unknown } }).details.problems).toEqual([
      { problem: 'identifier-kept', column: '姓名' },
      { problem: 'unkeyed-hash', column: '公民身份号码' },
      { problem: 'contradicts-detection', column: '手机号码' },
      { problem: 'sampling-missing' },
    ]);
  });

  it('is approved by its digest, by the provider or the authority, never by the unit or by who wrote it [DES-03]', async () => {
    const plan = await data.propose();
    expect(await data.approve(plan, data.operating.manager)).toMatchObject({ status: 403 });
    const insider = await data.medium.person(data.operating.authorityId, ['authority']);
    const second = { organisationId: data.operating.unitId };
    ok(await data.medium.operator.post(`/people/${insider.personId}/affiliations`, second));
    expect((await data.approve(plan, insider)).body).toMatchObject({ code: 'desensitisation.approver-of-unit' });
    expect((await data.approve({ ...plan, digest: `sha256:${'0'.repeat(64)}` })).body).toMatchObject({
      code: 'desensitisation.plan-changed',
    });
    const changed = ok<Plan>(await data.steward.put(`/desensitisation-plans/${plan.id}`, { ...plan.content, sampling: { atMost: 200 } }));
    expect((await data.approve(changed)).body).toMatchObject({ code: 'desensitisation.approver-is-author' });
    expect(ok<Plan>(await data.approve(changed, data.operating.authority))).toMatchObject({ state: 'approved', revision: 2 });
    expect((await data.operating.manager.post('/desensitisation-runs', { planId: (await data.propose()).id })).body).toMatchObject({
      code: 'desensitisation.plan-not-approved',
    });
  });

  it('of another unit does not exist', async () => {
    const stranger = await data.medium.person(await data.medium.organisation('unit'), ['unit-manager']);
    const plan = await data.propose();
    expect(await stranger.get(`/desensitisation-plans/${plan.id}`)).toMatchObject({
      status: 404,
      body: { code: 'desensitisation-plan.not-found' },
    });
    expect((await stranger.get<{ items: unknown[] }>('/desensitisation-plans')).body.items).toEqual([]);
  });
});

describe('a proposal', () => {
  it('waits and says so while the store is away, is made when it is back, and fails with its cause where that takes days', async () => {
    const at = join(data.medium.dir, 'objects');
    const order = async (): Promise<string> => ok<Plan>(await data.steward.post(`/dataset-copies/${data.copyId}/plan-proposals`, {})).id;
    const waiting = (id: string): Promise<unknown> =>
      data.medium.until(async () => {
        const plan = ok<Plan & { waits: { for: string } | null }>(await data.steward.get(`/desensitisation-plans/${id}`));
        return plan.state === 'proposing' && plan.waits?.for === 'object-store';
      }, 'the proposal to wait');
    const reaches = (id: string, state: string): Promise<Plan> =>
      data.medium.until(async () => {
        const plan = ok<Plan>(await data.steward.get(`/desensitisation-plans/${id}`));
        return plan.state === state && plan;
      }, `the proposal to be ${state}`);
    await rename(at, `${at}.away`);
    let left: string;
    try {
      const lost = await order();
      await waiting(lost);
      const since = `waits_since = now() - interval '25 hours'`;
      await data.medium.sql(`UPDATE platform.work SET ${since}, due_at = now() WHERE key = $1 AND state = 'due'`, [lost]);
      expect(await reaches(lost, 'failed')).toMatchObject({ cause: 'queue.outage-too-long' });
      left = await order();
      await waiting(left);
    } finally {
      await rm(at, { recursive: true, force: true });
      await rename(`${at}.away`, at);
    }
    await reaches(left, 'draft');
  }, 120_000);

  it('becomes no draft where the copy may no longer be read when the engine has looked', async () => {
    const { id } = await data.propose();
    const [plan, { scenarioId }] = [newId(), data.operating];
    const behindTheProduct = (change: string) => data.medium.sql(`BEGIN; SET LOCAL session_replication_role = replica; ${change}; COMMIT`);
    const proposing = JSON.stringify({ id: plan, state: 'proposing', revision: 0, content: null, digest: null, columns: [], findings: [] });
    await behindTheProduct(`INSERT INTO desensitisation.plans
      SELECT (jsonb_populate_record(p, '${proposing}')).* FROM desensitisation.plans p WHERE id = '${id}'`);
    const prescribe = (route: string | null) =>
      behindTheProduct(`UPDATE authorisations.scenarios
        SET plan = jsonb_set(plan, '{prescribedRoute}', '${JSON.stringify(route)}') WHERE id = '${scenarioId}'`);
    const worker = await data.medium.worker();
    const part = <T>(type: abstract new (...args: never[]) => T): T => worker.get(type, { strict: false });
    const real: Engine = worker.get(ENGINE, { strict: false });
    const looked = Object.create(real, {
      run: {
        value: async (...job: Parameters<Engine['run']>) => {
          const outcome = await real.run(...job);
          await prescribe('mpc');
          return outcome;
        },
      },
    }) as Engine;
    const room = [part(UnitOfWork), part(PlansRepository), part(CopyGate), part(RunScratch)] as const;
    const proposals = new Proposals(...room, looked, systemClock);
    await proposals.make(plan, { signal: new AbortController().signal, held: () => Promise.resolve() });
    await prescribe(null);
    expect(ok(await data.steward.get(`/desensitisation-plans/${plan}`))).toMatchObject({
      ...{ state: 'failed', cause: 'scenario.route-prescribed', content: null },
    });
  }, 120_000);
});

describe('a desensitisation run', () => {
  it('publishes a sample with its proof, lineage, counts and key versions, and leaves no raw value anywhere else [DES-01] [DES-02] [DES-03] [DES-04]', async () => {
    const plan = await data.propose();
    ok(await data.approve(plan));
    const done = await data.run(plan);
    expect(done).toMatchObject({
      state: 'succeeded',
      cause: null,
      rowsIn: deliveredRows,
      planDigest: plan.digest,
      engine: expect.stringMatching(/^duckdb /),
    });
    expect(done.rowsOut).toBeLessThan(deliveredRows * 0.2);
    expect(done.rowsOut).toBeGreaterThan(0);
    expect(done.proof?.passed).toBe(true);
    expect(new Set(done.proof?.checks.map(({ check }) => check))).toEqual(
      new Set(['sample', 'residual-identifiers', 'raw-values', 'bijection', 'dictionary-attack', 'singling-out', 'generalised']),
    );
    expect(done.lineage?.find(({ name }) => name === '公民身份号码')).toEqual({
      name: '公民身份号码',
      type: 'text',
      reversibility: 'keyed',
      from: ['公民身份号码'],
      technique: 'pseudonym',
    });
    expect(done.lineage?.some(({ name }) => name === '备注')).toBe(false);
    expect(Object.keys(done.keyVersions)).toContain('resident-id');
    const samples = ok<{ items: { runId: string }[] }>(
      await data.operating.developer.get(`/samples?scenarioId=${data.operating.scenarioId}`),
    );
    expect(samples.items.map(({ runId }) => runId)).toContain(done.id);
    const kept = await data.everythingKept();
    expect(kept).toContain(done.id);
    expect(kept).not.toContain(canary);
    expect(kept).toContain('usage.recorded.v1');
  }, 120_000);

  const withoutNames = ({ content }: Plan) => ({
    columns: content?.columns.map((column) => (column.column === '姓名' ? { ...column, technique: { kind: 'drop' } } : column)),
    sampling: content?.sampling,
  });

  it('shows only fields that a data request in force opens, none whose consent was withdrawn since, and samples go with what is withdrawn [REQ-02] [REQ-07]', async () => {
    const scenarioId = await approveScenario(data.operating.authorisationId, data.operating.authority, data.operating.manager);
    const consent = ok(
      await data.operating.manager.post('/consents', {
        service: '浙里办用户授权',
        reference: newId(),
        subject: `主体-${newId().slice(-6)}`,
        items: ['姓名'],
        purpose: '信用评估',
        scenarioId,
        expiresOn: inDays(100),
      }),
    );
    const item = await data.grant(['人员编号', '姓名', '文化程度'], scenarioId, (name) =>
      name === '姓名' ? { kind: 'consent', consentId: consent.id } : { kind: 'masking-plan' },
    );
    const copy = await data.deliver(scenarioId);
    const plan = await data.propose(data.steward, copy);
    expect(plan.columns.map(({ name }) => name)).toEqual(['人员编号', '姓名', '文化程度']);
    ok(await data.approve(plan));
    const done = await data.run(plan);
    const small = ok<Plan>(
      await data.steward.put(`/desensitisation-plans/${(await data.propose(data.steward, copy)).id}`, withoutNames(plan)),
    );
    ok(await data.approve(small, data.operating.authority));
    const nameless = await data.run(small);
    expect([done.state, nameless.state]).toEqual(['succeeded', 'succeeded']);
    const standing = async (): Promise<string[]> =>
      ok<{ items: { runId: string }[] }>(await data.operating.developer.get(`/samples?scenarioId=${scenarioId}`)).items.map(
        ({ runId }) => runId,
      );
    const bytes = (run: Run) => data.medium.platform.objects.list(`scenarios/${scenarioId}/samples/${run.id}`);
    const gone = (run: Run) =>
      data.medium.until(async () => !(await standing()).includes(run.id) && (await bytes(run)).length === 0, 'the sample to be withdrawn');
    ok(await data.operating.manager.post(`/consents/${consent.id}/withdrawals`, {}));
    await gone(done);
    expect(await standing()).toEqual([nameless.id]);
    expect(await timesDone(data.medium, done.id, 'sample.destroyed')).toBe(1);
    const lapsed = await data.operating.manager.post('/desensitisation-runs', { planId: plan.id });
    expect(lapsed.body).toMatchObject({ code: 'desensitisation.consent-lapsed', details: { columns: ['姓名'] } });
    ok(await data.operating.authority.post(`${item}/withdrawals`, { reasons: '业务终止' }));
    const closed = await data.operating.manager.post('/desensitisation-runs', { planId: plan.id });
    expect(closed.body).toMatchObject({ code: 'dataset-copy.not-granted' });
    await gone(nameless);
    expect(await standing()).toEqual([]);
  }, 240_000);

  it('publishes nothing when its proof fails, and names the column and never the value [DES-04]', async () => {
    const plan = await data.propose();
    const number = { kind: 'generalise', to: { by: 'hierarchy', map: {}, otherwise: '13912345678' } };
    const columns = plan.content?.columns.map((column) =>
      column.column === '文化程度' ? { ...column, sensitiveType: 'none', technique: number } : column,
    );
    const content = { columns, sampling: plan.content?.sampling };
    const strict = ok<Plan>(await data.steward.put(`/desensitisation-plans/${plan.id}`, content));
    ok(await data.approve(strict, data.operating.authority));
    const failed = await data.run(strict);
    expect(failed).toMatchObject({
      state: 'failed',
      cause: { code: 'desensitisation.proof-failed', columns: ['文化程度'] },
      sha256: null,
      proof: { passed: false },
    });
    const samples = ok<{ items: { runId: string }[] }>(
      await data.operating.developer.get(`/samples?scenarioId=${data.operating.scenarioId}`),
    );
    expect(samples.items.map(({ runId }) => runId)).not.toContain(failed.id);
    expect(await data.medium.platform.objects.list(`scenarios/${data.operating.scenarioId}/samples/${failed.id}`)).toEqual([]);
  }, 120_000);

  it('draws nothing by strata that ask for nearly every row, and says which column [DES-02]', async () => {
    const plan = await data.propose();
    const sampling = { rate: 0.05, strata: { column: plan.content?.columns[0]?.column, atLeast: 5 } };
    const strict = ok<Plan>(await data.steward.put(`/desensitisation-plans/${plan.id}`, { ...plan.content, sampling }));
    ok(await data.approve(strict, data.operating.authority));
    expect(await data.run(strict)).toMatchObject({
      state: 'failed',
      cause: { code: 'desensitisation.strata-too-many' },
      sha256: null,
    });
  }, 120_000);

  it('publishes once, whole, when its work is done twice [DES-03]', async () => {
    const plan = await data.propose();
    ok(await data.approve(plan));
    const done = await data.run(plan);
    await data.medium.sql(
      "UPDATE platform.work SET state = 'due', due_at = now(), rung_at = NULL, attempts = 0 WHERE name = 'desensitisation.run' AND key = $1",
      [done.id],
    );
    await data.medium.until(async () => {
      const [work] = await data.medium.sql<{ state: string }>(
        "SELECT state FROM platform.work WHERE name = 'desensitisation.run' AND key = $1",
        [done.id],
      );
      return work?.state === 'done';
    }, 'the second try');
    expect(await data.ended(done.id)).toEqual(done);
    expect(await timesDone(data.medium, done.id, 'desensitisation-run.succeeded')).toBe(1);
    expect(await data.medium.platform.objects.list(`scenarios/${data.operating.scenarioId}/samples/${done.id}`)).toHaveLength(2);
  }, 120_000);

  it('publishes once when two workers carry it out at the same time, and what is read is what was published [DES-03]', async () => {
    const plan = await data.propose();
    ok(await data.approve(plan));
    const { id } = ok<Run>(await data.operating.manager.post('/desensitisation-runs', { planId: plan.id }));
    const work = {
      workId: newId(),
      key: id,
      attempt: 1,
      held: () => Promise.resolve(),
      signal: new AbortController().signal,
      progress: () => Promise.resolve(),
      again: () => undefined,
    };
    const worker = await data.medium.worker();
    await worker.get(RunLife, { strict: false }).carryOut(worker.get(DesensitisationRunKind, { strict: false }), work);
    const done = await data.ended(id);
    expect(done.state).toBe('succeeded');
    expect(await timesDone(data.medium, id, 'desensitisation-run.succeeded')).toBe(1);
    const [row] = await data.medium.sql<{ object_key: string; object_version: string }>(
      'SELECT object_key, object_version FROM desensitisation.runs WHERE id = $1',
      [id],
    );
    const digest = createHash('sha256');
    const sealedBy = `scenario/${data.operating.scenarioId}`;
    for await (const chunk of await data.medium.platform.objects.get(row?.object_key ?? '', {
      sealedBy,
      version: row?.object_version ?? '',
    }))
      digest.update(chunk);
    expect(`sha256:${digest.digest('hex')}`).toBe(done.sha256);
  }, 120_000);

  it('is cut with its scope, and the cut shows itself by a probe', async () => {
    const plan = await data.propose();
    ok(await data.approve(plan));
    const ordered = ok<Run>(await data.operating.manager.post('/desensitisation-runs', { planId: plan.id }));
    const cuts = data.medium.app
      .get(Seams)
      .all('cut-path')
      .filter(({ path }) => path === 'queued-jobs' || path === 'running-jobs');
    const results = [];
    for (const cut of cuts) results.push(...(await cut.cut({ kind: 'scenario', id: data.operating.scenarioId }, moment())));
    expect(results.every(({ probe }) => probe.refused === true)).toBe(true);
    expect(await data.ended(ordered.id)).toMatchObject({ state: 'cancelled', cause: { code: 'desensitisation.cut' }, sha256: null });
  });
});

describe('the end of a domain', () => {
  it('finds samples and pseudonym keys in the database and in the store, destroys them and cannot read them back [DEST-01]', async () => {
    await expectDestroyable(data.medium, 'desensitised-samples', data.operating);
    expect(ok<{ items: unknown[] }>(await data.operating.developer.get(`/samples?scenarioId=${data.operating.scenarioId}`)).items).toEqual(
      [],
    );
  });
});

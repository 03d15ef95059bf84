import { CodeRuns } from '#coderuns';
import { newId, systemAct, type Clock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { z } from 'zod';
import { CodeRunKind } from '../../libs/coderuns/application/code-run-kind.js';
import { coderunsConfig } from '../../libs/coderuns/config.js';
import type { CodeRunView, CodeSubmissionView } from '../../libs/coderuns/contract.js';
import { canary, openDelivered, seat, type Delivered, type Plan } from '../support/delivered.js';
import { expectDestroyable } from '../support/holdings.js';
import { residents } from '../../deploy/embedded/samples/residents.js';
import type { Caller } from '../support/medium.js';
import { ok } from '../support/operating.js';

type Submission = z.output<typeof CodeSubmissionView>;
type CodeRun = z.output<typeof CodeRunView>;

let data: Delivered;
/** Another developer with a seat in the same scenario. */
let colleague: Caller;
beforeAll(async () => {
  const coderuns = coderunsConfig.parse({
    analysis: { waitingPerPerson: 50, waitingPerUnit: 60 },
    trials: { rows: 1000, wallClockMs: 15_000 },
  });
  data = await openDelivered((config) => Object.assign(config, { coderuns }));
  colleague = await data.medium.person(data.operating.unitId, ['unit-developer']);
  await seat(data.operating, colleague);
}, 480_000);
afterAll(() => data.close());

const counting = `SELECT "文化程度" AS education, count(*) AS people, avg("月缴费基数") AS mean_base\nFROM residents GROUP BY "文化程度" ORDER BY people DESC`;
const submit = (sql: string, more: Record<string, unknown> = {}, by = data.operating.developer) =>
  by.post<Submission>('/code-submissions', {
    scenarioId: data.operating.scenarioId,
    purpose: 'run',
    language: 'sql',
    title: '按学历统计缴费基数',
    sql,
    inputs: [{ copyId: data.copyId, as: 'residents' }],
    ...more,
  });
const review = (submission: Submission, by = data.reviewer, verdict = 'approve') =>
  by.post<Submission>(`/code-submissions/${submission.id}/reviews`, { verdict, digest: submission.digest, reasons: '已读，未见问题' });
const finished = (id: string): Promise<CodeRun> =>
  data.medium.until(
    async () => {
      const found = ok<CodeRun>(await data.operating.developer.get(`/code-runs/${id}`));
      return found.finishedAt !== null && found;
    },
    'the code run to end',
    60,
  );
async function reviewed(sql: string, more: Record<string, unknown> = {}): Promise<Submission> {
  return ok<Submission>(await review(ok<Submission>(await submit(sql, more))));
}
async function runCode(submission: Submission): Promise<CodeRun> {
  return finished(ok<CodeRun>(await data.operating.developer.post('/code-runs', { submissionId: submission.id })).id);
}

describe('code over raw data', () => {
  it('runs only when reviewed outside the unit, and leaves its result in quarantine alone [MOD-03]', async () => {
    const submission = ok<Submission>(await submit(counting));
    expect(submission.lineage).toEqual([
      { column: '#1', reversibility: 'raw', sources: [{ datasetId: data.datasetId, column: '文化程度' }], grouped: true },
      { column: '#2', reversibility: 'irreversible', sources: [] },
      { column: '#3', reversibility: 'irreversible', sources: [{ datasetId: data.datasetId, column: '月缴费基数' }] },
    ]);
    expect((await data.operating.developer.post('/code-runs', { submissionId: submission.id })).body).toMatchObject({
      code: 'coderuns.not-reviewed',
    });
    const insider = await data.medium.person(data.operating.unitId, ['export-reviewer'], { kind: 'platform' });
    expect((await review(submission, insider)).body).toMatchObject({ code: 'coderuns.reviewer-of-unit' });
    expect((await review({ ...submission, digest: `sha256:${'0'.repeat(64)}` })).body).toMatchObject({ code: 'coderuns.code-changed' });
    ok(await review(submission));
    const done = await runCode(submission);
    expect(done).toMatchObject({
      state: 'succeeded',
      mode: 'production',
      rows: null,
      cause: null,
      columns: ['education', 'people', 'mean_base'],
    });
    const stored = await data.medium.platform.objects.list(`scenarios/${data.operating.scenarioId}/quarantine/code-runs/${done.id}`);
    expect(stored.map(({ key }) => key.split('/').at(-1)).sort()).toEqual(['log.json', 'map.csv', 'result.parquet']);
  }, 60_000);

  it('sees the granted fields alone: another column, file or table is out of its reach [MOD-03] [REQ-02]', async () => {
    expect((await submit('SELECT count(*) FROM other_table')).body).toMatchObject({
      code: 'coderuns.unknown-table',
      details: { table: 'other_table' },
    });
    expect((await submit("SELECT * FROM read_parquet('/dev/shm/**')")).body).toMatchObject({ code: 'coderuns.code-unbound' });
    for (const sql of ['SELECT md5("性别") FROM residents', 'SELECT * FROM duckdb_settings()', 'SELECT random() FROM residents'])
      expect((await submit(sql)).body).toMatchObject({ code: 'coderuns.function-not-allowed' });
    expect((await submit('SELECT 1; SELECT 2')).body).toMatchObject({ code: 'coderuns.one-select' });
    expect((await submit('SELECT "性别",\n  count( FROM residents')).body).toMatchObject({
      code: 'coderuns.code-unreadable',
      details: { line: 2 },
    });
    expect((await submit('SELECT count("银行卡号") AS cards FROM residents')).body).toMatchObject({
      code: 'coderuns.code-unbound',
      details: { kind: 'binder', line: 1, column: 14 },
    });
  }, 60_000);

  it('that fails says kind, line and column and never a value, and the same code can be tried on the sample [DES-01] [MOD-03]', async () => {
    const plan = ok<Plan>(await data.approve(await data.propose()));
    expect((await data.run(plan)).state).toBe('succeeded');
    const sql = 'SELECT count(*) AS n,\n  max(CAST("手机号码" AS TINYINT)) AS m\nFROM residents';
    const submission = await reviewed(sql);
    const done = await runCode(submission);
    // Over raw data the place would tell which value failed; over the sample it is said.
    expect(done).toMatchObject({ state: 'failed', cause: { code: 'engine.sql-error', kind: 'Conversion' } });
    expect(Object.keys((done as { cause: object }).cause).sort()).toEqual(['code', 'kind']);
    const trial = await finished(ok<CodeRun>(await data.operating.developer.post(`/code-submissions/${submission.id}/trials`, {})).id);
    expect(trial).toMatchObject({ mode: 'trial', state: 'failed', cause: { kind: 'Conversion', line: 2, column: 7 } });
    const good = await finished(
      ok<CodeRun>(await data.operating.developer.post(`/code-submissions/${ok<Submission>(await submit(counting)).id}/trials`, {})).id,
    );
    expect(good).toMatchObject({ mode: 'trial', state: 'succeeded', rows: expect.any(Number) });
    expect(await data.everythingKept()).not.toContain(canary);
  }, 120_000);

  it('on trial is cut at limits of its own, and says which', async () => {
    const tried = async (sql: string): Promise<CodeRun> => {
      const submission = ok<Submission>(await submit(sql));
      return finished(ok<CodeRun>(await data.operating.developer.post(`/code-submissions/${submission.id}/trials`, {})).id);
    };
    expect(await tried('SELECT range AS r FROM range(2000)')).toMatchObject({
      state: 'failed',
      cause: { code: 'coderuns.trial-limit', kind: 'row' },
    });
    expect(await tried('SELECT max((a.range * 7 + b.range) % 1000003) AS m FROM range(10000000) a, range(10000000) b')).toMatchObject({
      state: 'failed',
      cause: { code: 'coderuns.trial-limit', kind: 'time' },
    });
  }, 120_000);

  it('may not train on raw data; on samples it may [MOD-02]', async () => {
    const submission = await reviewed(counting, { purpose: 'train' });
    expect((await data.operating.developer.post('/code-runs', { submissionId: submission.id })).body).toMatchObject({
      code: 'coderuns.training-on-raw',
    });
    expect(
      (await finished(ok<CodeRun>(await data.operating.developer.post(`/code-submissions/${submission.id}/trials`, {})).id)).state,
    ).toBe('succeeded');
  }, 60_000);

  it('does not begin once whoever ordered it is locked, also by a seat that nobody has worked by yet [SEAT-03]', async () => {
    const person = await data.medium.person(data.operating.unitId, ['unit-developer']);
    await seat(data.operating, person);
    const submission = ok<Submission>(await review(ok<Submission>(await submit(counting, {}, person))));
    const { id } = await finished(ok<CodeRun>(await person.post('/code-runs', { submissionId: submission.id })).id);
    ok(await data.medium.security.post(`/people/${person.personId}/locks`, { ground: 'left', reason: '离岗' }));
    const act = systemAct('coderuns', 'code-run.read', data.medium.app.get<Clock>(CLOCK).now());
    const kind = data.medium.app.get(CodeRunKind);
    const allowed = data.medium.app.get(UnitOfWork).run(act, async (tx) => kind.allowed(tx, await kind.table.get(tx, id)));
    await expect(allowed).rejects.toMatchObject({ code: 'seat.person-locked' });
  });

  it('is for people with a working seat in the scenario', async () => {
    const stranger = await data.medium.person(data.operating.unitId, ['unit-developer']);
    expect((await submit(counting, {}, stranger)).body).toMatchObject({ code: 'seat.needed' });
  });
});

describe('the interference test of a run', () => {
  /** Nothing is kept of what it found but that it was vetoed, and nothing can be taken up for export. */
  async function expectVetoed(sql: string, kind: 'identifiers' | 'subjects'): Promise<void> {
    const done = await runCode(await reviewed(sql));
    expect(done).toMatchObject({ state: 'failed', cause: { code: 'coderuns.interference', kind }, columns: null, rows: null });
    expect(Object.keys(done.cause ?? {}).sort()).toEqual(['code', 'kind']);
    const folder = `scenarios/${data.operating.scenarioId}/quarantine/code-runs/${done.id}`;
    const names = await data.medium.until(async () => {
      const stored = (await data.medium.platform.objects.list(folder)).map(({ key }) => key.split('/').at(-1) ?? '');
      return stored.length > 0 && stored;
    }, 'the log of what failed');
    expect(names).toEqual(['log.json']);
    const taken = data.medium.app
      .get(UnitOfWork)
      .read(systemAct('coderuns', 'code-run.read', data.medium.app.get<Clock>(CLOCK).now()), (tx) =>
        data.medium.app.get(CodeRuns).result(tx, done.id),
      );
    await expect(taken).rejects.toMatchObject({ code: 'code-run.not-found' });
    const journal = await data.medium.sql(
      `SELECT 1 FROM platform.journal WHERE canonical LIKE '%code-run.failed%' AND canonical LIKE '%coderuns.interference%' AND canonical LIKE '%${done.id}%'`,
    );
    expect(journal).toHaveLength(1);
  }

  it('vetoes a sum over identifiers, which no group protects: it is another when they are replaced [MOD-04]', async () => {
    await expectVetoed('SELECT "性别", sum(CAST("手机号码" AS HUGEINT)) AS total FROM residents GROUP BY 1', 'identifiers');
  }, 120_000);

  it('vetoes rows of constants whose number tells of one person, whom a condition singles out without any identifier [MOD-04]', async () => {
    const [, first = ''] = Buffer.concat([...residents({ rows: 3, encoding: 'utf8' })])
      .toString('utf8')
      .split('\n');
    const [, , id = '', , birth = ''] = first.split(',');
    await expectVetoed(
      `SELECT 100 AS people FROM residents WHERE "出生日期" = DATE '${birth}' AND "行政区划代码" = '${id.slice(0, 6)}'`,
      'subjects',
    );
  }, 120_000);

  it('leaves the finest groups alone where totals over them differ by few people', async () => {
    const [bound, shifted] = ['CAST("月缴费基数" AS INTEGER)', 'CAST("月缴费基数" AS INTEGER) + day("出生日期") % 2 * 200 - 100'];
    const code = (by: string): string =>
      `SELECT least(${bound} // 8000, 1) AS high, greatest(0, least((${shifted}) // 8000, 1)) AS near, count(*) AS people FROM residents GROUP BY ${by}`;
    const rows = async (by: string): Promise<unknown> => {
      const done = await runCode(await reviewed(code(by)));
      expect(done).toMatchObject({ state: 'succeeded', cause: null });
      return data.medium.sql(`SELECT rows FROM coderuns.runs WHERE id = '${done.id}'`);
    };
    // Three people are high and not near, four near and not high: by the totals they could be counted.
    expect(await rows('CUBE (high, near)')).toEqual(await rows('high, near'));
  }, 240_000);

  it('says with the run that groups are called by identifiers, for people to judge [MOD-04]', async () => {
    const done = await runCode(await reviewed('SELECT left("姓名", 1) AS surname, count(*) AS people FROM residents GROUP BY 1'));
    expect(done).toMatchObject({ state: 'succeeded', cause: null });
    expect(await data.medium.sql(`SELECT interference FROM coderuns.runs WHERE id = '${done.id}'`)).toEqual([
      { interference: { identifiers: 'groups-named', named: ['surname'] } },
    ]);
  }, 120_000);
});

describe('code made to hold up whoever reads it', () => {
  const nested = (depth: number, nest: (inner: string) => string): string => Array.from({ length: depth }).reduce<string>(nest, '1');
  const hostile = [
    `SELECT ${nested(24, (inner) => `sum(${inner})over()`)} FROM residents`,
    `SELECT ${nested(700, (inner) => `sum(${inner})over()`)} FROM residents`,
    `SELECT ${nested(1500, (inner) => `abs(${inner})`)} FROM residents`,
    `SELECT ${nested(5000, (inner) => `(${inner}+1)`)} FROM residents`,
    nested(400, (inner) => `SELECT * FROM (${inner.length === 1 ? 'SELECT * FROM residents' : inner}) t GROUP BY ALL`),
    `SELECT ${Array.from({ length: 15_000 }, () => '"性别"').join(',')} FROM residents`,
  ];

  it('is analysed or refused in both languages, while the API answers others at once and a colleague’s code waits for none of it', async () => {
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    let answered = 0;
    const flood = Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        submit(hostile[i % hostile.length] ?? '').finally(() => {
          answered += 1;
        }),
      ),
    );
    expect((await submit(counting, {}, colleague)).status).toBe(201);
    expect(answered).toBeLessThan(40);
    const answers = await flood;
    delay.disable();
    for (const { status, body } of answers) {
      if (status === 200 || status === 201) continue;
      expect(body).toMatchObject({ status: 422, code: expect.stringMatching(/^coderuns\.code-(too-complex|unreadable|unbound)$/) });
    }
    for (const i of [2, 3, 5]) expect([i, answers[i]?.body]).toMatchObject([i, { code: 'coderuns.code-too-complex' }]);
    // Each of them held the loop for seconds to minutes when it was analysed on it.
    expect(delay.max / 1e6).toBeLessThan(2_000);
    expect(delay.percentile(99) / 1e6).toBeLessThan(500);
  }, 240_000);
});

describe('code that waits for review', () => {
  it('is so much of a person; a colleague hands in meanwhile', async () => {
    const { id } = ok<Submission>(await submit(counting, {}, colleague));
    const behind = (statement: string) => data.medium.sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
    await behind(`INSERT INTO coderuns.submissions
      SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'title', 'waits'))).*
      FROM coderuns.submissions s, generate_series(1, 50) WHERE s.id = '${id}'`);
    try {
      expect(await submit(counting, {}, colleague)).toMatchObject({
        status: 429,
        body: { code: 'code-submission.too-many-waiting', details: { whose: 'person', limit: 50 } },
      });
      expect((await submit(counting)).status).toBe(201);
    } finally {
      await behind(`DELETE FROM coderuns.submissions WHERE title = 'waits'`);
    }
  });
});

describe('a scenario for which another route was prescribed', () => {
  it('has nothing imported or run in clear: neither code, nor a trial, nor a desensitisation, nor a delivery [PRIV-01]', async () => {
    const { developer } = data.operating;
    const submission = await reviewed(counting);
    const plan = ok<Plan>(await data.approve(await data.propose()));
    const { scenarioId } = data.operating;
    const prescribe = (route: string | null) =>
      // A scenario’s route is judged with it and never changes: what stood before is put in its place behind the product’s back.
      data.medium.sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE authorisations.scenarios
        SET plan = jsonb_set(plan, '{prescribedRoute}', '${JSON.stringify(route)}') WHERE id = '${scenarioId}'; COMMIT`);
    await prescribe('mpc');
    const delivery = { datasetId: data.datasetId, scenarioId, uploadId: newId(), format: { kind: 'csv', encoding: 'utf-8' } };
    for (const answer of [
      await submit(counting),
      await developer.post('/code-runs', { submissionId: submission.id }),
      await developer.post(`/code-submissions/${submission.id}/trials`, {}),
      await data.steward.post(`/dataset-copies/${data.copyId}/plan-proposals`, {}),
      await data.steward.post('/desensitisation-runs', { planId: plan.id }),
      await data.steward.post('/dataset-copies', delivery),
    ])
      expect(answer.body).toMatchObject({ code: 'scenario.route-prescribed', status: 409, details: { route: 'mpc' } });
    await prescribe(null);
    ok(await developer.post('/code-runs', { submissionId: submission.id }));
  });
});

describe('the end of a domain', () => {
  it('finds results and logs in the database and in the store, destroys them and cannot read them back [DEST-01]', async () => {
    await expectDestroyable(data.medium, 'code-run-results', data.operating);
  });
});

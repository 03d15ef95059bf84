import {
  defineJob,
  lanes,
  newId,
  systemAct,
  systemClock,
  verifySignedDocument,
  type ActContext,
  type ContextDeclaration,
  type SignedDocument,
} from '#kernel';
import { SignedDocuments } from '#platform/documents';
import { Job, type JobRun } from '#platform/queue';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Implements, type WorkOver } from '#platform/seams';
import { Injectable, Module } from '@nestjs/common';
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { contexts } from '../../apps/composition/contexts.js';
import { application, openCast, type Cast } from '../support/authorised.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

const longWork = defineJob('long.work', 'work', { goesOn: 'a test’s' }, { patience: { tries: 2, outageMinutes: 1 } });
/** Long work whose steps the test decides. */
const steps = new EventEmitter();
@Injectable()
class LongWork {
  @Job(longWork)
  async run(run: JobRun): Promise<void> {
    await run.progress({ done: 1, of: 2 });
    steps.emit('started');
    const [outcome] = (await once(steps, 'finish', { signal: run.signal })) as [string];
    if (outcome === 'fail') throw new RangeError('as the test wants it');
    await run.progress({ done: 2, of: 2 });
  }
}
@Implements('work-over')
@Injectable()
class LongOver implements WorkOver {
  readonly jobs = [longWork];
  readonly by = 'test';
  readonly action = 'long.ordered';
  giveUp = (): Promise<void> => Promise.resolve();
}
@Module({ providers: [LongOver] })
class LongModule {}
const longContext: ContextDeclaration = {
  name: 'long',
  module: LongModule,
  controllers: [],
  jobs: [LongWork],
  reconcilers: [],
  entities: [],
  grants: { tables: {} },
  migrations: [],
  auditActions: { 'long.ordered': { object: 'long', zh: '下达', en: 'ordered' } },
  refusals: {},
  endings: { belongs: {}, acts: {} },
};

interface BoardAnswer {
  numbers: {
    name: string;
    state: string;
    value: number | null;
    by: Record<string, number>;
    ids: string[];
    ageSeconds: number | null;
    opens: string;
  }[];
}
interface RequirementsAnswer {
  items: {
    id: string;
    state: string;
    derived: boolean;
    evidence: { source: string; ageSeconds: number; stale: boolean; what: string }[];
  }[];
  summary: Record<string, number>;
  silentSources: { source: string }[];
}

let medium: Medium;
let here: Cast;
let there: Cast;
let url = '';
beforeAll(async () => {
  medium = await openMedium({ contexts: [...contexts, longContext], worker: true });
  [here, there] = [await openCast(medium), await openCast(medium)];
  url = `${await medium.app.getUrl()}/api/v1`;
});
afterAll(() => medium.close());

const number = async (by: Caller, name: string): Promise<BoardAnswer['numbers'][number] | undefined> =>
  (await by.get<BoardAnswer>('/board')).body.numbers.find((one) => one.name === name);
const requirementsOf = async (by: Caller, query = ''): Promise<RequirementsAnswer> =>
  (await by.get<RequirementsAnswer>(`/requirements${query}`)).body;

/** Orders long work for a unit; the unit's manager could have done so. */
const order = (unitId: string, key = newId(), by = systemAct('test', 'long.ordered', systemClock.now())): Promise<string> =>
  medium.platform.unitOfWork.run(by, (tx) => tx.enqueue(longWork, { key, unitId }));
/** What someone does who is signed in and has no role. */
const actOf = ({ personId, organisationId }: Caller): ActContext => ({
  action: 'long.ordered',
  actor: { kind: 'person', personId, organisationId, sessionId: 'test', grants: [], organisationIds: [organisationId], regions: {} },
  at: systemClock.now(),
});

describe('the board', () => {
  it('shows an authority its own region, the administrators everything, and every number opens its records [ADM-11] [ADM-03]', async () => {
    for (const cast of [here, there, there]) {
      const answer = await cast.officer.post('/authorisations', { unitId: cast.unit, ...application(cast) });
      expect(answer).toMatchObject({ status: 201 });
    }
    const mine = await number(here.officer, 'authorisations');
    expect(mine).toMatchObject({ state: 'fresh', value: 1, by: { draft: 1 }, opens: '/authorisations/:id', ageSeconds: 0 });
    expect((await number(there.officer, 'authorisations'))?.value).toBe(2);
    expect((await number(there.governor, 'authorisations'))?.value).toBe(2);
    expect((await number(medium.auditor, 'authorisations'))?.value).toBe(3);
    const record = mine?.opens.replace(':id', mine.ids[0] ?? '') ?? '';
    expect(await here.officer.get(record)).toMatchObject({ status: 200, body: { unitId: here.unit } });
    expect((await there.officer.get(record)).status).toBe(404);
    expect(await number(here.officer, 'work-given-up')).toBeUndefined();
    expect(await number(medium.operator, 'work-given-up')).toMatchObject({ state: 'fresh', opens: '/work?state=dead' });
    const board = (await medium.operator.get<BoardAnswer>('/board')).body;
    expect(board.numbers.filter(({ state }) => state !== 'fresh')).toEqual([]);
  });

  it('shows the last reading with its age when a source is silent, and no number where it never spoke: never a false zero [ADM-11]', async () => {
    const before = await number(medium.auditor, 'authorisations');
    await medium.sql('ALTER VIEW authorisations.v_authorisations RENAME TO v_elsewhere');
    try {
      await medium.sql(`UPDATE oversight.readings SET read_at = read_at - interval '1 hour' WHERE name = 'authorisations'`);
      const stale = await number(medium.auditor, 'authorisations');
      expect(stale).toMatchObject({ state: 'stale', value: before?.value, by: before?.by });
      expect(stale?.ageSeconds).toBeGreaterThanOrEqual(3600);
      const never = await medium.person(await medium.organisation('authority'), ['authority']);
      expect(await number(never, 'authorisations')).toMatchObject({ state: 'no-source', value: null, ageSeconds: null });
    } finally {
      await medium.sql('ALTER VIEW authorisations.v_elsewhere RENAME TO v_authorisations');
    }
    expect(await number(medium.auditor, 'authorisations')).toMatchObject({ state: 'fresh', ageSeconds: 0 });
  });
});

describe('the requirements', () => {
  it('show live evidence with source and age, say what is our own reading, and count nothing without data as shown', async () => {
    const all = await requirementsOf(medium.auditor);
    expect(all.silentSources).toEqual([]);
    expect(all.summary['total']).toBe(all.items.length);
    expect(all.items.find(({ id }) => id === 'AUD-06')).toMatchObject({
      state: 'shown',
      evidence: [{ source: 'PlatformEvidence', ageSeconds: 0 }],
    });
    const isolation = all.items.find(({ id }) => id === 'MOD-03')?.evidence.find(({ source }) => source === 'PlatformEvidence')?.what;
    expect(isolation).toMatch(
      /attempts to get out were refused at start; when its parent was killed: gone after \d+ ms; a killed worker leaves nothing|not isolated: .*; a killed worker leaves /,
    );
    expect(all.items.filter(({ state, evidence }) => state === 'shown' && evidence.length === 0)).toEqual([]);
    expect(all.items.filter(({ evidence }) => evidence.length === 0).every(({ state }) => state === 'no-data')).toBe(true);
    const failing = await requirementsOf(medium.auditor, '?state=failing');
    expect(failing.items.every(({ state }) => state === 'failing')).toBe(true);
    expect((await here.developer.get('/requirements')).body).toMatchObject({ code: 'http.role-missing' });
  });

  it('fail as soon as a guard is gone from the database [AUD-06]', async () => {
    await medium.sql('ALTER TABLE platform.journal DISABLE TRIGGER keep_journal');
    try {
      const rows = await requirementsOf(medium.auditor);
      expect(rows.items.find(({ id }) => id === 'AUD-06')).toMatchObject({ state: 'failing' });
    } finally {
      await medium.sql('ALTER TABLE platform.journal ENABLE TRIGGER keep_journal');
    }
  });

  it('can be taken away as a signed document whose digest stands in the journal', async () => {
    const { body } = await medium.auditor.get<SignedDocument>('/requirements/export');
    const keys = await medium.app.get(SignedDocuments).verifierKeys();
    const { digest } = verifySignedDocument(body, keys);
    const rows = await medium.sql(`SELECT 1 FROM platform.journal WHERE action = 'requirement.document-signed' AND canonical LIKE $1`, [
      `%${digest}%`,
    ]);
    expect(rows).toHaveLength(1);
    const altered = { ...body, document: { ...body.document, summary: { total: 177, shown: 177, failing: 0, noData: 0 } } };
    expect(() => verifySignedDocument(altered, keys)).toThrow('document.signature-invalid');
  });
});

describe('staffing', () => {
  it('names the rule and the place for which nobody is left, until someone holds it', async () => {
    type Rules = { enough: boolean; rules: { name: string; enough: boolean; missing: string[] }[] };
    const rule = async (name: string) => (await medium.operator.get<Rules>('/staffing')).body.rules.find((one) => one.name === name);
    expect(await rule('three-administrators')).toMatchObject({ enough: true });
    expect(await rule('roles-of-the-security-admin')).toMatchObject({ enough: false, missing: ['security-admin'] });
    const office = await medium.organisation('evaluator');
    await medium.person(office, ['security-admin']);
    expect(await rule('roles-of-the-security-admin')).toMatchObject({ enough: true, missing: [] });
  });
});

describe('long work', () => {
  it('is followed by its unit to its end, step by step, and is nothing to another unit [ISO-02]', async () => {
    const started = once(steps, 'started');
    const key = newId();
    const id = await order(here.unit, key);
    await started;
    expect((await there.manager.get(`/operations/${id}`)).body).toMatchObject({ code: 'operation.not-found', status: 404 });
    expect((await here.manager.get(`/operations/${key}`)).body).toMatchObject({ id, state: 'running', progress: { done: 1, of: 2 } });
    // Who acted on the object follows its work too, whatever unit the work is of: a provider its import.
    await medium.platform.unitOfWork.journal(actOf(there.steward), { action: 'long.ordered', object: { kind: 'long', id: key } });
    expect((await there.steward.get(`/operations/${id}`)).status).toBe(200);
    const response = await fetch(`${url}/operations/${id}/events`, { headers: { authorization: `Bearer ${await here.manager.token()}` } });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    steps.emit('finish', 'done');
    const text = await response.text();
    const seen = [...text.matchAll(/^data: (.*)$/gm)].map(
      (line) => JSON.parse(line[1] ?? '') as { state: string; progress: { done: number } },
    );
    expect(seen[0]).toMatchObject({ state: 'running', progress: { done: 1 } });
    expect(seen.at(-1)).toMatchObject({ state: 'succeeded', progress: { done: 2 } });
    const strange = await fetch(`${url}/operations/${id}/events`, { headers: { authorization: `Bearer ${await there.manager.token()}` } });
    expect(strange.status).toBe(404);
  });

  it('stops telling a person whose access was cut while the stream was open', async () => {
    const started = once(steps, 'started');
    const id = await order(here.unit);
    await started;
    const response = await fetch(`${url}/operations/${id}/events`, {
      headers: { authorization: `Bearer ${await here.developer.token()}` },
    });
    expect(response.status).toBe(200);
    await medium.platform.unitOfWork.run(systemAct('test', 'long.ordered', systemClock.now()), (tx) =>
      tx.bumpEpoch('person', here.developer.personId),
    );
    // The connection is reset rather than ended: the work is still running, and nothing more of it is told.
    await expect(response.text()).rejects.toThrow('terminated');
    steps.emit('finish', 'done');
  });

  it('that keeps failing is listed, tried at once for the platform operator, and that stands in the journal', async () => {
    let started = once(steps, 'started');
    const id = await order(here.unit);
    await started;
    steps.emit('finish', 'fail');
    const failing = async (): Promise<unknown> =>
      (await medium.operator.get<{ items: { id: string }[] }>('/work?failing=true&name=long.work')).body.items[0];
    expect(await medium.until(failing, 'the failed work')).toMatchObject({
      id,
      state: 'due',
      attempts: 1,
      losses: 0,
      waits: null,
      lastError: 'RangeError',
    });
    await medium.sql(`UPDATE platform.work SET attempts = 7, due_at = now() + interval '1 day' WHERE id = $1`, [id]);
    expect((await number(medium.operator, 'work-failing'))?.by).toMatchObject({ 'long.work': 1 });
    expect((await here.officer.post(`/work/${id}/retries`)).status).toBe(403);
    expect((await medium.operator.post(`/work/${newId()}/retries`)).body).toMatchObject({ code: 'work.not-found' });
    started = once(steps, 'started');
    const key = { 'idempotency-key': newId() };
    expect((await medium.operator.post(`/work/${id}/retries`, undefined, key)).body).toMatchObject({ id, state: 'due', attempts: 0 });
    expect((await medium.operator.post(`/work/${id}/retries`, undefined, key)).body).toMatchObject({ id, state: 'due' });
    await started;
    expect((await medium.operator.post(`/work/${id}/retries`)).body).toMatchObject({
      code: 'work.not-failing',
      details: { state: 'leased' },
    });
    steps.emit('finish', 'done');
    await medium.until(
      async () => (await medium.operator.get<{ state: string }>(`/operations/${id}`)).body.state === 'succeeded',
      'the retry to succeed',
    );
    expect(
      await medium.sql(`SELECT outcome FROM platform.journal WHERE action = 'work.retried' AND object_id = $1 AND outcome = 'done'`, [id]),
    ).toHaveLength(1);
  });
});

describe('the queue', () => {
  interface Lanes {
    workers: number;
    lanes: { lane: string; places: number; running: number; waiting: number; dead: number; waitingSince: string | null }[];
    heldBack: unknown[];
  }
  const laneOf = async (name: string): Promise<Lanes['lanes'][number] | undefined> =>
    (await medium.operator.get<Lanes>('/work/lanes')).body.lanes.find(({ lane }) => lane === name);

  it('shows the platform operator lane by lane what runs, what waits since when, what is dead, and whose share is full', async () => {
    const person = there.developer;
    const began = systemClock.now();
    for (let n = 0; n < 4; n += 1) await order(here.unit);
    for (let n = 0; n < 3; n += 1) await order(there.unit, newId(), actOf(person));
    await medium.until(async () => (await laneOf('work'))?.running === 3, 'every place of the lane to be taken');
    const { body } = await medium.operator.get<Lanes>('/work/lanes');
    expect([body.workers, body.lanes.map(({ lane }) => lane)]).toEqual([1, lanes]);
    const work = body.lanes.find(({ lane }) => lane === 'work');
    expect(work).toEqual({
      lane: 'work',
      places: 3,
      running: 3,
      waiting: 4,
      waitingSince: expect.any(String),
      later: 0,
      dead: 0,
      perUnit: 2,
      perPerson: 1,
      openPerUnit: 200,
      openPerPerson: 50,
    });
    expect(new Set(body.heldBack)).toEqual(
      new Set([
        { lane: 'work', share: 'unit', id: here.unit, running: 2, waiting: 2 },
        { lane: 'work', share: 'person', id: person.personId, running: 1, waiting: 2 },
      ]),
    );
    expect(Date.parse(work?.waitingSince ?? '')).toBeGreaterThanOrEqual(Date.parse(began) - 1);
    expect(body.lanes.find(({ lane }) => lane === 'cuts')).toMatchObject({
      places: 64,
      running: 0,
      waiting: 0,
      perUnit: null,
    });

    const ending = setInterval(() => steps.emit('finish', 'fail'), 20);
    await medium.until(async () => (await laneOf('work'))?.dead === 7, 'all of it to be dead');
    clearInterval(ending);
    expect(await laneOf('work')).toMatchObject({ running: 0, waiting: 0, waitingSince: null });
    expect((await medium.operator.get<Lanes>('/work/lanes')).body.heldBack).toEqual([]);
    const dead = async (lane: string): Promise<{ name: string; lane: string }[]> =>
      (await medium.operator.get<{ items: { name: string; lane: string }[] }>(`/work?state=dead&lane=${lane}`)).body.items;
    expect((await dead('work')).map(({ name, lane }) => [name, lane])).toEqual(Array.from({ length: 7 }, () => ['long.work', 'work']));
    expect(await dead('trials')).toEqual([]);
    expect((await medium.operator.get('/work?lane=fast')).body).toMatchObject({ code: 'http.invalid-input' });
  });

  it('shows its lanes to nobody else', async () => {
    for (const one of [here.officer, here.manager, there.developer, medium.auditor, medium.security])
      expect((await one.get('/work/lanes')).body).toMatchObject({ status: 403 });
  });
});

import { identityContext } from '#identity';
import { addMonths, newId, systemAct, type EventType } from '#kernel';
import { authorisationsContext } from '#authorisations';
import { networkLogsContext, Sealer } from '#networklogs';
import { domainReady, terminationCertified } from '#platform/database';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMedium, type Medium } from '../support/medium.js';

interface Segment {
  id: string;
  domainId: string | null;
  zone: string;
  from: string;
  until: string;
  events: number;
  lost: number;
  gaps: { from: string; until: string }[];
  complete: boolean;
  keepUntil: string;
  terminatedAt: string | null;
}
interface Event {
  id: string;
  personId: string | null;
  to: string;
  fromAddress: string;
  reason: string;
  verdict: string;
}

let medium: Medium;
let sealer: Sealer;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, networkLogsContext], worker: true });
  sealer = (await medium.worker()).get(Sealer, { strict: false });
});
afterAll(() => medium.close());

/** Everything that was called before this has reached the logs: what is written and collected keeps its order. */
async function settle(): Promise<void> {
  const at = new Date().toISOString();
  await medium.auditor.get('/people/self');
  await medium.until(async () => {
    await sealer.turn();
    const marker = `SELECT 1 FROM networklogs.events WHERE person_id = $1 AND started_at >= $2`;
    return (await medium.sql(marker, [medium.auditor.personId, at])).length > 0;
  }, 'the connections to be collected');
}
const search = async (query: string): Promise<Event[]> =>
  (await medium.security.get<{ items: Event[] }>(`/network-log-events?limit=200${query}`)).body.items;
/** What is written seconds after the last segment makes the next one. */
const sealNow = (domainId?: string): Promise<Segment[]> =>
  medium.until(async () => {
    const answer = await medium.security.post<{ sealed: Segment[] }>('/network-log-segments', domainId === undefined ? {} : { domainId });
    expect(answer.status).toBe(201);
    return answer.body.sealed.length > 0 && answer.body.sealed;
  }, 'something to seal');
const publish = <P extends object>(event: EventType<P>, payload: P): Promise<void> =>
  medium.platform.unitOfWork.run(systemAct('test', 'network-log.collected', new Date().toISOString()), (tx) =>
    tx.publish(event, newId(), payload),
  );
/** Takes the lock off a stored file, as the passing of its term would. */
async function unlock(key: string): Promise<void> {
  const folder = join(medium.dir, 'objects', 'objects', ...key.split('/'));
  for (const version of await readdir(folder)) {
    const file = join(folder, version, 'about.json');
    const about = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...about, retainUntil: '2020-01-01T00:00:00.000Z' }));
  }
}
const streamsOf = (domainId: string) =>
  medium.sql('SELECT zone, terminated_at, ended_at FROM networklogs.streams WHERE domain_id = $1', [domainId]);

describe('the platform’s own door', () => {
  it('records who called which route, from where and how it ended, and it can be found by person, address and time [LOG-03]', async () => {
    const person = await medium.person(await medium.organisation('unit'), ['unit-manager']);
    await person.get('/people/self');
    await person.get('/network-log-segments');
    await settle();
    const found = await search(`&personId=${person.personId}&address=127.0.0.1`);
    expect(found.map(({ to, verdict, reason }) => [to, verdict, reason])).toEqual([
      ['GET /api/v1/network-log-segments', 'denied', 'status 403'],
      ['GET /api/v1/people/self', 'allowed', 'status 200'],
    ]);
    expect(await search(`&personId=${person.personId}&until=2020-01-01T00:00:00.000Z&from=2019-12-31T00:00:00.000Z`)).toEqual([]);
    expect(await search(`&personId=${person.personId}&verdict=denied`)).toHaveLength(1);
  });

  it('keeps the template of a route and never its parameters, which may name someone [AUD-08]', async () => {
    const secret = newId();
    await medium.security.get(`/people/${secret}?note=${secret}`);
    await settle();
    const [row] = await medium.sql<{ n: string }>(`SELECT count(*) AS n FROM networklogs.events e WHERE e::text LIKE '%' || $1 || '%'`, [
      secret,
    ]);
    expect(row?.n).toBe('0');
  });

  it('searches at most a quarter at once, and reads only the days asked for', async () => {
    const answer = await medium.security.get('/network-log-events?from=2020-01-01T00:00:00.000Z&until=2021-01-01T00:00:00.000Z');
    expect(answer.body).toMatchObject({ code: 'network-log.period-too-long' });
    await medium.sql(`SELECT networklogs.ensure_day('2026-01-01'), networklogs.ensure_day('2026-01-02')`);
    const plan = await medium.sql<Record<string, string>>(
      `EXPLAIN SELECT * FROM networklogs.events WHERE started_at >= '2026-01-02T00:00:00Z' AND started_at < '2026-01-02T12:00:00Z'`,
    );
    const text = JSON.stringify(plan);
    expect(text).toContain('events_20260102');
    expect(text).not.toContain('events_20260101');
  });

  it('pages through a search without losing or doubling an event', async () => {
    await settle();
    const seen: string[] = [];
    const until = new Date().toISOString();
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: { items: Event[]; next: string | null } } = await medium.security.get(
        `/network-log-events?limit=7&until=${until}${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    const [row] = await medium.sql<{ n: string }>('SELECT count(*) AS n FROM networklogs.events WHERE started_at < $1', [until]);
    expect(seen.length).toBe(Number(row?.n));
  });
});

describe('a segment', () => {
  it('carries count, losses, gaps and a chained digest, and its stored lines are checked anew [LOG-03]', async () => {
    await settle();
    const [first] = await sealNow();
    await medium.operator.get('/people/self');
    const [second] = await sealNow();
    expect(first?.events).toBeGreaterThan(0);
    expect(second).toMatchObject({ from: first?.until, zone: 'control', domainId: null });
    // Nobody watched from the beginning of the hour until this installation started: the first segment says so.
    for (const { gaps, complete } of [first, second].filter((segment) => segment !== undefined)) expect(complete).toBe(gaps.length === 0);
    const check = await medium.auditor.get(`/network-log-segments/${first?.id ?? ''}/verification`);
    expect(check.body).toEqual({ id: first?.id, ok: true, events: first?.events, faults: [] });
    const { body } = await medium.auditor.get<{ streams: { faults: unknown[]; segments: number }[] }>('/network-log-completeness');
    expect(body.streams[0]).toMatchObject({ faults: [] });
  });

  it('shows what sources lost and when none was watching, and never fills it [LOG-03]', async () => {
    await medium.sql(
      `INSERT INTO platform.connection_losses (source_id, hour, lost) SELECT id, date_trunc('hour', now()), 3 FROM platform.connection_sources LIMIT 1
       ON CONFLICT (source_id, hour) DO UPDATE SET lost = 3`,
    );
    const domainId = newId();
    await publish(domainReady, { domainId, authorisationId: newId(), unitId: newId() });
    await medium.until(async () => (await streamsOf(domainId)).length === 3, 'streams of the domain');
    const sealed = await sealNow(domainId);
    const dev = sealed.find(({ zone }) => zone === 'dev');
    expect(dev).toMatchObject({ events: 0, lost: 3, complete: false, gaps: [{ from: dev?.from, until: dev?.until }] });
  });

  it('is refused to be deleted before its term, to every role, and the attempt is audited [LOG-01] [LOG-02]', async () => {
    const [segment] = await sealNow();
    const authority = await medium.person(await medium.organisation('authority'), ['authority']);
    for (const caller of [medium.operator, medium.security, medium.auditor, authority]) {
      const answer = await caller.delete(`/network-log-segments/${segment?.id ?? ''}`);
      expect(answer.body).toMatchObject({ code: 'network-log.kept-until', details: { keepUntil: segment?.keepUntil } });
    }
    const refused = await medium.sql(`SELECT 1 FROM platform.journal WHERE action = 'network-log-segment.deleted' AND outcome = 'refused'`);
    expect(refused).toHaveLength(4);
    for (const text of [
      'DELETE FROM networklogs.segments',
      'DELETE FROM networklogs.events',
      'TRUNCATE networklogs.events',
      `UPDATE networklogs.segments SET keep_until = now()`,
      `UPDATE networklogs.events SET person_id = NULL`,
    ])
      await expect(medium.sql(text)).rejects.toMatchObject({ code: 'OD003' });
    const [row] = await medium.sql<{ object_key: string; object_version: string }>(
      'SELECT object_key, object_version FROM networklogs.segments WHERE id = $1',
      [segment?.id],
    );
    await expect(medium.platform.objects.remove(row?.object_key ?? '', row?.object_version ?? '')).rejects.toMatchObject({
      code: 'objects.locked',
    });
    expect(segment?.keepUntil).toBe(addMonths(segment?.until ?? '', 6));
  });

  it('may go after its term, oldest first, with its events and its file [LOG-01]', async () => {
    const domainId = newId();
    await publish(domainReady, { domainId, authorisationId: newId(), unitId: newId() });
    await medium.until(async () => (await streamsOf(domainId)).length === 3, 'streams of the domain');
    const pick = (segments: Segment[]) => segments.find(({ zone }) => zone === 'control')?.id ?? '';
    await medium.security.get(`/network-log-segments?domainId=${domainId}`);
    await settle();
    const [oldest, younger] = [pick(await sealNow(domainId)), pick(await sealNow(domainId))];
    // As if seven months had passed: neither the product nor SQL can bring that about while the term runs.
    await medium.sql('ALTER TABLE networklogs.segments DISABLE TRIGGER USER');
    await medium.sql(`UPDATE networklogs.segments SET keep_until = now() - interval '1 day' WHERE domain_id = $1`, [domainId]);
    await medium.sql('ALTER TABLE networklogs.segments ENABLE TRIGGER USER');
    const [row] = await medium.sql<{ object_key: string }>('SELECT object_key FROM networklogs.segments WHERE id = $1', [oldest]);
    expect((await medium.security.delete(`/network-log-segments/${oldest}`)).body).toMatchObject({ code: 'network-log.domain-not-ended' });
    await medium.sql('ALTER TABLE networklogs.segments DISABLE TRIGGER USER');
    // Stream and segments in one statement: the sealer lengthens what does not agree with its stream.
    await medium.sql(
      `WITH ended AS (UPDATE networklogs.streams SET terminated_at = date_trunc('second', now() - interval '7 months') WHERE domain_id = $1)
       UPDATE networklogs.segments SET terminated_at = date_trunc('second', now() - interval '7 months') WHERE domain_id = $1`,
      [domainId],
    );
    await medium.sql('ALTER TABLE networklogs.segments ENABLE TRIGGER USER');
    expect((await medium.security.delete(`/network-log-segments/${younger}`)).body).toMatchObject({
      code: 'network-log.older-first',
      details: { id: oldest },
    });
    // The store keeps its own lock: where it has not run out, nothing at all is deleted.
    expect((await medium.security.delete(`/network-log-segments/${oldest}`)).body).toMatchObject({ code: 'objects.locked' });
    expect(await medium.sql('SELECT 1 FROM networklogs.events WHERE segment_id = $1', [oldest])).toHaveLength(1);
    await unlock(row?.object_key ?? '');
    expect((await medium.security.delete(`/network-log-segments/${oldest}`)).body).toEqual({ id: oldest, deleted: true });
    expect(await medium.sql('SELECT 1 FROM networklogs.events WHERE segment_id = $1', [oldest])).toEqual([]);
    expect(await medium.platform.objects.list(row?.object_key ?? '')).toEqual([]);
    const { body } = await medium.auditor.get<{ streams: { zone: string; faults: unknown[] }[] }>(
      `/network-log-completeness?domainId=${domainId}`,
    );
    expect(body.streams.find(({ zone }) => zone === 'control')).toMatchObject({ faults: [], segments: 1 });
  });
});

describe('a termination', () => {
  it('seals the domain’s streams, keeps everything six months from then, and the logs stay searchable [LOG-01] [LOG-02]', async () => {
    const domainId = newId();
    const authorisationId = newId();
    await publish(domainReady, { domainId, authorisationId, unitId: newId() });
    await medium.until(async () => (await streamsOf(domainId)).length === 3, 'streams of the domain');
    await medium.security.get(`/network-log-segments?domainId=${domainId}`);
    await settle();
    const [early] = (await sealNow(domainId)).filter(({ zone }) => zone === 'control');
    expect(early?.events).toBe(1);
    await publish(terminationCertified, { terminationId: newId(), domainId });
    const ended = await medium.until(async () => {
      const streams = await streamsOf(domainId);
      return streams.every(({ ended_at }) => ended_at !== null) ? streams : undefined;
    }, 'the end of the streams');
    const terminatedAt = (ended[0]?.terminated_at as Date).toISOString();
    const kept = await medium.until(async () => {
      const { body } = await medium.auditor.get<{ items: Segment[] }>(`/network-log-segments?domainId=${domainId}&limit=200`);
      return body.items.every((segment) => segment.terminatedAt !== null) ? body.items : undefined;
    }, 'longer terms');
    for (const segment of kept) expect(segment.keepUntil >= addMonths(terminatedAt, 6)).toBe(true);
    const [row] = await medium.sql<{ object_key: string }>('SELECT object_key FROM networklogs.segments WHERE id = $1', [early?.id]);
    const [stored] = await medium.platform.objects.list(row?.object_key ?? '');
    expect((stored?.retainUntil ?? '') >= addMonths(terminatedAt, 6)).toBe(true);
    expect(await search(`&domainId=${domainId}`)).not.toEqual([]);
    expect((await medium.security.post('/network-log-segments', { domainId })).body).toMatchObject({ code: 'network-log.no-stream' });
    const { body } = await medium.auditor.get<{ streams: { faults: unknown[] }[] }>(`/network-log-completeness?domainId=${domainId}`);
    expect(body.streams.map(({ faults }) => faults)).toEqual([[], [], []]);
  });
});

describe('tampering', () => {
  it('with the stored events shows in the verification of the segment [LOG-03]', async () => {
    await medium.operator.get('/people/self');
    await settle();
    const [segment] = await sealNow();
    await medium.sql('ALTER TABLE networklogs.events DISABLE TRIGGER USER');
    await medium.sql('DELETE FROM networklogs.events WHERE id = (SELECT id FROM networklogs.events WHERE segment_id = $1 LIMIT 1)', [
      segment?.id,
    ]);
    await medium.sql('ALTER TABLE networklogs.events ENABLE TRIGGER USER');
    const { body } = await medium.auditor.get(`/network-log-segments/${segment?.id ?? ''}/verification`);
    expect(body).toMatchObject({ ok: false, faults: ['search-differs'] });
  });

  it('with the count of a segment shows in its digest and in the chain [LOG-03]', async () => {
    const [segment] = await sealNow();
    await medium.sql('ALTER TABLE networklogs.segments DISABLE TRIGGER USER');
    await medium.sql('UPDATE networklogs.segments SET lost = 0, events = events + 1 WHERE id = $1', [segment?.id]);
    await medium.sql('ALTER TABLE networklogs.segments ENABLE TRIGGER USER');
    const check = await medium.auditor.get<{ faults: string[] }>(`/network-log-segments/${segment?.id ?? ''}/verification`);
    expect(check.body.faults).toEqual(expect.arrayContaining(['count-differs', 'digest-differs']));
    const { body } = await medium.auditor.get<{ streams: { domainId: string | null; faults: { from: string }[] }[] }>(
      '/network-log-completeness',
    );
    expect(body.streams.find(({ domainId }) => domainId === null)?.faults).toContainEqual({ from: segment?.from, fault: 'digest-differs' });
  });
});

describe('the configuration', () => {
  it('refuses a shorter term and takes a longer one [LOG-01]', () => {
    const { schema } = authorisationsContext.config as { schema: { safeParse(value: unknown): { success: boolean } } };
    expect(schema.safeParse({ logRetentionMonths: 5 }).success).toBe(false);
    expect(schema.safeParse({ logRetentionMonths: 12 }).success).toBe(true);
  });
});

import { authorisationsContext } from '#authorisations';
import { domainsContext } from '#domains';
import { identityContext } from '#identity';
import { documentDigest, parseSignedDocument, sha256, systemAct, systemClock, verifySignedDocument } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { documentKeys, SignedDocuments } from '#platform/documents';
import { seatsContext } from '#seats';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SeatReview } from '../../libs/seats/application/seat-review.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { approveScenario, filePerson, fileRecord, inDays, ok, openOperating, type Operating } from '../support/operating.js';
import { resting } from '../support/resting.js';

let medium: Medium;
let operating: Operating;
beforeAll(async () => {
  // Without a cluster no domain is made: what is shown here is everything else.
  const contexts = [identityContext, authorisationsContext, { ...domainsContext, jobs: [] }, seatsContext];
  medium = await openMedium({ contexts, worker: true });
  operating = await openOperating(medium);
});
afterAll(() => medium.close());

const whileResting = resting(() => medium);

interface Seat {
  readonly id: string;
  readonly state: string;
  readonly pausedBy: string | null;
  readonly holderLocked?: boolean;
}
const request = (person: Caller, more: Record<string, unknown> = {}) =>
  operating.manager.post('/seats', {
    personId: person.personId,
    scenarioId: operating.scenarioId,
    clause: '授权协议第四条',
    endsOn: inDays(60),
    ...more,
  });
const developer = (): Promise<Caller> => medium.person(operating.unitId, ['unit-developer']);
async function granted(except: readonly string[] = []): Promise<{ seat: Seat; person: Caller }> {
  const person = await developer();
  await filePerson(operating.authority, person.personId, except);
  const seat = ok<Seat>(await request(person));
  return { seat: ok<Seat>(await operating.authority.post(`/seats/${seat.id}/grants`, {})), person };
}
const stateOf = async (id: string): Promise<Seat> => ok<Seat>(await operating.authority.get(`/seats/${id}`));
const reaches = (id: string, state: string): Promise<Seat> =>
  medium.until(async () => {
    const seat = await stateOf(id);
    return seat.state === state && seat;
  }, `seat to be ${state}`);

describe('a seat', () => {
  it('is granted only when all conditions hold, and shows each with its evidence [SEAT-02]', async () => {
    const person = await developer();
    await filePerson(operating.authority, person.personId, ['training']);
    const seat = ok<Seat>(await request(person));
    const refused = await operating.authority.post(`/seats/${seat.id}/grants`, {});
    expect(refused).toMatchObject({ status: 409, body: { code: 'seat.training-missing' } });
    await fileRecord(operating.authority, person.personId, 'training', inDays(200));
    expect(ok<Seat>(await operating.authority.post(`/seats/${seat.id}/grants`, {})).state).toBe('granted');
    const page = ok<{ conditions: { condition: string; holds: boolean; evidence: string | null }[] }>(
      await person.get(`/seats/${seat.id}`),
    );
    expect(page.conditions.every(({ holds }) => holds)).toBe(true);
    expect(page.conditions.find(({ condition }) => condition === 'training-passed')?.evidence).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('cannot be asked for an unverified person, beyond the agreement, twice, or by another unit [SEAT-01] [PERS-01]', async () => {
    const person = await developer();
    expect((await request(person)).body).toMatchObject({ code: 'seat.identity-unverified' });
    await filePerson(operating.authority, person.personId);
    expect((await request(person, { endsOn: inDays(400) })).body).toMatchObject({ code: 'seat.end-beyond-limit' });
    ok(await request(person));
    expect((await request(person)).body).toMatchObject({ code: 'seat.already-there' });
    const stranger = await medium.person(await medium.organisation('unit'), ['unit-manager']);
    const asked = await stranger.post('/seats', {
      personId: person.personId,
      scenarioId: operating.scenarioId,
      clause: 'x',
      endsOn: inDays(9),
    });
    expect(asked.status).toBe(404);
  });

  it('of a partner is refused without an approved record [SEAT-04]', async () => {
    const { person } = await granted();
    expect((await request(person, { class: 'partner' })).body).toMatchObject({ code: 'seat.record-not-approved' });
  });

  it('of another unit does not exist [ISO-02]', async () => {
    const { seat } = await granted();
    const stranger = await medium.person(await medium.organisation('unit'), ['unit-manager']);
    expect(await stranger.get(`/seats/${seat.id}`)).toMatchObject({ status: 404, body: { code: 'seat.not-found' } });
    expect(ok<{ items: unknown[] }>(await stranger.get('/seats')).items).toEqual([]);
  });

  it('ends by itself when the person leaves, without anyone acting, and leaves a signed receipt [SEAT-03] [PERS-02]', async () => {
    const { seat, person } = await granted();
    ok(await medium.operator.post(`/people/${person.personId}/affiliation-ends`, { organisationId: operating.unitId }));
    await reaches(seat.id, 'revoked');
    const { items } = ok<{ items: { id: string; cause: string; ground: string }[] }>(
      await operating.authority.get(`/seats/${seat.id}/revocations`),
    );
    expect(items).toMatchObject([{ cause: 'lapsed', ground: 'seat.affiliation-ended' }]);
  });

  it('is announced before it lapses, and its next wake-up stands in the work table [SEAT-03]', async () => {
    const person = await developer();
    await filePerson(operating.authority, person.personId, [], inDays(5));
    const seat = ok<Seat>(await request(person, { endsOn: inDays(4) }));
    ok(await operating.authority.post(`/seats/${seat.id}/grants`, {}));
    const notices = await medium.sql<{ condition: string; days: number }>(
      'SELECT condition, days FROM seats.lapse_notices WHERE seat_id = $1',
      [seat.id],
    );
    expect(notices).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ condition: 'training-passed', days: 7 }),
        expect.objectContaining({ condition: 'within-term', days: 7 }),
      ]),
    );
    const [work] = await medium.sql<{ due_at: Date }>(
      `SELECT due_at FROM platform.work WHERE name = 'seats.lapse' AND key = $1 AND state = 'due'`,
      [seat.id],
    );
    expect(work?.due_at.getTime()).toBeGreaterThan(Date.now());
  });
});

describe('a revocation', () => {
  it('is one command and leaves a receipt that verifies from the file alone [SEAT-03] [TERM-01]', async () => {
    const { seat } = await granted();
    const ordered = ok(await operating.authority.post(`/seats/${seat.id}/revocations`, { ground: 'not-needed', reason: '阶段结束' }));
    await reaches(seat.id, 'revoked');
    const receipt = ok<Record<string, unknown>>(await operating.authority.get(`/revocations/${ordered.id}/receipt`));
    const documents = medium.app.get(SignedDocuments);
    await documents.ensureKeys();
    const trusted = await documents.verifierKeys();
    const signed = parseSignedDocument(receipt);
    expect(verifySignedDocument(signed, trusted).signedBy).toEqual([`${medium.platform.installation}/${documentKeys.receipts}`]);
    expect(signed.waiting).toEqual({ for: 'sequencing' });
    expect(signed.document).toMatchObject({
      complete: true,
      scope: { kind: 'seat', id: seat.id },
      absent: expect.arrayContaining(['gateway-connections', 'console-sessions']),
    });
    const paths = (signed.document['paths'] as { path: string; closed: boolean }[]).filter(({ closed }) => closed).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['api-tokens', 'workspace-pods', 'cluster-bindings']));
    const journal = await medium.sql<{ canonical: string }>(
      `SELECT canonical FROM platform.journal WHERE action = 'revocation.receipt-issued' AND object_id = $1`,
      [ordered.id],
    );
    expect((JSON.parse(journal[0]?.canonical ?? '{}') as { after?: string }).after).toBe(documentDigest(signed.document));
    const [epoch] = await medium.sql<{ epoch: string }>(`SELECT epoch FROM platform.epochs WHERE kind = 'seat' AND id = $1`, [seat.id]);
    expect(Number(epoch?.epoch)).toBeGreaterThanOrEqual(1);
  });

  it('is refused to be given twice, and repeating the same request answers the same [SEAT-03]', async () => {
    const { seat } = await granted();
    const headers = { 'idempotency-key': `revoke-${seat.id}` };
    const body = { ground: 'incident', reason: '演练' };
    const first = ok(await operating.authority.post(`/seats/${seat.id}/revocations`, body, headers));
    expect(ok(await operating.authority.post(`/seats/${seat.id}/revocations`, body, headers)).id).toBe(first.id);
    expect((await operating.authority.post(`/seats/${seat.id}/revocations`, body)).body).toMatchObject({
      code: 'state.no-such-transition',
    });
  });

  it('of a person ends every seat and the sign-in with it [TERM-01]', async () => {
    const { seat, person } = await granted();
    const other = await approveScenario(operating.authorisationId, operating.authority, operating.manager);
    const second = ok<Seat>(await request(person, { scenarioId: other }));
    ok(await operating.authority.post(`/seats/${second.id}/grants`, {}));
    ok(await medium.security.post(`/people/${person.personId}/revocations`, { ground: 'incident', reason: '账号泄露' }));
    expect((await person.get('/people/self')).body).toMatchObject({ code: 'identity.person-locked', status: 403 });
    await reaches(seat.id, 'revoked');
    await reaches(second.id, 'revoked');
    expect((await request(person, { scenarioId: other })).body).toMatchObject({ code: 'seat.person-locked' });
    expect((await stateOf(seat.id)).holderLocked).toBe(true);
  });

  it('of one seat leaves the person free to sign in anew', async () => {
    const { seat, person } = await granted();
    ok(await operating.authority.post(`/seats/${seat.id}/revocations`, { ground: 'not-needed', reason: '场景结束' }));
    expect((await person.get('/people/self')).status).toBe(200);
  });
});

describe('a seat of a locked person', () => {
  it('is shown as theirs, works nowhere and cannot be granted; it comes back with the lift [SEAT-03] [TERM-01]', async () => {
    const { seat, person } = await granted();
    const asked = ok<Seat>(
      await request(person, { scenarioId: await approveScenario(operating.authorisationId, operating.authority, operating.manager) }),
    );
    const { id } = ok<{ id: string }>(await medium.security.post(`/people/${person.personId}/locks`, { ground: 'drill', reason: '演练' }));
    expect(await stateOf(seat.id)).toMatchObject({
      holderLocked: true,
      conditions: expect.arrayContaining([expect.objectContaining({ condition: 'not-locked', holds: false, code: 'seat.person-locked' })]),
    });
    const listed = ok<{ items: { id: string; holderLocked: boolean }[] }>(await medium.security.get(`/seats?personId=${person.personId}`));
    expect(listed.items.map(({ holderLocked }) => holderLocked)).toEqual([true, true]);
    expect((await operating.authority.post(`/seats/${asked.id}/grants`, {})).body).toMatchObject({ code: 'seat.person-locked' });
    ok(await medium.security.post(`/people/${person.personId}/locks/${id}/lifts`, { reason: '演练结束' }));
    expect((await stateOf(seat.id)).holderLocked).toBe(false);
    ok(await operating.authority.post(`/seats/${asked.id}/grants`, {}));
  });
});

/** A domain as the operator leaves it when its probes have held; the operator itself needs a cluster. */
const image = `opdomain/workspace-python@${sha256('workspace-python')}`;
async function readyDomain(): Promise<void> {
  const { id } = ok(await medium.operator.post('/operation-domains', { authorisationId: operating.authorisationId }));
  ok(await medium.operator.post('/catalogue-images', { image, title: 'Python', purpose: 'workspace', zones: ['dev'] }));
  await medium.sql(
    `BEGIN; SET LOCAL session_replication_role = replica; UPDATE domains.operation_domains SET state = 'ready' WHERE id = '${id}'; COMMIT`,
  );
}
async function active(): Promise<{ seat: Seat; person: Caller }> {
  const made = await granted();
  ok(await made.person.post(`/seats/${made.seat.id}/workspaces`, { image }));
  return made;
}

describe('a workspace', () => {
  beforeAll(readyDomain);

  it('is opened by the person of the seat from a catalogue image, once at a time, and metered [SEAT-05] [ACC-04] [META-02]', async () => {
    const { seat, person } = await granted();
    const path = `/seats/${seat.id}/workspaces`;
    expect((await person.post(path, { image: 'docker.io/library/python:3' })).body).toMatchObject({ code: 'seat.image-not-in-catalogue' });
    expect((await (await developer()).post(path, { image })).body).toMatchObject({ code: 'workspace.not-own' });
    const workspace = ok(await person.post(path, { image }));
    expect((await person.post(path, { image })).body).toMatchObject({ code: 'seat.workspace-open' });
    expect((await stateOf(seat.id)).state).toBe('active');
    const wanted = await medium.sql<{ manifest: { kind: string } }>(
      `SELECT manifest FROM domains.desired_objects WHERE owner_id = $1 AND dropped_at IS NULL ORDER BY position`,
      [seat.id],
    );
    expect(wanted.map(({ manifest }) => manifest.kind)).toEqual(['NetworkPolicy', 'Pod']);
    const used = await medium.sql<{ item: string }>(
      `SELECT payload ->> 'item' AS item FROM platform.outbox WHERE type = 'usage.recorded.v1' AND (payload ->> 'sourceId' = $1
         OR payload ->> 'sourceId' IN (SELECT id::text FROM seats.seat_days WHERE seat_id = $2)) ORDER BY 1`,
      [workspace.id, seat.id],
    );
    expect(used.map(({ item }) => item)).toEqual(['seat-day', 'workspace-start']);
  });

  it('leaves the receipt open, by name, while nobody answers for the cluster', async () => {
    const { seat } = await active();
    const ordered = ok(await operating.authority.post(`/seats/${seat.id}/revocations`, { ground: 'incident', reason: '演练' }));
    const early = await operating.authority.get<{ details: { open: string[] } }>(`/revocations/${ordered.id}/receipt`);
    expect(early).toMatchObject({ status: 409, body: { code: 'revocation.no-receipt' } });
    expect(early.body.details.open).toContain('workspace-pods');
    const open = await medium.until(async () => {
      const found = ok<{ open: { path: string; reason: string; detail: string }[] }>(
        await operating.authority.get(`/revocations/${ordered.id}`),
      ).open;
      return found.some(({ reason }) => reason !== 'not-reported') && found;
    }, 'the first attempt');
    expect(open).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: 'workspace-pods', reason: 'probe-unknown', detail: 'domain.operator-silent' }),
      ]),
    );
    expect((await stateOf(seat.id)).state).toBe('revoking');
    expect(await operating.authority.get(`/revocations/${ordered.id}/receipt`)).toMatchObject({
      status: 409,
      body: { code: 'revocation.no-receipt' },
    });
    const dropped = await medium.sql(`SELECT 1 FROM domains.desired_objects WHERE owner_id = $1 AND dropped_at IS NULL`, [seat.id]);
    expect(dropped).toEqual([]);
  });
});

describe('a lapse', () => {
  it('pauses an active seat, naming the condition, and renewal brings it back [SEAT-03]', async () => {
    const { seat, person } = await active();
    const records = await medium.sql<{ id: string }>(
      `SELECT id FROM identity.personnel_records WHERE person_id = $1 AND kind = 'vetting'`,
      [person.personId],
    );
    ok(await operating.authority.post(`/people/${person.personId}/records/${records[0]?.id ?? ''}/withdrawals`));
    expect(await reaches(seat.id, 'paused')).toMatchObject({ pausedBy: 'vetted' });
    expect((await person.post(`/seats/${seat.id}/workspaces`, { image })).body).toMatchObject({ code: 'seat.not-active' });
    await fileRecord(operating.authority, person.personId, 'vetting', inDays(300));
    expect(await reaches(seat.id, 'active')).toMatchObject({ pausedBy: null });
  });

  it('is not found in a record that was filed while the seat was looked at, by a clock a little ahead of the one it is looked at by [SEAT-03]', async () => {
    const { seat, person } = await active();
    const act = systemAct('test', 'seat.read', systemClock.now());
    await whileResting(
      async (tx) => {
        await managerOf(tx).query('SELECT 1 FROM identity.people WHERE id = $1 FOR UPDATE', [person.personId]);
        await managerOf(tx).query(
          `UPDATE identity.personnel_records SET valid_from = clock_timestamp() + interval '700 ms' WHERE person_id = $1 AND kind = 'training'`,
          [person.personId],
        );
        await tx.record({ action: 'person.record-filed', object: { kind: 'person', id: person.personId } });
      },
      () => medium.app.get(UnitOfWork).run(act, (tx) => medium.app.get(SeatReview).reviewOne(tx, seat.id)),
    );
    expect((await stateOf(seat.id)).state).toBe('active');
  });

  it('pauses an active seat when the identity number changes that its real name was verified for, until it is verified anew [PERS-01]', async () => {
    const { seat, person } = await active();
    const file = (identityNumber: string, kind: string, details: Record<string, string>) =>
      operating.authority.post(`/people/${person.personId}/records`, {
        ...{ kind, evidenceDigest: sha256(kind), details, identityNumber, numberChange: '号码更正〔2026〕3号' },
      });
    const verified = { level: 'L3' };
    ok(await file('33010619900307025X', 'real-name', verified));
    ok(await file('33010619900307025X', 'real-name', verified));
    expect((await stateOf(seat.id)).state).toBe('active');
    const changed = await file('330106199003070268', 'filing', { number: '浙数备〔2026〕019号' });
    expect(changed.body).toMatchObject({ code: 'identity.number-misplaced' });
    ok(await file('330106199003070268', 'real-name', verified));
    const { records } = ok<{ records: { id: string; kind: string; voidedAt: string | null }[] }>(
      await operating.authority.get(`/people/${person.personId}`),
    );
    const names = records.filter(({ kind }) => kind === 'real-name');
    expect(names.map(({ voidedAt }) => voidedAt === null)).toEqual([false, false, false, true]);
    ok(await operating.authority.post(`/people/${person.personId}/records/${names.at(-1)?.id ?? ''}/withdrawals`));
    expect(await reaches(seat.id, 'paused')).toMatchObject({ pausedBy: 'identity-verified' });
    ok(await file('330106199003070268', 'real-name', verified));
    expect(await reaches(seat.id, 'active')).toMatchObject({ pausedBy: null });
  });
});

describe('a suspension', () => {
  it('pauses every seat under one revocation; resuming brings back only those whose every condition holds [SUSP-01] [SUSP-03]', async () => {
    const { seat } = await active();
    const { seat: lapsing, person } = await active();
    // News of the records just filed would have each seat looked at, and paused, by itself.
    await medium.until(
      async () =>
        (
          await medium.sql(
            `SELECT 1 FROM platform.outbox WHERE expanded_at IS NULL UNION ALL
             SELECT 1 FROM platform.work WHERE kind = 'event' AND state IN ('due', 'leased')`,
          )
        ).length === 0,
      'the news to be heard',
    );
    const suspension = ok(
      await operating.authority.post(`/authorisations/${operating.authorisationId}/suspensions`, {
        ground: 'other-breach',
        evidence: [{ what: '检查记录', digest: sha256('检查记录') }],
        decidedOn: inDays(0),
        period: { length: 30, unit: 'calendar-days', source: '协议第十条' },
      }),
    );
    expect(await reaches(seat.id, 'paused')).toMatchObject({ pausedBy: 'not-suspended' });
    await reaches(lapsing.id, 'paused');
    const { items } = ok<{ items: { cause: string; scope: { kind: string } }[] }>(
      await operating.authority.get(`/revocations?caseId=${suspension.id}`),
    );
    expect(items).toMatchObject([{ cause: 'suspended', scope: { kind: 'authorisation', id: operating.authorisationId } }]);
    const records = await medium.sql<{ id: string }>(
      `SELECT id FROM identity.personnel_records WHERE person_id = $1 AND kind = 'training'`,
      [person.personId],
    );
    ok(await operating.authority.post(`/people/${person.personId}/records/${records[0]?.id ?? ''}/withdrawals`));
    await resume(suspension.id);
    await reaches(seat.id, 'active');
    // No operator answered, so no receipt was reached before the seats came back, and the record says so.
    const after = ok<{ items: { state: string; open: unknown[] }[] }>(
      await operating.authority.get(`/revocations?caseId=${suspension.id}`),
    );
    expect(after.items[0]?.state).toBe('superseded');
    await medium.until(async () => (await stateOf(lapsing.id)).pausedBy === 'training-passed', 'the pause to name the training');
  });
});

async function resume(suspensionId: string): Promise<void> {
  const path = `/suspensions/${suspensionId}`;
  ok(await operating.manager.post(`${path}/rectification-plans`, { digest: sha256('plan'), steps: ['整改'] }));
  ok(await operating.manager.post(`${path}/reports`, { digest: sha256('report') }));
  ok(await operating.authority.post(`${path}/assessments`, { verdict: 'passed', reasons: '整改到位' }));
  ok(await operating.authority.post(`${path}/resumptions`, {}));
}

import { identityContext } from '#identity';
import { vettingResults } from '#identity/contract';
import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

let medium: Medium;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext] });
});
afterAll(() => medium.close());

const dayAhead = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('signing in', () => {
  it('lets in only who the unified authentication vouches for and who is registered as one natural person [ACC-01] [ACC-04]', async () => {
    const nobody = await medium.app.inject({ url: '/api/v1/people/self' });
    expect(nobody.statusCode).toBe(401);
    expect(nobody.json()).toMatchObject({ code: 'http.not-signed-in' });
    const stranger = await medium.app.inject({
      url: '/api/v1/people/self',
      headers: { authorization: `Bearer ${await medium.issuer.token('stranger')}` },
    });
    expect(stranger.json()).toMatchObject({
      code: 'identity.unknown-person',
      status: 401,
      details: { subject: 'stranger', issuer: medium.issuer.url },
    });
    expect(nobody.headers['www-authenticate']).toBe('Bearer realm="opdomain"');
    expect(stranger.headers['www-authenticate']).toMatch(/^Bearer realm="opdomain", error="invalid_token", /);
    expect(stranger.headers['www-authenticate']).not.toContain('stranger');
    const elsewhere = await medium.app.inject({
      url: '/api/v1/people/self',
      headers: { authorization: `Bearer ${await medium.issuer.token('operator', { audience: 'another-api' })}` },
    });
    expect(elsewhere.json()).toMatchObject({ code: 'http.not-signed-in' });
    expect((await medium.operator.get('/people/self')).body).toMatchObject({ roles: ['platform-operator'] });
  });

  it('refuses a second person with the same identity: accounts are not shared [ACC-04]', async () => {
    const organisationId = await medium.organisation('unit');
    const body = { name: '李四', issuer: medium.issuer.url, subject: newId(), organisationId, documentedFrom: '2026-01-01' };
    expect((await medium.operator.post('/people', body)).status).toBe(201);
    expect((await medium.operator.post('/people', body)).body).toMatchObject({
      code: 'identity.subject-taken',
      status: 409,
      details: { fields: ['issuer', 'subject'] },
    });
  });

  it('keeps out a person whose affiliation has ended', async () => {
    const organisationId = await medium.organisation('unit');
    const person = await medium.person(organisationId, ['unit-developer']);
    expect((await person.get('/people/self')).status).toBe(200);
    await medium.operator.post(`/people/${person.personId}/affiliation-ends`, { organisationId });
    expect((await person.get('/people/self')).body).toMatchObject({ code: 'identity.not-affiliated' });
  });
});

describe('a locked person', () => {
  const lock = (by: Caller, id: string, ground = 'incident') =>
    by.post<{ id: string }>(`/people/${id}/locks`, { ground, reason: '账号泄露' });
  const lift = (by: Caller, id: string, lockId: string) => by.post(`/people/${id}/locks/${lockId}/lifts`, { reason: '核查完毕' });
  let region = '';
  let unit = '';
  let officer: Caller;
  let second: Caller;
  beforeAll(async () => {
    region = await medium.organisation('authority');
    unit = await medium.organisation('unit', { parentId: region });
    officer = await medium.person(region, ['authority']);
    second = await medium.person(await medium.organisation('evaluator'), ['security-admin']);
  });

  it('is kept out with whatever token, shown as locked, and gains neither role nor affiliation, until the lock is lifted [TERM-01]', async () => {
    const person = await medium.person(unit, ['unit-developer']);
    const early = await person.token();
    const asked = async (token: string): Promise<{ code?: string; status: number; details?: { signInAgainAfterSeconds: number } }> => {
      const answer = await medium.app.inject({ url: '/api/v1/people/self', headers: { authorization: `Bearer ${token}` } });
      return { status: answer.statusCode, ...answer.json<object>() };
    };
    expect((await asked(early)).status).toBe(200);
    const { id: lockId } = (await lock(medium.security, person.personId)).body;
    for (const token of [
      early,
      await person.token(),
      await medium.issuer.token(await subjectOf(person), { issuedAt: Math.floor(Date.now() / 1000) + 5 }),
    ])
      expect(await asked(token)).toMatchObject({ code: 'identity.person-locked', status: 403 });

    const role = { role: 'unit-manager', scope: { kind: 'unit', organisationId: unit } };
    for (const [path, body, by] of [
      ['role-grants', role, second],
      ['affiliations', { organisationId: region }, medium.operator],
    ] as const)
      expect((await by.post(`/people/${person.personId}/${path}`, body)).body).toMatchObject({ code: 'identity.person-locked' });
    expect((await medium.security.get(`/people/${person.personId}`)).body).toMatchObject({ locked: true });
    const listed = (await officer.get<{ items: { id: string; locked: boolean }[] }>('/people')).body.items;
    expect(listed.find(({ id }) => id === person.personId)?.locked).toBe(true);
    expect(listed.find(({ id }) => id === officer.personId)?.locked).toBe(false);

    expect((await lift(second, person.personId, lockId)).status).toBe(201);
    const refused = await asked(early);
    expect(refused).toMatchObject({ code: 'identity.session-ended', status: 401 });
    expect(refused.details?.signInAgainAfterSeconds).toBeLessThanOrEqual(12);
    await medium.until(async () => (await asked(await person.token())).status === 200, 'a fresh sign-in to count');
    expect((await asked(early)).code).toBe('identity.session-ended');
    expect((await medium.security.get<{ items: unknown[] }>(`/people/${person.personId}/locks`)).body.items).toMatchObject([
      { state: 'lifted', ground: 'incident', lockedBy: medium.security.personId, liftedBy: second.personId, liftReason: '核查完毕' },
    ]);
  });

  it('is locked and freed by the security administrators and by the authority of their own region alone, never by themselves [ACC-05]', async () => {
    const person = await medium.person(unit, ['unit-manager']);
    const stranger = await medium.person(await medium.organisation('authority'), ['authority']);
    for (const by of [medium.operator, medium.auditor, person])
      expect((await lock(by, person.personId)).body).toMatchObject({ code: 'http.role-missing' });
    expect((await lock(stranger, person.personId)).body).toMatchObject({ code: 'person.not-found' });
    expect((await lock(officer, officer.personId)).body).toMatchObject({ code: 'identity.own-lock' });
    expect((await medium.security.post(`/people/${person.personId}/locks`, { ground: 'drill', reason: ' ' })).status).toBe(400);

    const judged = (await lock(officer, person.personId, 'misconduct')).body.id;
    const drill = (await lock(officer, person.personId, 'drill')).body.id;
    expect((await lift(person, person.personId, drill)).body).toMatchObject({ code: 'identity.person-locked' });
    expect((await lift(stranger, person.personId, drill)).body).toMatchObject({ code: 'person.not-found' });
    expect((await lift(officer, officer.personId, drill)).body).toMatchObject({ code: 'person-lock.not-found' });
    expect((await lift(officer, person.personId, judged)).body).toMatchObject({ code: 'identity.lift-needs-another' });
    expect((await lift(officer, person.personId, drill)).status).toBe(201);
    expect((await lift(officer, person.personId, drill)).body).toMatchObject({ code: 'state.no-such-transition' });
    expect((await person.get('/people/self')).body).toMatchObject({ code: 'identity.person-locked' });
    expect((await lift(medium.security, person.personId, judged)).status).toBe(201);
    // Colleagues do not judge one another; a drill needs no judgement.
    const colleague = await medium.person(region, ['authority']);
    const theirs = (await lock(medium.security, colleague.personId)).body.id;
    expect((await lift(officer, colleague.personId, theirs)).body).toMatchObject({ code: 'identity.lift-needs-another' });
    expect((await lift(second, colleague.personId, theirs)).status).toBe(201);
    const drilled = (await lock(medium.security, colleague.personId, 'drill')).body.id;
    expect((await lift(officer, colleague.personId, drilled)).status).toBe(201);
  });

  it('stays in the database only with a journal row, and neither lock nor lift is ever one’s own there', async () => {
    const person = await medium.person(unit, []);
    const { id } = (await lock(medium.security, person.personId)).body;
    await expect(medium.sql(`UPDATE identity.person_locks SET reason = 'none' WHERE id = $1`, [id])).rejects.toMatchObject({
      code: 'OD002',
    });
    await expect(
      medium.sql(
        `UPDATE identity.person_locks SET state = 'lifted', lifted_at = now(), lifted_by = person_id, lift_reason = 'x' WHERE id = $1`,
        [id],
      ),
    ).rejects.toMatchObject({ code: '23514' });
  });
});

const subjectOf = async (person: Caller): Promise<string> =>
  (await medium.sql<{ subject: string }>('SELECT subject FROM identity.people WHERE id = $1', [person.personId]))[0]?.subject ?? '';

describe('roles', () => {
  it('refuses by default and names the role that is missing [ACC-02]', async () => {
    const person = await medium.person(await medium.organisation('unit'), ['unit-manager']);
    const answer = await person.post('/organisations', { kind: 'unit', name: '自建单位', creditCode: '91330000000000000X' });
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ code: 'http.role-missing', details: { roles: ['platform-operator'] } });
  });

  it('never gives one person two of the three separated administrators', async () => {
    const proposed = { personId: medium.operator.personId, role: 'audit-admin', scope: { kind: 'platform' } };
    const answer = await medium.security.post('/role-proposals', proposed);
    expect(answer.body).toMatchObject({ code: 'identity.roles-separated', details: { held: 'platform-operator' } });
  });

  it('are taken back at once, by someone else than their holder, and are refused from the next request on [ACC-02]', async () => {
    const home = await medium.organisation('authority', { parentId: medium.chief.organisationId });
    const officer = await medium.person(home, ['authority']);
    expect((await officer.get('/people')).status).toBe(200);
    const region = { kind: 'region', authorityId: home };
    await medium.endRole(officer, 'authority', region);
    expect((await officer.get('/people')).body).toMatchObject({ code: 'http.role-missing' });
    const again = await medium.security.post('/role-proposals', {
      personId: officer.personId,
      role: 'authority',
      scope: region,
      ends: true,
    });
    expect(again.body).toMatchObject({ code: 'identity.role-not-held' });
    const unit = await medium.organisation('unit');
    const developer = await medium.person(unit, ['unit-developer']);
    const path = `/people/${developer.personId}/role-endings`;
    expect((await medium.security.post(path, { role: 'unit-developer' })).status).toBe(201);
    expect((await medium.security.post(path, { role: 'unit-developer' })).body).toMatchObject({ code: 'identity.role-not-held' });
    const own = await medium.security.post(`/people/${medium.security.personId}/role-endings`, { role: 'security-admin' });
    expect(own.body).toMatchObject({ code: 'identity.own-grant' });
  });

  it('gives people of a vendor no data role [ACC-06]', async () => {
    const vendor = await medium.person(await medium.organisation('vendor'), []);
    const answer = await medium.security.post(`/people/${vendor.personId}/role-grants`, {
      role: 'unit-developer',
      scope: { kind: 'platform' },
    });
    expect(answer.body).toMatchObject({ code: 'identity.vendor-role', status: 403 });
  });
});

describe('personnel records', () => {
  it('refuses a confidentiality agreement that states no period or liability [PERS-03]', async () => {
    const developer = await medium.person(await medium.organisation('unit'), ['unit-developer']);
    const answer = await medium.chief.post(`/people/${developer.personId}/records`, {
      kind: 'confidentiality-agreement',
      validFrom: dayAhead(0),
      validUntil: dayAhead(300),
      evidenceDigest: `sha256:${'0'.repeat(64)}`,
      details: { signer: '张三' },
    });
    expect(answer.body).toMatchObject({ code: 'identity.record-incomplete', details: { missing: ['period', 'liability'] } });
  });

  it('refuses a vetting whose result is no word for either when it is filed, not when it is read', async () => {
    const developer = await medium.person(await medium.organisation('unit'), ['unit-developer']);
    const file = (result: string) =>
      medium.chief.post<{ code?: string }>(`/people/${developer.personId}/records`, {
        ...{ kind: 'vetting', validUntil: dayAhead(300), evidenceDigest: `sha256:${'0'.repeat(64)}` },
        details: { reviewer: '数据局', result },
      });
    for (const result of ['ok', 'Passed', '通过 ', '通过了', 'passed!'])
      expect((await file(result)).body).toMatchObject({ code: 'identity.vetting-result', status: 400 });
    for (const result of Object.values(vettingResults).flat()) expect((await file(result)).status).toBe(201);
  });
});

describe('the unit of work', () => {
  it('answers a repeat of the same request with the first result and refuses the key for another one', async () => {
    const key = { 'idempotency-key': newId() };
    const body = { kind: 'provider', name: '市公安局', creditCode: '11330000000000001A', parentId: medium.chief.organisationId };
    const first = await medium.operator.post('/organisations', body, key);
    const again = await medium.operator.post('/organisations', body, key);
    expect(again).toMatchObject({ status: 201, body: first.body });
    const other = await medium.operator.post('/organisations', { ...body, name: '市人社局' }, key);
    expect(other.body).toMatchObject({ code: 'http.idempotency-key-reused', status: 422 });
  });

  it('writes exactly one audit row for each act, read and refusal [AUD-01]', async () => {
    const count = async (outcome: string): Promise<number> =>
      Number(
        (
          await medium.sql<{ n: string }>('SELECT count(*) AS n FROM platform.journal WHERE person_id = $1 AND outcome = $2', [
            medium.operator.personId,
            outcome,
          ])
        )[0]?.n,
      );
    const before = { done: await count('done'), read: await count('read'), refused: await count('refused') };
    await medium.operator.post('/organisations', { kind: 'evaluator', name: '评估机构', creditCode: '11330000000000002B' });
    await medium.operator.get('/organisations');
    await medium.operator.post('/organisations', { kind: 'nonsense' });
    expect({ done: await count('done'), read: await count('read'), refused: await count('refused') }).toEqual({
      done: before.done + 1,
      read: before.read + 1,
      refused: before.refused + 1,
    });
  });

  it('refuses a commit that changed a state table without a journal row of the same transaction [AUD-06]', async () => {
    await expect(medium.sql(`UPDATE identity.people SET name = '改名' WHERE id = $1`, [medium.operator.personId])).rejects.toMatchObject({
      code: 'OD002',
    });
  });

  it('keeps the journal append-only, also for the owner of the tables [AUD-05]', async () => {
    await expect(medium.sql(`UPDATE platform.journal SET action = 'nothing'`)).rejects.toMatchObject({ code: 'OD001' });
    await expect(medium.sql('DELETE FROM platform.journal')).rejects.toMatchObject({ code: 'OD001' });
    await expect(medium.sql('TRUNCATE platform.journal CASCADE')).rejects.toMatchObject({ code: 'OD001' });
  });

  it('changes nothing and answers 503 when the audit entry cannot be written [AUD-06]', async () => {
    await medium.sql('ALTER TABLE platform.journal ADD CONSTRAINT closed CHECK (false) NOT VALID');
    try {
      const answer = await medium.operator.post('/organisations', { kind: 'vendor', name: '不得留痕', creditCode: '11330000000000003C' });
      expect(answer.body).toMatchObject({ code: 'audit.unavailable', status: 503 });
      expect((await medium.operator.get('/organisations')).body).toMatchObject({ code: 'audit.unavailable' });
    } finally {
      await medium.sql('ALTER TABLE platform.journal DROP CONSTRAINT closed');
    }
    expect(await medium.sql(`SELECT 1 FROM identity.organisations WHERE name = '不得留痕'`)).toEqual([]);
  });

  it('seals the caller’s address inside the entry instead of writing it in clear [AUD-08]', async () => {
    const rows = await medium.sql<{ id: string; canonical: string }>(
      `SELECT id, canonical FROM platform.journal WHERE outcome = 'read' ORDER BY id DESC LIMIT 1`,
    );
    const entry = JSON.parse(rows[0]?.canonical ?? '{}') as { personal: { key: string; box: string } };
    expect(rows[0]?.canonical).not.toContain('127.0.0.1');
    expect(medium.platform.sealer.open(rows[0]?.id ?? '', entry.personal)).toMatchObject({ source: '127.0.0.1' });
  });
});

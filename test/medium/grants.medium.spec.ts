import { authorisationsContext } from '#authorisations';
import { datasetsContext } from '#datasets';
import { Bootstrap, identityContext } from '#identity';
import { addMs, newId, systemClock } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { application, type AuthorisationAnswer, type Cast, inForce, ok, openCast, signed, someDigest } from '../support/authorised.js';
import { type Answer, type Caller, type Medium, openMedium } from '../support/medium.js';
import { refused } from '../support/outcomes.js';
import { confirm, propose, proposed, type Proposal } from '../support/role-proposals.js';

let medium: Medium;
let cast: Cast;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext, datasetsContext], worker: true });
  cast = await openCast(medium);
});
afterAll(() => medium.close());

const region = (authorityId: string) => ({ kind: 'region', authorityId });
const affiliate = (to: Caller, organisationId: string): Promise<Answer> =>
  medium.operator.post(`/people/${to.personId}/affiliations`, { organisationId });
const leave = (who: Caller, organisationId: string): Promise<Answer> =>
  medium.operator.post(`/people/${who.personId}/affiliation-ends`, { organisationId });
const rolesOf = async (who: Caller): Promise<string[]> => ok(await who.get<{ roles: string[] }>('/people/self')).roles;

async function underReview(): Promise<{ path: string; digest: string }> {
  const { id } = ok(await cast.officer.post<{ id: string }>('/authorisations', { unitId: cast.unit, ...application(cast) }));
  const path = `/authorisations/${id}`;
  ok(await cast.manager.post(`${path}/submissions`, {}));
  return { path, digest: ok(await cast.officer.post<AuthorisationAnswer>(`${path}/reviews`)).digest };
}

describe('a vote', () => {
  it('counts for a party by a role in its own scope, not by an affiliation that the operator gives, and keeps the grant [ACC-05]', async () => {
    const { path, digest } = await underReview();
    const stranger = await medium.person(await medium.organisation('authority'), ['authority']);
    ok(await affiliate(stranger, cast.authority));
    const vote = { verdict: 'yes', digest };
    const slot = ok(await cast.officer.get<AuthorisationAnswer>(path)).review?.slots[0]?.key;
    for (const ballot of [vote, { ...vote, slot }])
      expect((await stranger.post(`${path}/votes`, ballot)).status).toBeGreaterThanOrEqual(403);
    expect(await cast.governor.post(`${path}/votes`, { ...vote, slot })).toMatchObject(refused('approval.wrong-organisation', 403));
    ok(await cast.secondOfficer.post(`${path}/votes`, vote));
    const rows = await medium.sql(
      `SELECT v.organisation_id, g.person_id FROM authorisations.votes v JOIN identity.role_grants g ON g.id = v.grant_id
       WHERE v.person_id = $1 AND v.digest = $2`,
      [cast.secondOfficer.personId, digest],
    );
    expect(rows).toEqual([{ organisation_id: cast.authority, person_id: cast.secondOfficer.personId }]);
  });

  it('does not count once the role, or the affiliation that it rests on, has ended, at that very moment', async () => {
    const { path, digest } = await underReview();
    const [byRole, byHome] = [await medium.person(cast.authority, ['authority']), await medium.person(cast.authority, ['authority'])];
    await medium.endRole(byRole, 'authority', region(cast.authority));
    ok(await affiliate(byHome, cast.governor.organisationId));
    // No administrator takes a role that decides away by ending what it rests on; it runs out by itself.
    expect(await leave(byHome, cast.authority)).toMatchObject(refused('identity.two-people-needed', 409));
    await medium.sql(
      `BEGIN; SET LOCAL session_replication_role = replica; UPDATE identity.affiliations SET valid_until = now()
       WHERE person_id = '${byHome.personId}' AND organisation_id = '${cast.authority}'; COMMIT`,
    );
    // Belonging to it once more gives nothing back: the grant rested on the affiliation that ended.
    ok(await affiliate(byHome, cast.authority));
    for (const who of [byRole, byHome]) {
      expect(await rolesOf(who)).toEqual([]);
      expect(await who.post(`${path}/votes`, { verdict: 'yes', digest })).toMatchObject(refused('http.role-missing', 403));
    }
  });
});

describe('a deciding role', () => {
  it('is made by nobody alone: not the operator, not an administrator, not an authority, not two of one side [ACC-05] [ACC-06]', async () => {
    const someone = await medium.person(cast.authority, []);
    const scope = region(cast.authority);
    expect(await propose(medium.operator, someone, 'authority', scope)).toMatchObject(refused('identity.not-entitled', 403));
    expect(await propose(medium.auditor, someone, 'authority', scope)).toMatchObject(refused('identity.not-entitled', 403));
    const direct = await medium.security.post(`/people/${someone.personId}/role-grants`, { role: 'authority', scope });
    expect(direct).toMatchObject(refused('identity.two-people-needed', 409));
    const bySecurity = await proposed(medium.security, someone, 'authority', scope);
    expect(await confirm(medium.security, bySecurity)).toMatchObject(refused('identity.second-person-needed', 403));
    for (const other of [medium.operator, medium.auditor])
      expect(await confirm(other, bySecurity)).toMatchObject(refused('identity.not-entitled', 403));
    const byAuthority = await proposed(cast.officer, someone, 'authority', scope);
    for (const colleague of [cast.secondOfficer, cast.governor])
      expect(await confirm(colleague, byAuthority)).toMatchObject(refused('identity.second-person-needed', 403));
    expect(await rolesOf(someone)).toEqual([]);
    ok(await confirm(medium.security, byAuthority));
    expect(await rolesOf(someone)).toEqual(['authority']);
    expect(await confirm(cast.officer, byAuthority)).toMatchObject(refused('state.no-such-transition', 409));
    const entries = await medium.sql(`SELECT action FROM platform.journal WHERE object_id = $1 AND outcome = 'done' ORDER BY id`, [
      byAuthority,
    ]);
    expect(entries).toEqual([{ action: 'role-proposal.opened' }, { action: 'role-proposal.confirmed' }]);
  });

  it('is not made by one organisation that supplies both people', async () => {
    const home = await medium.organisation('authority');
    const officer = await medium.person(home, ['authority']);
    const insider = await medium.person(home, ['security-admin']);
    const id = await proposed(insider, await medium.person(home, []), 'authority', region(home));
    expect(await confirm(officer, id)).toMatchObject(refused('identity.second-person-needed', 403));
    await medium.endRole(insider, 'security-admin', { kind: 'platform' });
  });

  it('is given by nobody to themselves, and so is an affiliation [ACC-05]', async () => {
    expect(await propose(cast.officer, cast.officer, 'export-reviewer', region(cast.authority))).toMatchObject(
      refused('identity.own-grant', 403),
    );
    expect(await affiliate(medium.operator, cast.authority)).toMatchObject(refused('identity.own-grant', 403));
    const id = await proposed(medium.security, cast.officer, 'export-reviewer', region(cast.authority));
    expect(await confirm(cast.officer, id)).toMatchObject(refused('identity.own-grant', 403));
  });

  it('waits in a list for its second person, is withdrawn by who proposed it, refused by the other side, and lapses', async () => {
    const someone = await medium.person(cast.provider, []);
    const ask = (): Promise<string> => proposed(medium.security, someone, 'provider', { kind: 'unit', organisationId: cast.provider });
    const [withdrawn, declined, lapsed] = [await ask(), await ask(), await ask()];
    const waiting = async (who: Caller): Promise<string[]> =>
      ok(await who.get<{ items: Proposal[] }>('/role-proposals?state=proposed&limit=200')).items.map(({ id }) => id);
    expect(await waiting(cast.officer)).toEqual(expect.arrayContaining([withdrawn, declined, lapsed]));
    expect(await waiting(medium.chief)).toEqual([]);
    expect(await medium.chief.get(`/role-proposals/${lapsed}`)).toMatchObject(refused('role-proposal.not-found', 404));
    expect(await confirm(medium.chief, lapsed)).toMatchObject(refused('role-proposal.not-found', 404));
    expect(await cast.officer.post(`/role-proposals/${withdrawn}/withdrawals`)).toMatchObject(refused('role-proposal.not-found', 404));
    ok(await medium.security.post(`/role-proposals/${withdrawn}/withdrawals`));
    ok(await cast.officer.post(`/role-proposals/${declined}/refusals`, { reason: '人选不宜' }));
    await medium.sql(
      `SET session_replication_role = replica; UPDATE identity.role_proposals SET expires_at = now() WHERE id = '${lapsed}';
       UPDATE platform.work SET due_at = now() WHERE key = '${lapsed}'; RESET session_replication_role`,
    );
    expect((await confirm(cast.officer, lapsed)).status).toBe(409);
    const state = async (id: string): Promise<string> => ok(await medium.auditor.get<Proposal>(`/role-proposals/${id}`)).state;
    await medium.until(async () => (await state(lapsed)) === 'expired', 'the proposal to lapse');
    expect([await state(withdrawn), await state(declined)]).toEqual(['withdrawn', 'refused']);
    expect(await rolesOf(someone)).toEqual([]);
  });

  it('names an organisation, a data set and a person that exist, of the right kind, to which the person belongs today [ADM-03] [ISO-02]', async () => {
    const competitor = await medium.organisation('unit', { parentId: cast.authority });
    const manager = await medium.person(competitor, ['unit-manager']);
    const cases: [string, unknown, string][] = [
      ['authority', region(cast.authority), 'identity.not-of-the-organisation'],
      ['authority', region(newId()), 'organisation.not-found'],
      ['authority', region(cast.unit), 'identity.scope-of-other-kind'],
      ['export-reviewer', region(cast.authority), 'identity.not-of-the-organisation'],
      [
        'export-reviewer',
        { kind: 'mandate', organisationId: cast.authority, from: '2026-01-01', until: '2026-12-31' },
        'identity.scope-of-other-kind',
      ],
      ['provider', { kind: 'dataset', datasetId: newId() }, 'identity.dataset-unknown'],
      ['provider', { kind: 'unit', organisationId: cast.provider }, 'identity.not-of-the-organisation'],
    ];
    for (const [role, scope, code] of cases) expect((await propose(medium.security, manager, role, scope)).body).toMatchObject({ code });
    const granted = await medium.security.post(`/people/${manager.personId}/role-grants`, {
      role: 'unit-developer',
      scope: { kind: 'unit', organisationId: cast.unit },
    });
    expect(granted.body).toMatchObject({ code: 'identity.not-of-the-organisation' });
    const nobody = { ...manager, personId: newId() };
    expect((await propose(medium.security, nobody, 'authority', region(cast.authority))).body).toMatchObject({ code: 'person.not-found' });
  });

  it('falls when its proposer no longer holds the role by which they proposed it', async () => {
    const someone = await medium.person(cast.authority, []);
    const leaving = await medium.person(cast.authority, ['authority']);
    const id = await proposed(leaving, someone, 'authority', region(cast.authority));
    await medium.endRole(leaving, 'authority', region(cast.authority));
    expect(await confirm(medium.security, id)).toMatchObject(refused('identity.second-person-needed', 403));
  });
});

describe('an office that was held once', () => {
  it('is not emptied by one person, and emptied it opens to no other pair: neither by ending nor by locking [ACC-05]', async () => {
    const home = await medium.organisation('authority');
    const only = await medium.person(home, ['authority']);
    for (const by of [medium.security, medium.auditor])
      expect(await by.post(`/people/${only.personId}/role-endings`, { role: 'authority' })).toMatchObject(
        refused('identity.two-people-needed', 409),
      );
    const end = { personId: only.personId, role: 'authority', scope: region(home), ends: true };
    expect(await medium.security.post('/role-proposals', end)).toMatchObject(refused('identity.side-vacant', 409));
    expect(await medium.auditor.post('/role-proposals', end)).toMatchObject(refused('identity.not-entitled', 403));
    const next = await medium.person(home, []);
    ok(await medium.security.post(`/people/${only.personId}/locks`, { ground: 'incident', reason: '核查' }));
    expect(await propose(medium.security, next, 'authority', region(home))).toMatchObject(refused('identity.side-vacant', 409));
    expect(await propose(medium.auditor, next, 'authority', region(home))).toMatchObject(refused('identity.not-entitled', 403));
  });

  it('is filled again by an authority above and the security administrator, whoever ends it being two as well [ACC-05]', async () => {
    const above = await medium.organisation('authority');
    const superior = await medium.person(above, ['authority']);
    const home = await medium.organisation('authority', { parentId: above });
    const only = await medium.person(home, ['authority']);
    const ending = await medium.security.post<Proposal>('/role-proposals', {
      ...{ personId: only.personId, role: 'authority', scope: region(home), ends: true },
    });
    expect(await confirm(medium.security, ok(ending).id)).toMatchObject(refused('identity.second-person-needed', 403));
    ok(await confirm(superior, ok(ending).id));
    expect(await rolesOf(only)).toEqual([]);
    const next = await medium.person(home, []);
    ok(await confirm(superior, await proposed(medium.security, next, 'authority', region(home))));
    expect(await rolesOf(next)).toEqual(['authority']);
  });

  it('leaves the administrators no pair of two either, where one of them locked another out [ACC-06]', async () => {
    const scope = { kind: 'platform' };
    const spare = await medium.person(await medium.organisation('authority'), ['audit-admin']);
    const someone = await medium.person(await medium.organisation('authority'), []);
    const locked = ok(await spare.post<{ id: string }>('/role-proposals', { personId: someone.personId, role: 'audit-admin', scope }));
    ok(await medium.security.post(`/people/${spare.personId}/locks`, { ground: 'drill', reason: '演练' }));
    expect(await confirm(medium.security, locked.id)).toMatchObject(refused('identity.second-person-needed', 403));
    expect(await propose(medium.operator, someone, 'audit-admin', scope)).toMatchObject(refused('identity.not-entitled', 403));
  });
});

describe('what decides', () => {
  it('begins and ends by the act that says so, whatever a document says: affiliations, grants, records and their ends', async () => {
    const person = await medium.person(cast.unit, ['unit-developer']);
    const path = `/people/${person.personId}`;
    const past = addMs(systemClock.now(), -1000);
    const scope = { kind: 'unit', organisationId: cast.unit };
    const record = { kind: 'training', evidenceDigest: someDigest(), details: { certificate: '1', organiser: '省数据局' } };
    const backdated = refused('identity.backdated', 409);
    expect(await medium.operator.post(`${path}/affiliations`, { organisationId: cast.unit, from: past })).toMatchObject(backdated);
    expect(await medium.operator.post(`${path}/affiliation-ends`, { organisationId: cast.unit, until: past })).toMatchObject(backdated);
    expect(await medium.security.post(`${path}/role-grants`, { role: 'unit-developer', scope, from: past })).toMatchObject(backdated);
    expect(await medium.security.post(`${path}/role-endings`, { role: 'unit-developer', until: past })).toMatchObject(backdated);
    expect(await cast.officer.post(`${path}/records`, { ...record, validFrom: '2020-01-01' })).toMatchObject(backdated);
    const before = systemClock.now();
    ok(await cast.officer.post(`${path}/records`, { ...record, documentedFrom: '2020-01-01' }));
    const { records } = ok(await cast.officer.get<{ records: { validFrom: string; documentedFrom: string }[] }>(path));
    expect(records[0]?.documentedFrom).toBe('2020-01-01');
    expect((records[0]?.validFrom ?? '') >= before).toBe(true);
  });
});

describe('a region', () => {
  it('reaches people who belong to it now: a former authority neither sees them nor withdraws what the new one filed [ADM-03] [ISO-02]', async () => {
    const [former, current] = [await openCast(medium), cast];
    const person = await medium.person(former.unit, []);
    const path = `/people/${person.personId}`;
    const record = { kind: 'training', evidenceDigest: someDigest(), details: { certificate: '1', organiser: '省数据局' } };
    ok(await former.officer.post(`${path}/records`, record));
    ok(await affiliate(person, current.unit));
    ok(await leave(person, former.unit));
    ok(await current.officer.post(`${path}/records`, record));
    const { records } = ok(await current.officer.get<{ records: { id: string }[] }>(path));
    for (const { id } of records)
      expect(await former.officer.post(`${path}/records/${id}/withdrawals`)).toMatchObject(refused('person.not-found', 404));
    expect(await former.officer.get(path)).toMatchObject(refused('person.not-found', 404));
    const listed = ok(await former.officer.get<{ items: { id: string }[] }>('/people?limit=200')).items.map(({ id }) => id);
    expect(listed).not.toContain(person.personId);
    ok(await current.officer.post(`${path}/records/${records[0]?.id ?? ''}/withdrawals`));
  });

  it('is every unit’s and provider’s own: one without an authority is not registered [ADM-03]', async () => {
    for (const kind of ['unit', 'provider']) {
      const body = { kind, name: '无主单位', creditCode: '91330000000000009X' };
      expect(await medium.operator.post('/organisations', body)).toMatchObject(refused('organisation.superior-missing', 400));
      expect(await medium.operator.post('/organisations', { ...body, parentId: cast.unit })).toMatchObject(
        refused('organisation.superior-unfit', 409),
      );
    }
  });
});

describe('the bootstrap', () => {
  it('works once: not where somebody is an administrator, nor twice, nor at the same time [ACC-06]', async () => {
    const organisation = { name: '平台运维单位', creditCode: '91330000000000007Y' };
    const administrators = (['platform-operator', 'security-admin', 'audit-admin'] as const).map((role) => ({
      name: role,
      subject: newId(),
      role,
    }));
    const run = () => medium.app.get(Bootstrap).run(medium.issuer.url, { organisation, administrators });
    await expect(run()).rejects.toMatchObject({ code: 'identity.already-bootstrapped' });
    const fresh = await openMedium({ contexts: [identityContext] });
    try {
      const outcomes = async (): Promise<string[]> =>
        (
          await Promise.allSettled(
            Array.from({ length: 4 }, () => fresh.app.get(Bootstrap).run(fresh.issuer.url, { organisation, administrators })),
          )
        ).map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as { code: string }).code));
      const holders = await fresh.sql(`SELECT role FROM identity.role_grants ORDER BY role`);
      expect(holders.map((row) => row['role'])).toEqual(['audit-admin', 'authority', 'authority', 'platform-operator', 'security-admin']);
      expect(await fresh.sql(`SELECT 1 FROM platform.journal WHERE action = 'installation.bootstrapped'`)).toHaveLength(1);
      const empty =
        'SET session_replication_role = replica; TRUNCATE identity.installation, identity.role_grants; RESET session_replication_role';
      await fresh.sql(empty);
      expect((await outcomes()).sort()).toEqual(['done', ...Array<string>(3).fill('identity.already-bootstrapped')]);
      await fresh.sql('SET session_replication_role = replica; TRUNCATE identity.installation; RESET session_replication_role');
      expect(await outcomes()).toEqual(Array<string>(4).fill('identity.already-bootstrapped'));
    } finally {
      await fresh.close();
    }
  });
});

describe('everything that was in force before', () => {
  it('stands by grants that two people made', async () => {
    expect(ok(await cast.officer.get<AuthorisationAnswer>(`/authorisations/${(await inForce(cast)).id}`)).state).toBe('in-force');
    expect((await signed(cast)).state).toBe('signed');
    const alone = await medium.sql(
      `SELECT role FROM identity.role_grants WHERE proposal_id IS NULL AND role NOT IN ('unit-manager', 'unit-developer')
         AND valid_from > (SELECT bootstrapped_at FROM identity.installation)`,
    );
    expect(alone).toEqual([]);
  });
});

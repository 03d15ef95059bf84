import { exportsContext } from '#exports';
import { documentDigest, newId, parseSignedDocument, sha256, verifySignedDocument } from '#kernel';
import { Seams } from '#platform/seams';
import { documentKeys, SignedDocuments } from '#platform/documents';
import { terminationsContext } from '#terminations';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deliveredContexts } from '../support/delivered.js';
import { openMedium, type Medium } from '../support/medium.js';
import { approveScenario, filePerson, inDays, ok, openOperating, seatGranted, type Operating } from '../support/operating.js';

let medium: Medium;
beforeAll(async () => {
  // Without a cluster no domain is made; everything that is kept elsewhere is destroyed for real.
  const contexts = [...deliveredContexts, exportsContext, terminationsContext];
  medium = await openMedium({
    contexts,
    worker: true,
    config: (whole) => ({ ...whole, terminations: { ...terminationSettings, retrySeconds: 1 } }),
  });
});
afterAll(() => medium.close());

const terminationSettings = { destroyWithinDays: 30, unreachable: [{ what: '节点磁盘', why: '平台之外' }] };
const decision = { reference: '浙数协〔2026〕5号', fileDigest: sha256('decision'), decidedOn: inDays(-1) };

interface Case {
  readonly id: string;
  readonly state: string;
  readonly exits: readonly { kind: string; ref: string; decision: string | null }[];
  readonly holds: readonly { reference: string }[];
}
const terminate = (unit: Operating, more: Record<string, unknown> = {}) =>
  unit.authority.post('/terminations', { authorisationId: unit.authorisationId, ground: 'policy-change', decision, ...more });
const stateOf = async (id: string): Promise<Case> => ok<Case>(await medium.security.get(`/terminations/${id}`));
const reaches = (id: string, state: string): Promise<Case> =>
  medium.until(async () => {
    const found = await stateOf(id);
    return found.state === state && found;
  }, `the termination to be ${state}`);

/** Something of the scenario that is encrypted under its key, as every context keeps it. */
async function keep(scenarioId: string): Promise<string> {
  await medium.platform.keys.create(`scenario/${scenarioId}`);
  const key = `scenarios/${scenarioId}/copies/left-behind/data.parquet`;
  await medium.platform.objects.put(key, Buffer.from('not on any record'), { sealedBy: `scenario/${scenarioId}` });
  return key;
}

describe('a termination', () => {
  it('closes, destroys with keys last, tries recovery and certifies; the certificate verifies from the file alone [TERM-01] [DEST-01] [DEST-02] [DEST-03]', async () => {
    const unit = await openOperating(medium);
    const { seat } = await seatGranted(medium, unit);
    const object = await keep(unit.scenarioId);
    const preview = ok<{ seats: { id: string }[] }>(
      await unit.authority.get(`/authorisations/${unit.authorisationId}/termination-preview`),
    );
    expect(preview.seats.map(({ id }) => id)).toEqual([seat.id]);

    const opened = ok(await terminate(unit));
    expect(ok<{ state: string }>(await unit.authority.get(`/authorisations/${unit.authorisationId}`)).state).toBe('terminating');
    expect(['revoking', 'revoked']).toContain(ok<{ state: string }>(await unit.authority.get(`/seats/${seat.id}`)).state);
    await reaches(opened.id, 'inventoried');
    const inventory = ok<{ items: { ref: string }[]; differences: { ref: string; missingFrom: string[] }[] }>(
      await unit.authority.get(`/terminations/${opened.id}/inventory`),
    );
    expect(inventory.items.map(({ ref }) => ref)).toEqual(expect.arrayContaining([object, `scenario/${unit.scenarioId}`]));
    expect(inventory.differences).toEqual(expect.arrayContaining([expect.objectContaining({ ref: object, missingFrom: ['database'] })]));

    const path = `/terminations/${opened.id}`;
    expect((await unit.authority.post(`${path}/destructions`, {})).body).toMatchObject({ code: 'termination.not-confirmed' });
    expect((await unit.authority.post(`${path}/confirmations`, {})).body).toMatchObject({ code: 'termination.already-confirmed' });
    ok(await medium.security.post(`${path}/confirmations`, {}));
    ok(await medium.security.post(`${path}/destructions`, {}));
    await reaches(opened.id, 'certified');

    const signed = parseSignedDocument(ok(await unit.authority.get(`${path}/certificate`)));
    const documents = medium.app.get(SignedDocuments);
    await documents.ensureKeys();
    const trusted = await documents.verifierKeys();
    expect(verifySignedDocument(signed, trusted).signedBy).toEqual([`${medium.platform.installation}/${documentKeys.certificates}`]);
    expect(signed.waiting).toEqual({ for: 'sequencing' });
    expect(() => verifySignedDocument({ ...signed, document: { ...signed.document, unitId: 'x' } }, trusted)).toThrow(
      'document.signature-invalid',
    );
    expect(signed.document).toMatchObject({
      unreachable: [{ what: '节点磁盘' }],
      confirmedBy: [{ role: 'authority' }, { role: 'security-admin' }],
    });
    const items = signed.document['items'] as { ref: string; wording: string }[];
    expect(items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ref: object, wording: 'shredded' }),
        expect.objectContaining({ ref: `scenario/${unit.scenarioId}`, wording: 'key-destroyed' }),
      ]),
    );
    const recovery = signed.document['recovery'] as { telling: boolean; after: { outcome: string } }[];
    expect(recovery.some(({ telling }) => telling)).toBe(true);
    expect(recovery.every(({ after }) => after.outcome === 'gone')).toBe(true);

    expect(await medium.platform.objects.list(`scenarios/${unit.scenarioId}`)).toEqual([]);
    expect((await medium.platform.keys.state(`scenario/${unit.scenarioId}`)).state).toBe('destroyed');
    expect(ok<{ state: string }>(await unit.authority.get(`/authorisations/${unit.authorisationId}`)).state).toBe('terminated');
    const [entry] = await medium.sql<{ canonical: string }>(
      `SELECT canonical FROM platform.journal WHERE action = 'termination.certified' AND object_id = $1`,
      [opened.id],
    );
    expect((JSON.parse(entry?.canonical ?? '{}') as { after?: string }).after).toBe(documentDigest(signed.document));
    const evidence = await Promise.all(
      medium.app
        .get(Seams)
        .all('evidence')
        .map((source) => source.evidence(new Date().toISOString())),
    );
    const shown = evidence.flat().flatMap(({ requirementId, state }) => (state === 'shown' ? [requirementId] : []));
    expect(shown).toEqual(expect.arrayContaining(['DEST-01', 'DEST-03', 'SEAT-03', 'TERM-01']));
    const intents = await medium.sql<{ outcome: string }>(
      `SELECT outcome FROM platform.journal WHERE action = 'termination.holding-destroyed' AND object_id = $1 AND outcome IN ('intent', 'outcome')`,
      [opened.id],
    );
    expect(intents.filter(({ outcome }) => outcome === 'intent')).toHaveLength(intents.length / 2);
  });

  it('needs a decision, an incident where that is the ground, and is opened once [TERM-02] [TERM-05]', async () => {
    const unit = await openOperating(medium);
    expect((await terminate(unit, { decision: { ...decision, reference: ' ' } })).body).toMatchObject({
      code: 'termination.decision-missing',
    });
    expect((await terminate(unit, { ground: 'security-incident' })).body).toMatchObject({ code: 'termination.incident-missing' });
    const stranger = await medium.person(await medium.organisation('authority'), ['authority']);
    const body = { authorisationId: unit.authorisationId, ground: 'policy-change', decision };
    expect((await stranger.post('/terminations', body)).status).toBe(404);
    ok(await terminate(unit));
    expect((await terminate(unit)).body).toMatchObject({ code: 'termination.already-open' });
  });

  it('is interrupted by a legal hold, says by whose order, and goes on once it is lifted [DEST-04] [SUSP-09]', async () => {
    const unit = await openOperating(medium);
    const { id } = ok(await terminate(unit));
    await reaches(id, 'inventoried');
    const hold = ok(
      await unit.authority.post('/legal-holds', {
        target: { kind: 'scenario', id: unit.scenarioId },
        orderedBy: '市公安局',
        reference: '公网安〔2026〕7号',
        reason: '案件调查',
      }),
    );
    expect(await stateOf(id)).toMatchObject({ state: 'held', holds: [{ reference: '公网安〔2026〕7号' }] });
    const stranger = await medium.person(await medium.organisation('authority'), ['authority']);
    expect((await stranger.post(`/legal-holds/${hold.id}/releases`, { reference: '解除通知' })).body).toMatchObject({
      code: 'legal-hold.not-found',
    });
    expect(ok<{ items: unknown[] }>(await stranger.get('/legal-holds')).items).toEqual([]);
    for (const [kind, target] of Object.entries({ scenario: unit.scenarioId, authorisation: unit.authorisationId, unit: unit.unitId })) {
      const asked = { target: { kind, id: target }, orderedBy: '外地机关', reference: '1', reason: '无关' };
      expect((await stranger.post('/legal-holds', asked)).status).toBe(404);
    }
    ok(await medium.security.post(`/terminations/${id}/confirmations`, {}));
    expect((await medium.security.post(`/terminations/${id}/destructions`, {})).status).toBe(409);
    ok(await unit.authority.post(`/legal-holds/${hold.id}/releases`, { reference: '解除通知' }));
    expect((await stateOf(id)).state).toBe('inventoried');
    await keep(unit.scenarioId);
    ok(await medium.security.post(`/terminations/${id}/destructions`, {}));
    // What came after the inventory is destroyed with the rest, but it is not on the certificate's list.
    expect((await reaches(id, 'certified')).holds).toEqual([]);
  });

  it('of one scenario leaves the others of the authorisation at work [SUSP-05]', async () => {
    const unit = await openOperating(medium);
    const other = await approveScenario(unit.authorisationId, unit.authority, unit.manager);
    const gone = await keep(unit.scenarioId);
    const stays = await keep(other);
    expect((await terminate(unit, { scenarioId: unit.scenarioId })).body).toMatchObject({ code: 'termination.scenario-not-ended' });
    ok(await unit.authority.post(`/scenarios/${unit.scenarioId}/endings`, { reason: '场景终止' }));
    const { id } = ok(await terminate(unit, { scenarioId: unit.scenarioId }));
    await reaches(id, 'inventoried');
    ok(await medium.security.post(`/terminations/${id}/confirmations`, {}));
    ok(await medium.security.post(`/terminations/${id}/destructions`, {}));
    await reaches(id, 'certified');
    expect(await medium.platform.objects.list(gone)).toEqual([]);
    expect(await medium.platform.objects.list(stays)).toHaveLength(1);
    expect((await medium.platform.keys.state(`scenario/${other}`)).state).toBe('live');
    expect(ok<{ state: string }>(await unit.authority.get(`/authorisations/${unit.authorisationId}`)).state).toBe('in-force');
  });

  it('ends in a pending notice that names what is left and is tried again, and in no certificate before it is gone [DEST-02] [DEST-03]', async () => {
    const unit = await openOperating(medium);
    await keep(unit.scenarioId);
    const locked = `scenarios/${unit.scenarioId}/copies/locked.parquet`;
    const retainUntil = new Date(Date.now() + 12_000).toISOString();
    await medium.platform.objects.put(locked, Buffer.from('kept by the store'), { sealedBy: `scenario/${unit.scenarioId}`, retainUntil });
    const { id } = ok(await terminate(unit));
    await reaches(id, 'inventoried');
    ok(await medium.security.post(`/terminations/${id}/confirmations`, {}));
    ok(await medium.security.post(`/terminations/${id}/destructions`, {}));
    const notice = await medium.until(async () => {
      const answer = await unit.authority.get(`/terminations/${id}/notice`);
      return answer.status === 200 && parseSignedDocument(answer.body);
    }, 'the pending notice');
    const left = notice.document['left'] as { what: string; code: string }[];
    expect(left).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'not-destroyed', what: expect.stringContaining(locked) })]),
    );
    expect(left.map(({ code }) => code)).toContain('keys-remain');
    expect((await medium.platform.keys.state(`scenario/${unit.scenarioId}`)).state).toBe('live');
    expect((await unit.authority.get(`/terminations/${id}/certificate`)).body).toMatchObject({ code: 'termination.no-certificate' });
    await reaches(id, 'certified');
    expect((await medium.platform.keys.state(`scenario/${unit.scenarioId}`)).state).toBe('destroyed');
  });

  it('is asked to go on by its own revocation alone: those of a suspension and of a person leave no work that can never be done', async () => {
    const unit = await openOperating(medium);
    const developer = await medium.person(unit.unitId, ['unit-developer']);
    await filePerson(unit.authority, developer.personId);
    const revoked = ok<{ id: string }>(
      await medium.security.post(`/people/${developer.personId}/revocations`, { ground: 'incident', reason: '越权查询' }),
    );
    const imposing = { ground: 'security-duty-unmet', evidence: [{ what: '越权查询', digest: sha256('e') }], decidedOn: inDays(0) };
    const period = { length: 10, unit: 'calendar-days', source: '协议第九条' };
    ok(await unit.authority.post(`/authorisations/${unit.authorisationId}/suspensions`, { ...imposing, period }));
    const receipts = (): Promise<{ id: string; state: string }[]> =>
      medium.sql(`SELECT id, state FROM seats.revocations WHERE id = $1 OR authorisation_id = $2`, [revoked.id, unit.authorisationId]);
    await medium.until(async () => {
      const rows = await receipts();
      return rows.length === 2 && rows.every(({ state }) => state === 'closed');
    }, 'both receipts');
    const ids = (await receipts()).map(({ id }) => id);
    await medium.until(
      async () =>
        (
          await medium.sql<{ state: string }>(
            `SELECT work.state FROM platform.outbox JOIN platform.work ON work.event_id = outbox.id
             WHERE outbox.key = ANY($1) AND work.name = 'terminations.on-revocation-closed'`,
            [ids],
          )
        ).filter(({ state }) => state === 'done').length === 2,
      'both to be heard of',
    );
    const nobodys = await medium.sql(
      `SELECT key FROM platform.work WHERE name = 'terminations.proceed' AND key NOT IN (SELECT id FROM terminations.terminations)`,
    );
    expect(nobodys).toEqual([]);
  });

  it('opens by itself when the term is over [TERM-06]', async () => {
    const unit = await openOperating(medium);
    await bypassing(
      `UPDATE authorisations.authorisations SET term = '{"from":"${inDays(-30)}","until":"${inDays(-2)}"}' WHERE id = '${unit.authorisationId}'`,
    );
    await bypassing(`UPDATE platform.work SET due_at = now() WHERE name = 'authorisations.expire' AND key = '${unit.authorisationId}'`);
    const opened = await medium.until(async () => {
      const { items } = ok<{ items: { id: string; ground: string; openedBy: string | null }[] }>(
        await unit.authority.get(`/terminations?authorisationId=${unit.authorisationId}`),
      );
      return items[0];
    }, 'the case to open');
    expect(opened).toMatchObject({ ground: 'expiry', openedBy: null });
    expect((await stateOf(opened.id)).state).not.toBe('certified');
  });

  it('stops, by name, at an exit that nobody decided; what was asked out is decided item by item [TERM-07]', async () => {
    const unit = await openOperating(medium);
    const request = newId();
    await bypassing(`
      INSERT INTO exports.export_requests (id, version, created_at, unit_id, authority_id, authorisation_id, scenario_id, requester_id, purpose,
        recipient, state, run_id, files, lineage, slots, round)
      VALUES ('${request}', 1, now(), '${unit.unitId}', '${unit.authorityId}', '${unit.authorisationId}', '${unit.scenarioId}',
        '${unit.manager.personId}', '评估', '银行', 'in-review', '${newId()}', '[]', '{}', '[]', 1)`);
    const { id } = ok(await terminate(unit));
    const waiting = await reaches(id, 'access-closed');
    expect(waiting.exits).toMatchObject([{ kind: 'export-request', ref: request, decision: null }]);
    const path = `/terminations/${id}/exits`;
    const item = { kind: 'export-request', ref: request };
    expect((await unit.authority.post(path, { items: [{ ...item, decision: 'release' }] })).body).toMatchObject({
      code: 'termination.exit-without-carrier',
    });
    expect((await unit.authority.post(path, { items: [{ ...item, ref: 'other', decision: 'destroy' }] })).body).toMatchObject({
      code: 'termination.exit-unknown',
    });
    ok(await unit.authority.post(path, { items: [{ ...item, decision: 'release', carriedBy: request }] }));
    await reaches(id, 'inventoried');
    ok(await medium.security.post(`/terminations/${id}/confirmations`, {}));
    const early = await medium.security.post(`/terminations/${id}/destructions`, {});
    expect(early.body).toMatchObject({ code: 'termination.exits-unfinished', details: { items: [`export-request ${request}`] } });
    ok(await unit.authority.post(path, { items: [{ ...item, decision: 'destroy' }] }));
    ok(await medium.security.post(`/terminations/${id}/destructions`, {}));
    await reaches(id, 'certified');
  });

  it('lets no raw copy leave and no result without its review, whatever the authority says of a hand-over, and certifies one thing of each [TERM-07]', async () => {
    const unit = await openOperating(medium);
    await keep(unit.scenarioId);
    const [copy, upload, request] = [newId(), newId(), newId()];
    await medium.platform.keys.create(`uploads/${upload}`);
    await bypassing(`
      INSERT INTO datasets.uploads (id, version, created_at, owner_id, organisation_id, length, received, parts, expires_at)
      VALUES ('${upload}', 1, now(), '${newId()}', '${newId()}', 1, 0, 0, now())`);
    await bypassing(`
      INSERT INTO datasets.dataset_copies (id, version, created_at, state, dataset_id, edition, fields_version, scenario_id, authorisation_id, unit_id,
        authority_id, provider_id, delivered_by, upload_id, format, max_bad_share, failure)
      VALUES ('${copy}', 1, now(), 'failed', '${newId()}', '2026-01', 1, '${unit.scenarioId}', '${unit.authorisationId}', '${unit.unitId}',
        '${unit.authorityId}', '${newId()}', '${newId()}', '${upload}', '{}', 0, '{}')`);
    await bypassing(`
      INSERT INTO exports.export_requests (id, version, created_at, unit_id, authority_id, authorisation_id, scenario_id, requester_id, purpose,
        recipient, state, run_id, files, lineage, slots, round)
      VALUES ('${request}', 1, now(), '${unit.unitId}', '${unit.authorityId}', '${unit.authorisationId}', '${unit.scenarioId}',
        '${unit.manager.personId}', '评估', '银行', 'in-review', '${newId()}', '[]', '{}', '[]', 1)`);
    const { id } = ok(await terminate(unit));
    await reaches(id, 'access-closed');
    const decide = (item: Record<string, unknown>) => unit.authority.post(`/terminations/${id}/exits`, { items: [item] });
    for (const decision of ['release', 'transfer'])
      for (const carriedBy of ['移交单 2026-1', copy, request])
        expect((await decide({ kind: 'dataset-copy', ref: copy, decision, carriedBy })).body).toMatchObject({
          code: 'termination.raw-never-leaves',
          status: 409,
        });
    expect((await decide({ kind: 'export-request', ref: request, decision: 'release', carriedBy: copy })).body).toMatchObject({
      code: 'termination.exit-without-carrier',
    });
    ok(await decide({ kind: 'export-request', ref: request, decision: 'transfer', carriedBy: '移交单 2026-1' }));
    await reaches(id, 'inventoried');
    ok(await medium.security.post(`/terminations/${id}/confirmations`, {}));
    expect((await medium.security.post(`/terminations/${id}/destructions`, {})).body).toMatchObject({
      code: 'termination.exits-unfinished',
      details: { items: [`export-request ${request}`] },
    });
    ok(await decide({ kind: 'export-request', ref: request, decision: 'destroy' }));
    ok(await medium.security.post(`/terminations/${id}/destructions`, {}));
    await reaches(id, 'certified');
    const { document } = parseSignedDocument((await unit.authority.get(`/terminations/${id}/certificate`)).body);
    const exits = document['exits'] as { kind: string; ref: string; decision: string; carriedBy: string | null }[];
    expect(exits.map(({ ref, decision, carriedBy }) => [ref, decision, carriedBy]).sort()).toEqual(
      [
        [copy, 'destroy', null],
        [request, 'destroy', null],
      ].sort(),
    );
  });
});

/** Writes past the journal, to put something into the past that cannot be waited for or that another context makes. */
const bypassing = (statement: string): Promise<unknown> =>
  medium.sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);

import { contexts as all } from '../../apps/composition/contexts.js';
import { newId, sha256 } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvedScenario, days, inForce, ok, openCast, someDigest, type Cast } from '../support/authorised.js';
import { listening, seatHolder } from '../support/exporting.js';
import { openMedium, type Medium } from '../support/medium.js';
import { inDays, openOperating } from '../support/operating.js';
import { proposed } from '../support/role-proposals.js';

/*
 * What time does by itself, woken before its time: by a database whose clock was put ahead for a moment, or by hand. It changes nothing,
 * and it is due again when it is.
 */
let medium: Medium;
let cast: Cast;
let scenarioId: string;

beforeAll(async () => {
  medium = await openMedium({
    contexts: all.map((context) => (context.name === 'domains' ? { ...context, jobs: [] } : context)),
    worker: true,
  });
  cast = await openCast(medium);
  const { id: authorisationId } = await inForce(cast);
  scenarioId = (await approvedScenario(cast, authorisationId)).id;
  const holder = await seatHolder(medium, cast, scenarioId);
  await proposed(medium.security, holder, 'export-reviewer', { kind: 'platform' });
  const files = ['qualification', 'compliance', 'security', 'self-check-report', 'usage-statement'].map((kind) => ({
    kind,
    digest: someDigest(),
  }));
  const partner = { kind: 'admission', scenarioId, scope: '模型二次开发', until: days(30), files, affiliatesDeclared: true };
  const record = ok(
    await cast.manager.post<{ id: string; digest: string }>('/admissions', {
      ...partner,
      organisationId: await medium.organisation('unit'),
    }),
  );
  ok(await cast.officer.post(`/admissions/${record.id}/votes`, { verdict: 'yes', digest: record.digest }));
  const upload = await fetch(`${await listening(medium)}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${await cast.steward.token()}`, 'tus-resumable': '1.0.0', 'upload-length': '10' },
      'idempotency-key': newId(),
    },
  });
  expect(upload.status).toBe(201);
  // A release that expires in some days, as the exports write it.
  const exported = newId();
  await medium.sql(`BEGIN; SET LOCAL session_replication_role = replica;
    INSERT INTO exports.export_requests (id, version, created_at, unit_id, authority_id, authorisation_id, scenario_id, requester_id, purpose,
      recipient, state, run_id, files, lineage, slots, round, released_at, released_by, expires_at, manifest, manifest_digest)
    VALUES ('${exported}', 1, now(), '${cast.unit}', '${cast.authority}', '${authorisationId}', '${scenarioId}', '${holder.personId}', '评估',
      '银行', 'released', '${newId()}', '[]', '{}', '[]', 1, now(), '${newId()}', date_trunc('milliseconds', now() + interval '7 days'), '{}', '${sha256('m')}');
    INSERT INTO platform.work (id, kind, name, lane, key, due_at) SELECT '${newId()}', 'job', 'exports.expire', 'lapses', id, expires_at
      FROM exports.export_requests WHERE id = '${exported}'; COMMIT`);
  const other = await openOperating(medium);
  ok(
    await other.authority.post(`/authorisations/${other.authorisationId}/suspensions`, {
      ...{ ground: 'out-of-scope', evidence: [{ what: '越权查询', digest: someDigest() }], decidedOn: days(0) },
      period: { length: 10, unit: 'calendar-days', source: '协议第九条' },
    }),
  );
}, 300_000);
afterAll(() => medium.close());

interface Work {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly due: string;
}
/** Of what still stands: a proposal that was confirmed meanwhile has nothing left to expire. */
const ahead = (): Promise<Work[]> =>
  medium.sql<Work>(
    `SELECT id, name, key, due_at::text AS due FROM platform.work WHERE state = 'due' AND due_at > now() + interval '1 minute'
       AND (name <> 'identity.expire-proposal' OR key IN (SELECT id FROM identity.role_proposals WHERE state = 'proposed'))
     ORDER BY name, key`,
  );

describe('work that time makes due', () => {
  it('and that is woken before its time changes nothing and is due again at its time, of every kind', async () => {
    const before = await ahead();
    expect([...new Set(before.map(({ name }) => name))].sort()).toEqual([
      'authorisations.end-partner',
      'authorisations.expire',
      'authorisations.overdue',
      'datasets.end-upload',
      'exports.expire',
      'identity.expire-proposal',
      'seats.lapse',
    ]);
    const recorded = async (): Promise<unknown> =>
      medium.sql(`SELECT action, count(*)::int AS n FROM platform.journal WHERE action = ANY ($1) GROUP BY action ORDER BY action`, [
        [
          'authorisation.expired',
          'partner.ended',
          'authorisation.rectification-overdue',
          'upload.destroyed',
          'export-request.expired',
          'role-proposal.expired',
          'statement.closed',
          'seat.paused',
          'seat.revoking',
          'seat.day-counted',
        ],
      ]);
    const done = await recorded();
    await medium.sql(`UPDATE platform.work SET due_at = now(), rung_at = NULL WHERE id = ANY ($1::uuid[])`, [before.map(({ id }) => id)]);
    await medium.until(
      async () =>
        (
          await medium.sql(`SELECT 1 FROM platform.work WHERE state IN ('due', 'leased') AND due_at <= now() AND id = ANY ($1::uuid[])`, [
            before.map(({ id }) => id),
          ])
        ).length === 0,
      'all of it to have run',
      60,
    );
    const plain = (work: Work[]) => work.map(({ name, key, due }) => ({ name, key, due }));
    expect(plain(await ahead())).toEqual(plain(before));
    expect(await recorded()).toEqual(done);
  }, 120_000);
});

describe('a case held by two holds, of which one has run out', () => {
  it('waits for the other without being looked at again and again [DEST-04]', async () => {
    const unit = await openOperating(medium);
    const decision = { reference: '浙数协〔2026〕5号', fileDigest: sha256('decision'), decidedOn: inDays(-1) };
    const { id } = ok<{ id: string }>(
      (await unit.authority.post('/terminations', { authorisationId: unit.authorisationId, ground: 'policy-change', decision })) as never,
    );
    const target = { kind: 'authorisation', id: unit.authorisationId };
    const hold = { target, orderedBy: '市公安局', reason: '案件调查' };
    const until = new Date(Date.now() + 5_000).toISOString();
    ok(await unit.authority.post('/legal-holds', { ...hold, reference: '公网安〔2026〕8号', until }));
    ok(await unit.authority.post('/legal-holds', { ...hold, reference: '公网安〔2026〕9号' }));
    const open = (): Promise<unknown[]> =>
      medium.sql(`SELECT 1 FROM platform.work WHERE name = 'terminations.proceed' AND key = $1 AND state IN ('due', 'leased')`, [id]);
    await medium.until(async () => new Date().toISOString() > until && (await open()).length === 0, 'nothing of the case to be due', 60);
    expect(ok<{ state: string }>(await unit.authority.get<{ state: string }>(`/terminations/${id}`)).state).toBe('held');
  }, 120_000);
});

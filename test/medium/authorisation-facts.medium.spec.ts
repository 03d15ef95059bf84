import { Authorisations, Scenarios, authorisationsContext } from '#authorisations';
import { identityContext } from '#identity';
import { newId, systemAct, systemClock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AuthorisationAnswer,
  type Cast,
  approvedScenario,
  days,
  grantedRequest,
  inForce,
  ok,
  openCast,
  requestedItem,
  signed,
  someDigest,
} from '../support/authorised.js';
import { drawnUpWith } from '../support/bodies.js';
import { type Medium, openMedium } from '../support/medium.js';
import { epochOf, eventsOf, timesDone } from '../support/outcomes.js';

let medium: Medium;
let cast: Cast;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext], worker: true });
  cast = await openCast(medium);
});
afterAll(() => medium.close());

describe('what other contexts rest on', () => {
  const act = (action: string) => systemAct('test', action, systemClock.now());

  it('holds authorisation and scenario still while a decision that rests on them commits (design: unit of work)', async () => {
    const { id } = await inForce(cast);
    const scenario = await approvedScenario(cast, id);
    const [unitOfWork, scenarios] = [medium.app.get(UnitOfWork), medium.app.get(Scenarios)];
    const order: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const decision = unitOfWork.run(act('scenario.read'), async (tx) => {
      await scenarios.assertOperating(tx, scenario.id, tx.context.at);
      order.push('resting');
      await held;
      order.push('decided');
    });
    await medium.until(() => Promise.resolve(order.includes('resting')), 'the decision to rest on its locks');
    const suspension = cast.officer
      .post(`/authorisations/${id}/suspensions`, {
        ground: 'major-risk',
        evidence: [{ what: '日志', digest: someDigest() }],
        decidedOn: days(0),
        period: { length: 5, unit: 'calendar-days', source: '决定' },
      })
      .then((answer) => order.push(`suspended ${String(answer.status)}`));
    await medium.until(
      async () =>
        (await medium.sql(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).length > 0,
      'the suspension to wait',
    );
    release();
    await Promise.all([decision, suspension]);
    expect(order).toEqual(['resting', 'decided', 'suspended 201']);
    await expect(
      unitOfWork.run(act('scenario.read'), (tx) => scenarios.assertOperating(tx, scenario.id, tx.context.at)),
    ).rejects.toMatchObject({
      code: 'authorisation.suspended',
    });
  });

  it('gives facts of agreement, plan and suspension, and ends everything below with the authorisation [TERM-08] [TERM-01]', async () => {
    const { id } = await inForce(cast);
    const scenario = await approvedScenario(cast, id);
    const granted = await grantedRequest(cast, scenario.id, [requestedItem(cast, newId(), [{ name: 'region', sensitive: false }])]);
    const [unitOfWork, authorisations] = [medium.app.get(UnitOfWork), medium.app.get(Authorisations)];
    const facts = await unitOfWork.read(act('authorisation.read'), (tx) => authorisations.facts(tx, id));
    expect(facts).toMatchObject({
      state: 'in-force',
      agreementVersion: 1,
      profileVersion: ['zhejiang@1'],
      emergencyPlanUntil: days(700),
      suspension: null,
    });
    const end = act('authorisation.terminating');
    await expect(unitOfWork.run(end, (tx) => authorisations.beginTermination(tx, id, 'whim'))).rejects.toMatchObject({
      code: 'authorisation.ground-unknown',
    });
    await unitOfWork.run(end, (tx) => authorisations.beginTermination(tx, id, 'policy-change'));
    expect(await epochOf(medium, 'scenario', scenario.id)).toBe(1);
    await unitOfWork.run(act('authorisation.terminated'), (tx) => authorisations.markTerminated(tx, id));
    expect((await cast.manager.get(`/scenarios/${scenario.id}`)).body).toMatchObject({ state: 'ended' });
    expect((await cast.manager.get(`/data-requests/${granted.id}`)).body).toMatchObject({ items: [{ state: 'ended' }] });
    expect(await eventsOf(medium, id)).toEqual(['authorisation.in-force.v1', 'authorisation.terminating.v1']);
    expect(await timesDone(medium, id, 'authorisation.terminated')).toBe(1);
  });

  it('admits two activations at once only up to the ceiling [AUTH-21]', async () => {
    const region = await openCast(medium, 'qingtian');
    const others: Cast[] = [];
    for (const _ of [1, 2]) {
      const unit = await medium.organisation('unit');
      others.push({ ...region, unit, manager: await medium.person(unit, ['unit-manager']) });
    }
    await medium.sql(`WITH seen AS (SELECT set_config('session_replication_role', 'replica', true))
      INSERT INTO authorisations.profile_entries SELECT '${newId()}', 1, now(), 'qingtian', 'unitCeiling', '1', '2020-01-01', '测试', '${newId()}', '${newId()}', now() FROM seen`);
    const ids: string[] = [];
    for (const each of others) {
      const { id } = await signed(each);
      const filed = ok(
        await each.manager.post<AuthorisationAnswer>(`/authorisations/${id}/emergency-plans`, { digest: someDigest(), drawnUpWith }),
      );
      ok(await each.officer.post(`/authorisations/${id}/emergency-plans/${filed.emergencyPlan?.id ?? ''}/approvals`));
      ids.push(id);
    }
    const answers = await Promise.all(ids.map((id) => region.officer.post<{ code?: string }>(`/authorisations/${id}/activations`)));
    expect(answers.map((answer) => answer.body.code ?? answer.status).toSorted()).toEqual([200, 'authorisation.ceiling-reached']);
  });
});

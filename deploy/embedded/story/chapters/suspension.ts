import { sha256 } from '#kernel';
import type { AuthorisationView, SuspensionView } from '#authorisations/contract';
import type { DomainView } from '#domains/contract';
import type { RevocationView } from '#seats/contract';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import { inDays, type World } from '../world.js';

type Suspension = z.output<typeof SuspensionView>;

/** Suspension seals at once; the unit files its rectification and nothing else; the authority resumes after an assessment. */
export async function suspensionChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('suspended: the domain is sealed, with a receipt; the unit can only rectify', async () => {
    const suspension = await world.as('zhou').post<Suspension>(`/authorisations/${world.id('authorisation')}/suspensions`, {
      ground: 'security-duty-unmet',
      evidence: [{ what: '安全巡检记录', digest: sha256('inspection') }],
      decidedOn: inDays(0),
      period: { length: 30, unit: 'calendar-days', source: '授权协议第八条' },
    });
    world.remember('suspension', suspension.id);
    const sealed = await domainIn(world, 'sealed');
    const receipt = await world.until('the suspension to be closed by its receipt', async (saw) => {
      const page = await world.as('zhou').get<{ items: z.output<typeof RevocationView>[] }>(`/revocations?caseId=${suspension.id}`);
      saw(page.items.map(({ state, open }) => [state, ...open.map(({ path }) => `${path} open`)].join(', ')).join('; ') || 'no revocation');
      return page.items.find((one) => one.state === 'closed');
    });
    const refusal = await world.as('sun').refusedAny('POST', '/scenarios', {
      authorisationId: world.id('authorisation'),
      title: '另一场景',
      from: inDays(0),
      until: inDays(30),
    });
    const early = await world.as('zhou').refusedAny('POST', `/suspensions/${suspension.id}/resumptions`, {});
    return {
      suspension: suspension.id,
      due: suspension.deadline.due,
      domain: sealed.state,
      receipt: receipt.receiptDigest,
      'anything new of the unit': refusal.code,
      'resumed without an assessment': early.code,
    };
  });

  await teller.step('rectified, assessed, resumed', async () => {
    const path = `/suspensions/${world.id('suspension')}`;
    await world.as('sun').post(`${path}/rectification-plans`, { digest: sha256('plan'), steps: ['补齐密钥轮换', '复训全员'] });
    await world.as('sun').post(`${path}/reports`, { digest: sha256('report') });
    await world.as('zhou').post(`${path}/assessments`, { verdict: 'passed', reasons: '整改到位' });
    await world.as('zhou').post(`${path}/resumptions`, {});
    const authorisation = await world.as('zhou').get<z.output<typeof AuthorisationView>>(`/authorisations/${world.id('authorisation')}`);
    const domain = await domainIn(world, 'ready');
    return { authorisation: authorisation.state, domain: domain.state };
  });
}

const domainIn = (world: World, state: string): Promise<z.output<typeof DomainView>> =>
  world.until(
    `the domain to be ${state}`,
    async (saw) => {
      const domain = await world.as('zhou').get<z.output<typeof DomainView>>(`/operation-domains/${world.id('domain')}`);
      saw(domain.state);
      return domain.state === state ? domain : undefined;
    },
    120,
  );

import { sha256 } from '#kernel';
import type { InventoryView, SignedNotice, TerminationDetail, TerminationView } from '#terminations/contract';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import { inDays, takeHome, type World } from '../world.js';

type Termination = z.output<typeof TerminationView>;
type Detail = z.output<typeof TerminationDetail>;

/** Closes, lets permitted results leave, destroys and proves it. */
export async function terminationChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('termination opened and confirmed by two, access closed, exits decided item by item', async () => {
    const opened = await world.as('zhou').post<Termination>('/terminations', {
      authorisationId: world.id('authorisation'),
      ground: 'policy-change',
      decision: { reference: '浙数协〔2026〕9号', fileDigest: sha256('decision'), decidedOn: inDays(0) },
    });
    const path = `/terminations/${opened.id}`;
    world.remember('termination', opened.id);
    const twice = await world.as('wu').refusedAny('POST', `${path}/confirmations`, {});
    const early = await world.as('zhou').refusedAny('POST', `${path}/destructions`, {});
    await world.as('an').post(`${path}/confirmations`, {});
    const closed = await reached(world, ['access-closed', 'exits-decided', 'inventoried']);
    const undecided = closed.exits.filter((item) => item.decision === null);
    if (undecided.length > 0)
      await world.as('zhou').post(`${path}/exits`, { items: undecided.map(({ kind, ref }) => ({ kind, ref, decision: 'destroy' })) });
    return {
      termination: opened.id,
      exits: `${String(undecided.length)} decided one by one`,
      'the authority twice': twice.code,
      'destroyed by one person, before access is closed': early.code,
    };
  });

  await teller.step('inventory from three views, destruction, keys last, attempted recovery, certificate', async () => {
    const path = `/terminations/${world.id('termination')}`;
    await reached(world, ['inventoried']);
    const inventory = await world.as('an').get<z.output<typeof InventoryView>>(`${path}/inventory`);
    await world.as('an').post(`${path}/destructions`, {});
    const ended = await certified(world);
    const certificate = await takeHome(world, 'zhou', `${path}/certificate`, 'certificate');
    world.certificate = certificate;
    const gone = await world.as('zhou').get<{ state: string }>(`/operation-domains/${world.id('domain')}`);
    return {
      views: [...new Set(inventory.items.map((item) => item.view))],
      inventoried: inventory.items.length,
      differences: inventory.differences.length,
      certificate: ended.conclusionDigest,
      domain: gone.state,
      'network logs kept until': ended.networkLogsKeptUntil,
    };
  });
}

const reached = (world: World, states: readonly string[]): Promise<Detail> =>
  world.until(
    `the termination to be ${states.join(' or ')}`,
    async (saw) => {
      const now = await world.as('zhou').get<Detail>(`/terminations/${world.id('termination')}`);
      saw(now.state);
      return states.includes(now.state) ? now : undefined;
    },
    180,
  );

/** A pending notice is not the end: what it names is tried again, and the certificate follows or the wait says what was left. */
const certified = (world: World): Promise<Detail> =>
  world.until(
    'the termination to be certified',
    async (saw) => {
      const path = `/terminations/${world.id('termination')}`;
      const now = await world.as('zhou').get<Detail>(path);
      saw(now.state);
      if (now.state === 'certified') return now;
      if (now.state !== 'pending') return undefined;
      const answer = await world.as('an').send('GET', `${path}/notice`);
      if (!answer.ok) return undefined;
      const { left } = ((await answer.json()) as z.output<typeof SignedNotice>).document as unknown as {
        left: readonly { code: string; what: string }[];
      };
      saw(`a pending notice: ${left.map((one) => `${one.code} ${one.what}`).join('; ')}`);
      return undefined;
    },
    180,
  );

import type { SeatDetail, SeatView, WorkspaceView } from '#seats/contract';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import { inDays, type World } from '../world.js';
import { workspaceImage } from './domain.js';

type Seat = z.output<typeof SeatView>;

/** A seat for one person in one scenario, granted only while every condition holds; then its workspace. */
export async function seatChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('seat granted under all its conditions, refused while one is missing', async () => {
    const seat = await world.as('sun').post<Seat>('/seats', {
      personId: world.person('li'),
      scenarioId: world.id('scenario'),
      clause: '授权协议第四条 开发人员',
      endsOn: inDays(60),
    });
    world.remember('seat', seat.id);
    const refusal = await world.as('sun').refusedAny('POST', '/seats', {
      personId: world.person('he'),
      scenarioId: world.id('scenario'),
      clause: '授权协议第四条 开发人员',
      endsOn: inDays(60),
    });
    await world.as('zhou').post(`/seats/${seat.id}/grants`, {});
    const detail = await world.as('li').get<z.output<typeof SeatDetail>>(`/seats/${seat.id}`);
    return {
      seat: seat.id,
      conditions: detail.conditions.map((one) => `${one.condition} ${one.holds ? 'holds' : 'lapsed'}`),
      'for a person nobody has verified': refusal.code,
    };
  });

  await teller.step('workspace opened from the catalogue', async () => {
    const refusal = await world
      .as('li')
      .refusedAny('POST', `/seats/${world.id('seat')}/workspaces`, { image: 'docker.io/library/python:3' });
    const workspace = await world
      .as('li')
      .post<z.output<typeof WorkspaceView>>(`/seats/${world.id('seat')}/workspaces`, { image: workspaceImage });
    const applied = await world.until('the workspace’s manifests to be applied', async (saw) => {
      const detail = await world.as('li').get<z.output<typeof SeatDetail>>(`/seats/${world.id('seat')}`);
      const opened = detail.workspaces.find((one) => one.id === workspace.id);
      saw(opened?.state ?? 'no workspace');
      return opened?.state === 'applied' && opened;
    });
    return { workspace: applied.id, namespace: applied.namespace, 'an unlisted image': refusal.code };
  });
}

import type { RevocationView, SeatDetail } from '#seats/contract';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import { takeHome, type World } from '../world.js';

type Revocation = z.output<typeof RevocationView>;

/** Revocation is one command and leaves a receipt over every path that exists. */
export async function revocationChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('seat revoked by one command, with a receipt', async () => {
    const ordered = await world
      .as('zhou')
      .post<Revocation>(`/seats/${world.id('seat')}/revocations`, { ground: 'not-needed', reason: '项目阶段结束' });
    const closed = await world.until('the revocation to be closed by its receipt', async (saw) => {
      const now = await world.as('zhou').get<Revocation>(`/revocations/${ordered.id}`);
      saw([now.state, ...now.open.map(({ path, reason }) => `${path} open: ${reason}`)].join(', '));
      return now.state === 'closed' ? now : undefined;
    });
    const receipt = await takeHome(world, 'zhou', `/revocations/${ordered.id}/receipt`, 'receipt');
    world.receipt = receipt;
    const detail = await world.as('sun').get<z.output<typeof SeatDetail>>(`/seats/${world.id('seat')}`);
    const refusal = await world.as('li').refusedAny('POST', `/seats/${world.id('seat')}/workspaces`, { image: 'any' });
    const document = receipt.document as { paths?: { path: string; closed: boolean }[]; cutWithinMs?: number; absent?: string[] };
    return {
      seat: detail.state,
      receipt: closed.receiptDigest ?? '',
      paths: (document.paths ?? []).map((one) => `${one.path} ${one.closed ? 'closed' : 'open'}`),
      absent: document.absent ?? [],
      'cut within ms': document.cutWithinMs ?? null,
      'the seat afterwards': refusal.code,
    };
  });
}

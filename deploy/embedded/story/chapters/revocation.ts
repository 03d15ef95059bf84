import type { RevocationView, SeatDetail, SignedReceipt } from '#seats/contract';
import type { z } from 'zod';
import { until } from '../client.js';
import type { Teller } from '../teller.js';
import { keep, type World } from '../world.js';

type Revocation = z.output<typeof RevocationView>;
type Receipt = z.output<typeof SignedReceipt>;

/** Revocation is one command and leaves a receipt over every path that exists. */
export async function revocationChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('seat revoked by one command, with a receipt', async () => {
    const ordered = await world
      .as('zhou')
      .post<Revocation>(`/seats/${world.id('seat')}/revocations`, { ground: 'not-needed', reason: '项目阶段结束' });
    const closed = await until('the receipt', async () => {
      const now = await world.as('zhou').get<Revocation>(`/revocations/${ordered.id}`);
      return now.state === 'closed' ? now : undefined;
    });
    const receipt = await world.as('zhou').get<Receipt>(`/revocations/${ordered.id}/receipt`);
    world.receipt = receipt;
    await keep(world, 'receipt.json', receipt);
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

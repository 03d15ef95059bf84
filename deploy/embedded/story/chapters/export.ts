import { documentDigest, sha256 } from '#kernel';
import type { ChecksView, DownloadView, ExportRequestView, ReviewsView } from '#exports/contract';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import { UnexpectedAnswer } from '../waits.js';
import { takeHome, type World } from '../world.js';

type Request = z.output<typeof ExportRequestView>;
type Checks = z.output<typeof ChecksView>;

/** Nothing leaves without people, and raw rows never leave, whoever approves. */
export async function exportChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('an export that holds raw rows is vetoed by the gate', async () => {
    await world
      .as('zhou')
      .post(`/scenarios/${world.id('scenario')}/export-budgets`, { bytes: 10_000_000, rows: 10_000, basis: '浙数出〔2026〕12号' });
    const request = await submitted(world, 'raw-run', '明细名单');
    if (request.state !== 'blocked') throw new Error(`raw rows were not vetoed but are ${request.state}`);
    const checks = await world.as('zhou').get<Checks>(`/export-requests/${request.id}/checks`);
    const overridden = await world.as('zhou').refusedAny('POST', `/export-requests/${request.id}/reviews`, {
      verdict: 'yes',
      reasons: '同意',
      binding: sha256('nothing'),
    });
    return {
      request: request.id,
      vetoed: checks.checks.filter((check) => check.answer === 'veto').map((check) => check.check),
      findings: checks.checks
        .flatMap((check) => check.items.filter((item) => item.answer === 'veto').map((item) => item.finding))
        .slice(0, 6),
      'approved all the same': overridden.code,
    };
  });

  await teller.step('a good one through the checks, two reviewers blind of one another, one of the authority', async () => {
    const { id } = await submitted(world, 'good-run', '参保结构统计', { counts: ['people'] });
    const request = await world.as('feng').get<Request>(`/export-requests/${id}`);
    if (request.state !== 'in-review') {
      const checks = await world.as('zhou').get<Checks>(`/export-requests/${request.id}/checks`);
      const vetoes = checks.checks.filter((check) => check.answer === 'veto').map(({ check }) => check);
      throw new UnexpectedAnswer(`expected the request in review; it is ${request.state} (${vetoes.join(', ')})`);
    }
    world.remember('export', request.id);
    const own = await world.as('sun').refusedAny('POST', `/export-requests/${request.id}/reviews`, ballot(request, []));
    const checks = await world.as('feng').get<Checks>(`/export-requests/${request.id}/checks`);
    const answers = checks.checks
      .flatMap((check) => check.items)
      .map((item) => ({ item: item.id, acceptable: true, reason: '统计量，单元格均不少于二十人' }));
    await world.as('feng').post(`/export-requests/${request.id}/reviews`, ballot(request, answers));
    const seen = await world.as('wu').get<z.output<typeof ReviewsView>>(`/export-requests/${request.id}/reviews`);
    await world.as('wu').post(`/export-requests/${request.id}/reviews`, ballot(request, answers));
    const now = await world.as('sun').get<Request>(`/export-requests/${request.id}`);
    return {
      request: request.id,
      checks: checks.checks.map((check) => `${check.check}: ${check.answer}`),
      'what the second reviewer saw of the first': seen.items.length,
      'the unit reviewing itself': own.code,
      state: now.state,
    };
  });

  await teller.step('a table that names a body by its number is vetoed; its repair is accepted as one act and checked anew', async () => {
    const { id, state } = await submitted(world, 'labelled-run', '参保结构统计', { counts: ['people'] });
    if (state !== 'blocked') throw new UnexpectedAnswer(`expected the request blocked; it is ${state}`);
    const seen = (await world.as('li').get<Checks>(`/export-requests/${id}/checks`)).checks;
    const offered = seen.flatMap(({ items }) =>
      items.filter(({ answer }) => answer === 'veto').map(({ finding, repair }) => `${finding}: ${repair}`),
    );
    await world.as('li').post<Request>(`/export-requests/${id}/repairs`, {});
    const repaired = await checked(world, id);
    if (repaired.state !== 'in-review') throw new UnexpectedAnswer(`expected the repaired request in review; it is ${repaired.state}`);
    const reviewed = await world.as('feng').get<Request>(`/export-requests/${id}`);
    return {
      request: id,
      offered,
      state: repaired.state,
      'as the requester sees it': repaired.repairs.map(({ kinds, columns }) => ({ kinds, columns })),
      'as reviewers see it': reviewed.repairs.map(({ kinds, columns }) => ({ kinds, columns })),
    };
  });

  await teller.step('released by a third, downloaded once, equal digest, signed manifest', async () => {
    const path = `/export-requests/${world.id('export')}`;
    const reviewer = await world.as('wu').refusedAny('POST', `${path}/releases`, {});
    const released = await world.as('zheng').post<Request>(`${path}/releases`, {});
    const [file] = released.files;
    if (file === undefined) throw new Error('nothing was released');
    const download = async () => {
      const link = await world.as('li').post<z.output<typeof DownloadView>>(`${path}/downloads`, { fileId: file.id });
      const local = link.path.replace(/^.*\/api\/v1/, '');
      const stranger = await world.as('sun').refusedAny('GET', local);
      const response = await world.as('li').send('GET', local);
      if (!response.ok) throw new Error(`the download answered ${String(response.status)}`);
      return { local, stranger, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    // A link is good for one download: whose breaks off asks for another.
    const { local, stranger, bytes } = await download().catch((fault: unknown) => {
      if (!world.patient) throw fault;
      return download();
    });
    await writeFile(join(world.folder, file.name), bytes);
    if (sha256(bytes) !== file.digest) throw new Error('what was downloaded is not what was reviewed');
    const again = await world.as('li').refusedAny('GET', local);
    const manifest = await takeHome(world, 'li', `${path}/manifest`, 'manifest');
    return {
      released: released.state,
      bytes: bytes.length,
      sha256: file.digest,
      'equal to what was reviewed': true,
      manifest: documentDigest(manifest.document),
      'a reviewer releasing': reviewer.code,
      'another person with the link': stranger.code,
      'the link a second time': again.code,
    };
  });
}

async function submitted(world: World, run: string, purpose: string, declaration?: unknown): Promise<Request> {
  const opened = await world.as('li').post<Request>('/export-requests', {
    scenarioId: world.id('scenario'),
    codeRunId: world.id(run),
    purpose: `${purpose}，用于信用评估`,
    recipient: '之江数据运营有限公司',
    ...(declaration === undefined ? {} : { declaration }),
  });
  await world.as('li').post(`/export-requests/${opened.id}/submissions`, {});
  return checked(world, opened.id);
}

function checked(world: World, id: string): Promise<Request> {
  return world.until(
    'the checks of the gate to have answered',
    async (saw) => {
      const now = await world.as('li').get<Request>(`/export-requests/${id}`);
      saw(now.state);
      return ['in-review', 'blocked', 'returned'].includes(now.state) ? now : undefined;
    },
    180,
  );
}

const ballot = (request: Request, answers: readonly unknown[]): unknown => ({
  verdict: 'yes',
  reasons: '结果为统计量，符合场景',
  answers,
  binding: request.binding,
});

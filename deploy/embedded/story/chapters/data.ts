import type { CopyView, DatasetView } from '#datasets/contract';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { adultFields, adultFile } from '../../samples/adult.js';
import { residentFields, residents } from '../../samples/residents.js';
import type { Teller } from '../teller.js';
import { upload } from '../upload.js';
import { UnexpectedAnswer } from '../waits.js';
import type { World } from '../world.js';

type Copy = z.output<typeof CopyView>;
/** One in five thousand, seven at least: one of each kind. */
const badRowsOf = (rows: number): number => Math.max(7, Math.floor(rows / 5000));

/** The provider registers its holdings: custody, origin, edition, grades, conditions of use. */
export async function holdingsChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('two holdings registered with custody, origin, version and grade', async () => {
    const custody = { holderId: world.organisation('provider'), managerId: world.organisation('provider') };
    const rest = {
      custody,
      origin: { system: '省人口综合库', basis: '省公共数据目录 2026' },
      useConditions: { text: '仅限获批场景，不得与其他数据关联还原个人', noJoin: false },
      contact: { department: '人口管理总队', channel: '政务钉钉' },
    };
    const ungraded = await world.as('qian').refusedAny('POST', '/datasets', {
      name: '未定级数据',
      edition: '2026.10',
      ...rest,
      fields: [{ name: '列', type: 'text' }],
    });
    const put = async (name: string, body: object): Promise<void> => {
      const dataset = await world.as('qian').post<z.output<typeof DatasetView>>('/datasets', { ...rest, ...body });
      world.remember(name, dataset.id);
    };
    await put('residents', { name: '常住人口基础信息', edition: '2026.10', grade: 'L4', fields: residentFields });
    await put('adult', { name: '人口收入抽样（Adult）', edition: '1996', grade: 'L2', fields: adultFields });
    return { holdings: [world.id('residents'), world.id('adult')], 'without a grade': ungraded.code };
  });
}

/** Two deliveries into the scenario: 200,000 generated residents in GB 18030 with bad rows in them, and the Adult extract. */
export async function deliveriesChapter(teller: Teller, world: World): Promise<void> {
  await teller.step(
    `deliver ${world.residents.toLocaleString('en')} residents of 15 columns in GB 18030, bad rows among them`,
    async () => {
      const planted: number[] = [];
      const bytes = residents({ rows: world.residents, badRows: badRowsOf(world.residents) }, (row) => planted.push(row.line));
      const copy = await deliver(world, 'residents', bytes, { encoding: 'gb18030', delimiter: ',' });
      if (copy.counts?.bad !== planted.length)
        throw new Error(`${String(planted.length)} bad rows were planted, ${String(copy.counts?.bad)} found`);
      const listed = await world.as('qian').get<{ items: { line: number }[] }>(`/dataset-copies/${copy.id}/bad-rows`);
      const named = listed.items.every((row) => planted.includes(row.line));
      if (!named) throw new Error('a bad row is named by a wrong line');
      return {
        copy: copy.id,
        rows: copy.counts.rows,
        bad: copy.counts.badByReason,
        'left out': copy.leftOut,
        sha256: copy.file?.sha256 ?? '',
      };
    },
  );

  await teller.step('deliver the Adult extract', async () => {
    const copy = await deliver(world, 'adult', [readFileSync(adultFile)], { encoding: 'utf-8', delimiter: ';' });
    return { copy: copy.id, rows: copy.counts?.rows ?? 0, source: 'UCI Adult extract (real rows)' };
  });
}

async function deliver(
  world: World,
  name: 'residents' | 'adult',
  bytes: Iterable<Uint8Array>,
  format: { encoding: string; delimiter: string },
): Promise<Copy> {
  const uploadId = await upload(world.as('qian'), bytes);
  const ordered = await world.as('qian').post<Copy>('/dataset-copies', {
    datasetId: world.id(name),
    scenarioId: world.id('scenario'),
    uploadId,
    format: { kind: 'csv', header: true, ...format },
  });
  const copy = await world.until(
    `the import of ${name} to be ready`,
    async (saw) => {
      const now = await world.as('qian').get<Copy>(`/dataset-copies/${ordered.id}`);
      if (now.state === 'failed')
        throw new UnexpectedAnswer(`expected the import of ${name}; it failed with ${now.failure?.code ?? 'no cause'}`);
      saw(now.state);
      return now.state === 'ready' ? now : undefined;
    },
    240,
  );
  world.remember(`${name}-copy`, copy.id);
  return copy;
}

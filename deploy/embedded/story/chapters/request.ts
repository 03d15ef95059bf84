import type { DataRequestView } from '#authorisations/contract';
import type { z } from 'zod';
import { adultFields } from '../../samples/adult.js';
import { residentFields } from '../../samples/residents.js';
import type { Teller } from '../teller.js';
import { inDays, type World } from '../world.js';

type DataRequest = z.output<typeof DataRequestView>;

/** What is asked for, item by item and field by field, through provider and authority. */
export async function requestChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('data request approved item by item, by provider and then authority', async () => {
    const all = await world
      .as('sun')
      .refusedAny('POST', '/data-requests', {
        scenarioId: world.id('scenario'),
        externalReference: 'ZJ-SZZY-0',
        items: [
          { ...item(world, 'residents', []), fields: [{ name: '*', purpose: '全部', sensitive: true, basis: { kind: 'masking-plan' } }] },
        ],
      })
      .catch(() => undefined);
    const created = await world.as('sun').post<DataRequest>('/data-requests', {
      scenarioId: world.id('scenario'),
      externalReference: 'ZJ-SZZY-2026-000118',
      items: [item(world, 'residents', residentFields), item(world, 'adult', adultFields)],
    });
    world.remember('data-request', created.id);
    const submitted = await world.as('sun').post<DataRequest>(`/data-requests/${created.id}/submissions`, {});
    const states: Record<string, string> = {};
    for (const { id, digest } of submitted.items) {
      for (const voter of ['qian', 'zhou'])
        await world.as(voter).post(`/data-requests/${created.id}/items/${id}/votes`, { verdict: 'yes', digest, reasons: '同意' });
    }
    const decided = await world.as('sun').get<DataRequest>(`/data-requests/${created.id}`);
    for (const one of decided.items) states[one.id] = `${one.state}, ${String(one.open.length)} fields open`;
    if (decided.items.some((one) => one.state !== 'in-force')) throw new Error('an item is not in force');
    return { request: created.id, items: states, "'all fields'": all?.code ?? 'refused at submission' };
  });
}

const item = (world: World, name: 'residents' | 'adult', fields: readonly { name: string; grade: string }[]): Record<string, unknown> => ({
  datasetId: world.id(name),
  providerId: world.organisation('provider'),
  fields: fields.map((field) => ({
    name: field.name,
    purpose: '信用评估特征',
    sensitive: field.grade !== 'L1',
    basis: { kind: 'masking-plan' },
  })),
  rows: { what: '全省常住人口', purpose: '覆盖评估对象', limit: null },
  period: { what: '2026 年', purpose: '当前状况', from: inDays(0), until: inDays(300) },
  frequency: '一次',
  use: '训练样本与模型运行',
});

import type { ActContext, RefusalCatalogue } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, pageQuery, REFUSALS } from '#platform/http';
import type { Input, Output } from '#platform/http';
import { Controller, Inject } from '@nestjs/common';
import { Copies } from '../application/copies.js';
import type { CopyFacts, WaitingCopy } from '../application/copies.js';
import { BadRowsPage, CopiesQuery, CopyView, DeliverCopy } from '../contract.js';
import { explained } from './explained.js';

const readers = ['provider', 'authority', 'unit-manager', 'unit-developer', 'platform-operator', 'security-admin', 'audit-admin'] as const;

const deliver = act({
  method: 'POST',
  path: '/dataset-copies',
  action: 'dataset-copy.delivered',
  summary: { zh: '向场景交付数据', en: 'Deliver an uploaded file into a scenario; it is imported in the background' },
  roles: ['provider'],
  scope: 'dataset',
  body: DeliverCopy,
  response: CopyView,
  status: 202,
});
const list = act({
  method: 'GET',
  path: '/dataset-copies',
  action: 'dataset-copy.listed',
  summary: { zh: '交付清单', en: 'List delivered copies' },
  roles: readers,
  scope: 'unit',
  query: CopiesQuery,
  response: pageOf(CopyView),
});
const read = act({
  method: 'GET',
  path: '/dataset-copies/:id',
  action: 'dataset-copy.read',
  summary: { zh: '交付数据', en: 'A delivered copy: state, counts, failure' },
  roles: readers,
  scope: 'unit',
  params: idParam,
  response: CopyView,
});
const badRows = act({
  method: 'GET',
  path: '/dataset-copies/:id/bad-rows',
  action: 'dataset-copy.bad-rows-read',
  summary: { zh: '问题行', en: 'Bad rows: line and reason, never a value' },
  roles: ['provider', 'authority', 'unit-manager', 'unit-developer'],
  scope: 'unit',
  params: idParam,
  query: pageQuery,
  response: BadRowsPage,
});

@Controller()
export class CopiesController {
  constructor(
    private readonly copies: Copies,
    @Inject(REFUSALS) private readonly refusals: RefusalCatalogue,
  ) {}

  @Act(deliver)
  async deliver(@Ctx() ctx: ActContext, @In() input: Input<typeof deliver>): Output<typeof deliver> {
    return viewOf(await this.copies.deliver(ctx, input.body), this.refusals);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.copies.list(ctx, input.query, input.query);
    return { items: page.items.map((copy) => viewOf(copy, this.refusals)), next: page.next };
  }
  @Act(read)
  async read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return viewOf(await this.copies.read(ctx, input.params.id), this.refusals);
  }
  @Act(badRows)
  readBadRows(@Ctx() ctx: ActContext, @In() input: Input<typeof badRows>): Output<typeof badRows> {
    return this.copies.badRows(ctx, input.params.id, input.query);
  }
}

const viewOf = (copy: CopyFacts | WaitingCopy, refusals: RefusalCatalogue) => ({
  waits: null,
  ...copy,
  leftOut: [...copy.leftOut],
  file: copy.file === null ? null : { ...copy.file, columns: [...copy.file.columns] },
  failure: copy.failure === null ? null : explained(copy.failure, refusals),
});

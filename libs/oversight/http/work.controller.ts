import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { Controller, Header, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import { Operations } from '../application/operations.js';
import { Work } from '../application/work.js';
import { LanesView, OperationView, WorkItem, WorkQuery } from '../contract.js';

const list = act({
  method: 'GET',
  path: '/work',
  action: 'work.listed',
  summary: { zh: '任务队列', en: 'Queued work, newest first' },
  roles: ['platform-operator'],
  scope: 'platform',
  query: WorkQuery,
  response: pageOf(WorkItem),
});
const lanes = act({
  method: 'GET',
  path: '/work/lanes',
  action: 'work.lanes-read',
  summary: { zh: '任务队列分道情况', en: 'Lanes of queued work: places, what runs and waits, whose share is full' },
  roles: ['platform-operator'],
  scope: 'platform',
  response: LanesView,
});
const retry = act({
  method: 'POST',
  path: '/work/:id/retries',
  action: 'work.retried',
  summary: { zh: '立即重试失败或等待中的任务', en: 'Try work now that failed or waits' },
  roles: ['platform-operator'],
  scope: 'platform',
  params: idParam,
  response: WorkItem,
});
const read = act({
  method: 'GET',
  path: '/operations/:id',
  action: 'operation.read',
  summary: { zh: '操作进度', en: 'Progress of long work, by its id or its object’s' },
  roles: 'signed-in',
  scope: 'own',
  params: idParam,
  response: OperationView,
});
const follow = act({
  method: 'GET',
  path: '/operations/:id/events',
  action: 'operation.followed',
  summary: { zh: '跟踪操作进度（服务器推送）', en: 'Progress of long work as server-sent events' },
  roles: 'signed-in',
  scope: 'own',
  params: idParam,
  response: z.unknown(),
  streams: 'down',
  media: 'text/event-stream',
  seat: { none: 'how far their own work has come, in states and counts' },
});

@Controller()
export class WorkController {
  constructor(
    private readonly work: Work,
    private readonly operations: Operations,
  ) {}

  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.work.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }

  @Act(lanes)
  readLanes(@Ctx() ctx: ActContext): Output<typeof lanes> {
    return this.work.lanes(ctx);
  }

  @Act(retry)
  retry(@Ctx() ctx: ActContext, @In() input: Input<typeof retry>): Output<typeof retry> {
    return this.work.retry(ctx, input.params.id);
  }

  @Act(read)
  async read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.operations.read(ctx, input.params.id);
  }

  @Act(follow)
  @Header('x-accel-buffering', 'no')
  async follow(@Ctx() ctx: ActContext, @In() input: Input<typeof follow>): Promise<StreamableFile> {
    return new StreamableFile(await this.operations.follow(ctx, input.params.id), { type: 'text/event-stream; charset=utf-8' });
  }
}

import type { ActContext, ContextDeclaration } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { act, Act, Ctx, idParam, In, type Input } from '#platform/http';
import { SeatAccess } from '#seats';
import { Controller, Module, StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const one = { method: 'GET', roles: ['unit-developer', 'unit-manager', 'provider'], scope: 'unit', params: idParam } as const;
const summary = { zh: '测试', en: 'test' };
const ask = act({
  ...one,
  path: '/long-answers/:id/once',
  action: 'long-answer.asked',
  summary,
  response: z.object({ ok: z.literal(true) }),
});
const follow = act({
  ...one,
  path: '/long-answers/:id',
  action: 'long-answer.followed',
  summary,
  response: z.unknown(),
  streams: 'down',
  seat: { none: 'its handler asks it' },
});

/** Work in a scenario as any context has it: an act that asks for the seat, and an answer that is long in coming; nothing in it asks twice. */
@Controller()
class LongAnswers {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seats: SeatAccess,
  ) {}

  @Act(ask)
  async ask(@Ctx() ctx: ActContext, @In() input: Input<typeof ask>): Promise<{ ok: true }> {
    await this.unitOfWork.run(ctx, (tx) => this.seats.assertSeat(tx, ctx.actor, input.params.id));
    return { ok: true };
  }

  @Act(follow)
  async follow(@Ctx() ctx: ActContext, @In() input: Input<typeof follow>): Promise<StreamableFile> {
    await this.unitOfWork.run(ctx, (tx) => this.seats.assertSeat(tx, ctx.actor, input.params.id));
    return new StreamableFile(Readable.from(pieces(), { objectMode: false }));
  }
}

async function* pieces(): AsyncGenerator<Buffer> {
  for (;;) {
    yield Buffer.alloc(1024, 'a');
    await pause(20);
  }
}

@Module({})
class LongAnswersModule {}

export const longAnswers: ContextDeclaration = {
  name: 'long-answers',
  module: LongAnswersModule,
  controllers: [LongAnswers],
  jobs: [],
  reconcilers: [],
  entities: [],
  migrations: [],
  grants: { tables: {} },
  auditActions: {
    'long-answer.asked': { object: 'long-answer', zh: '询问', en: 'asked' },
    'long-answer.followed': { object: 'long-answer', zh: '跟踪', en: 'followed' },
  },
  refusals: {},
  endings: { belongs: {}, acts: {} },
};

import { Refusal, type ActContext } from '#kernel';
import { Act, act, Ctx, idParam } from '#platform/http';
import { Controller, Req, Res } from '@nestjs/common';
import { MemoryLocker, Server } from '@tus/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NodeRequest, sendNodeResponse } from 'srvx/node';
import { z } from 'zod';
import { Uploads } from '../application/uploads.js';
import { maxUploadBytes } from '../domain/upload.js';
import { refusalOf, UploadStore } from './upload-store.js';

const common = { roles: ['provider'], scope: 'own', response: z.unknown(), streams: true } as const;
const create = act({
  ...common,
  method: 'POST',
  path: '/uploads',
  action: 'upload.created',
  summary: { zh: '开始上传（tus 1.0）', en: 'Begin an upload (tus 1.0 creation)' },
});
const progress = act({
  ...common,
  method: 'HEAD',
  path: '/uploads/:id',
  action: 'upload.read',
  summary: { zh: '上传进度', en: 'How far an upload is (tus 1.0)' },
  params: idParam,
});
const write = act({
  ...common,
  method: 'PATCH',
  path: '/uploads/:id',
  action: 'upload.written',
  summary: { zh: '续传', en: 'Send bytes from an offset on (tus 1.0)' },
  params: idParam,
  status: 204,
});
const abandon = act({
  ...common,
  method: 'DELETE',
  path: '/uploads/:id',
  action: 'upload.destroyed',
  summary: { zh: '放弃上传', en: 'Give an upload up; its bytes and its key are destroyed' },
  params: idParam,
  status: 204,
});

/** Resumable uploads by the tus library; our declaration of each route stands before it, our store behind it. */
@Controller()
export class UploadsController {
  private readonly locker = new MemoryLocker();

  constructor(private readonly uploads: Uploads) {}

  @Act(create)
  create(@Ctx() ctx: ActContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.handle(ctx, request, reply);
  }
  @Act(progress)
  async progress(
    @Ctx() ctx: ActContext,
    @Req() request: FastifyRequest<{ Params: { id: string } }>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.uploads.progress(ctx, request.params.id);
    await this.handle(ctx, request, reply);
  }
  @Act(write)
  write(@Ctx() ctx: ActContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.handle(ctx, request, reply);
  }
  @Act(abandon)
  abandon(@Ctx() ctx: ActContext, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.handle(ctx, request, reply);
  }

  /** Whatever the library would refuse is thrown instead: it is then recorded and answered as problem+json like any other refusal. */
  private async handle(ctx: ActContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    void reply.header('tus-resumable', '1.0.0');
    let fault: unknown;
    const server = new Server({
      path: '/api/v1/uploads',
      datastore: new UploadStore(this.uploads, ctx),
      locker: this.locker,
      maxSize: maxUploadBytes,
      relativeLocation: true,
      allowedOrigins: [],
      onResponseError: (_request, thrown) => {
        fault = thrown;
        return undefined;
      },
    });
    const answer = await server.handleWeb(new NodeRequest({ req: request.raw, res: reply.raw }));
    if (answer.status >= 400 && !(request.raw.destroyed && !(fault instanceof Refusal))) throw refusalOf(fault, answer.status);
    reply.hijack();
    await sendNodeResponse(reply.raw, answer);
  }
}

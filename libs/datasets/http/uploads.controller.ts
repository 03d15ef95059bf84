import type { ActContext, RefusalCatalogue } from '#kernel';
import { Act, act, Ctx, idParam, In, Incoming, REFUSALS, type Input, type Output } from '#platform/http';
import { Controller, Inject } from '@nestjs/common';
import { MemoryLocker, Server } from '@tus/server';
import { z } from 'zod';
import { TrialReadings } from '../application/trial-readings.js';
import { Uploads } from '../application/uploads.js';
import { ReadingView, TryUpload, UploadPartsView } from '../contract.js';
import type { Reading } from '../domain/reading.js';
import { maxUploadBytes } from '../domain/upload.js';
import { explained } from './explained.js';
import { refusalOf, UploadStore } from './upload-store.js';

const common = { roles: ['provider'], scope: 'own', response: z.unknown(), streams: 'up' } as const;
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
const parts = act({
  method: 'GET',
  path: '/uploads/:id/parts',
  action: 'upload.parts-read',
  summary: { zh: '已上传部分及其摘要', en: 'What is stored of an upload, part by part with its digest: compare before going on' },
  roles: ['provider'],
  scope: 'own',
  params: idParam,
  response: UploadPartsView,
});
const tryOut = act({
  method: 'POST',
  path: '/uploads/:id/trial-readings',
  action: 'upload.tried',
  summary: {
    zh: '试读：不保存、不交付',
    en: 'How an import would read an uploaded file: rows, types, problems; nothing is stored or delivered',
  },
  roles: ['provider'],
  scope: 'own',
  params: idParam,
  body: TryUpload,
  response: ReadingView,
  status: 200,
});

/** Resumable uploads by the tus library; our declaration of each route stands before it, our store behind it. */
@Controller()
export class UploadsController {
  private readonly locker = new MemoryLocker();

  constructor(
    private readonly uploads: Uploads,
    private readonly trials: TrialReadings,
    @Inject(REFUSALS) private readonly refusals: RefusalCatalogue,
  ) {}

  @Act(create)
  create(@Ctx() ctx: ActContext, @Incoming() request: Request): Promise<Response> {
    return this.handle(ctx, request);
  }
  @Act(progress)
  async readProgress(@Ctx() ctx: ActContext, @In() input: Input<typeof progress>, @Incoming() request: Request): Promise<Response> {
    await this.uploads.progress(ctx, input.params.id);
    return this.handle(ctx, request);
  }
  @Act(write)
  write(@Ctx() ctx: ActContext, @Incoming() request: Request): Promise<Response> {
    return this.handle(ctx, request);
  }
  @Act(abandon)
  abandon(@Ctx() ctx: ActContext, @Incoming() request: Request): Promise<Response> {
    return this.handle(ctx, request);
  }

  @Act(parts)
  async readParts(@Ctx() ctx: ActContext, @In() input: Input<typeof parts>): Output<typeof parts> {
    const { upload, parts: stored } = await this.uploads.parts(ctx, input.params.id);
    return { id: upload.id, length: upload.length, offset: upload.offset, parts: stored };
  }
  @Act(tryOut)
  async tryUpload(@Ctx() ctx: ActContext, @In() input: Input<typeof tryOut>): Output<typeof tryOut> {
    return viewOf(await this.trials.read(ctx, input.params.id, input.body), this.refusals);
  }

  /** @throws Refusal whatever the library would answer with in its own words: refusals are problem+json and journalled like all others. */
  private async handle(ctx: ActContext, request: Request): Promise<Response> {
    let fault: unknown;
    const server = new Server({
      path: '/api/v1/uploads',
      datastore: new UploadStore(this.uploads, ctx),
      locker: this.locker,
      maxSize: maxUploadBytes,
      relativeLocation: true,
      allowedOrigins: [],
      onResponseError: (_request, error) => void (fault = error),
    });
    const answer = await server.handleWeb(request);
    if (answer.ok) return answer;
    throw refusalOf(fault, answer.status);
  }
}

function viewOf({ counts, refused, problems, columns, ...reading }: Reading, refusals: RefusalCatalogue) {
  const view = { ...reading, ...counts, columns: [...columns], problems: [...problems] };
  return { ...view, refused: refused === null ? null : explained(refused, refusals) };
}

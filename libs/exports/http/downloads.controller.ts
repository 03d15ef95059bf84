import type { ActContext } from '#kernel';
import { Act, Ctx, In, type Input, type Output } from '#platform/http';
import { Controller, Headers, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { Downloads } from '../application/downloads.js';
import { entityTag } from '../domain/release.js';
import { followLink, issueLink } from './export-requests.acts.js';

@Controller()
export class DownloadsController {
  constructor(private readonly downloads: Downloads) {}

  @Act(issueLink)
  issueLink(@Ctx() ctx: ActContext, @In() input: Input<typeof issueLink>): Output<typeof issueLink> {
    return this.downloads.issue(ctx, input.params.id, input.body.fileId);
  }

  @Act(followLink)
  async follow(
    @Ctx() ctx: ActContext,
    @In() input: Input<typeof followLink>,
    @Headers('range') range: string | undefined,
    @Headers('if-range') ifRange: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { file, from, partial, content } = await this.downloads.open(ctx, input.params.id, { range, ifRange });
    void reply
      .status(partial ? 206 : 200)
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
      .header('content-length', file.bytes - from)
      .header('accept-ranges', 'bytes')
      .header('etag', entityTag(file.digest));
    if (partial) void reply.header('content-range', `bytes ${String(from)}-${String(file.bytes - 1)}/${String(file.bytes)}`);
    return new StreamableFile(Readable.from(content, { objectMode: false }));
  }
}

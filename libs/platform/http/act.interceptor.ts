import { Refusal, Standing, type CutScope } from '#kernel';
import { AccessTruth, UnitOfWork } from '#platform/database';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Logger } from '#platform/telemetry';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { catchError, finalize, from, mergeMap, type Observable } from 'rxjs';
import { objectOf } from './audit-object.js';
import { Canaries } from './canaries.js';
import { Draining } from './draining.js';
import { LOGGER } from './tokens.js';
import { requestOf, type Acting, type ActingRequest } from './request.js';
import { guardedDown, guardedUp, pieceBytes, type TakenIn } from './transfers.js';
import { refuse } from './refusals.js';

/** Media type of bytes on their way up (tus 1.0). */
export const uploadedBytes = 'application/offset+octet-stream';
const tusVersion = '1.0.0';

/**
 * Around every handler: canaries before what cuts, the guard of transfers around what streams, the answer checked against its schema, an
 * ETag, and a journal row for reads: a read that can't be recorded is not answered (AUD-06).
 */
@Injectable()
export class ActInterceptor implements NestInterceptor {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly truth: AccessTruth,
    private readonly canaries: Canaries,
    private readonly draining: Draining,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = requestOf(execution);
    const acting = request.opdomain;
    if (acting === undefined) throw new Error('a route ran without the act guard');
    const reply = execution.switchToHttp().getResponse<FastifyReply>();
    // Said in every answer, also where another version is refused (tus 1.0).
    if (acting.spec.streams === 'up') void reply.header('tus-resumable', tusVersion).header('tus-version', tusVersion);
    const taken = acting.spec.streams === 'up' ? this.takeIn(acting, request) : undefined;
    const over = this.draining.hold();
    return from(this.rehearse(acting)).pipe(
      mergeMap(() => next.handle()),
      mergeMap((answer: unknown) => {
        if (taken?.cutShort() === true) throw goOnElsewhere(answer, reply);
        return from(this.finish(acting, answer, reply));
      }),
      catchError((fault: unknown) => {
        // What is still on its way up is not waited for: the answer ends the connection.
        if (taken !== undefined && !request.raw.complete) {
          void reply.header('connection', 'close');
          // An injected request has no connection of its own.
          const socket: Partial<Pick<Socket, 'destroySoon'>> = request.raw.socket;
          reply.raw.once('finish', () => socket.destroySoon?.());
        }
        throw taken?.body.errored instanceof Refusal ? taken.body.errored : fault;
      }),
      finalize(over),
    );
  }

  /** Never keeps a cut waiting for more than its second, nor from being done. */
  private async rehearse({ spec, input }: Acting): Promise<void> {
    if (spec.cuts === undefined) return;
    const scope: CutScope =
      typeof spec.cuts === 'function' ? spec.cuts(input?.body) : { kind: spec.cuts, id: (input?.params as { readonly id: string }).id };
    await this.canaries.rehearse(scope).catch((fault: unknown) => {
      this.log.error('canaries.not-asked', fault, { ...scope });
    });
  }

  private takeIn(acting: Acting, request: ActingRequest): TakenIn | undefined {
    const { method, headers, url, raw } = request;
    const carried = Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    );
    const taken = headers['content-type'] === uploadedBytes ? guardedUp(this.truth, standingOf(acting), raw, this.draining) : undefined;
    acting.incoming = new Request(new URL(url, 'http://localhost'), {
      method,
      headers: carried,
      ...(taken === undefined ? {} : { body: Readable.toWeb(taken.body) as ReadableStream<Uint8Array>, duplex: 'half' }),
    });
    return taken;
  }

  private async finish(acting: Acting, answer: unknown, reply: FastifyReply): Promise<unknown> {
    const { spec } = acting;
    if (spec.method === 'GET')
      await this.journalRead(acting).catch((refused: unknown) => {
        // What was opened for an answer that is not given holds nothing any longer.
        if (answer instanceof StreamableFile) answer.getStream().destroy();
        throw refused;
      });
    if (spec.streams === 'up') return passOn(answer, reply);
    if (spec.streams === 'down') return this.sendDown(acting, answer, reply);
    const checked: unknown = spec.response.parse(answer);
    if (typeof checked === 'object' && checked !== null && 'version' in checked && typeof checked.version === 'number')
      void reply.header('etag', `"v${String(checked.version)}"`);
    return checked;
  }

  /** What is one piece takes one look. */
  private async sendDown(acting: Acting, answer: unknown, reply: FastifyReply): Promise<unknown> {
    const standing = standingOf(acting);
    if (answer instanceof StreamableFile) return new StreamableFile(this.guard(standing, answer.getStream(), reply), answer.options);
    if (typeof answer !== 'string' && !(answer instanceof Uint8Array)) throw new Error(`${acting.spec.action} answers no bytes`);
    const bytes = Buffer.from(answer);
    if (bytes.length > pieceBytes)
      return new StreamableFile(this.guard(standing, Readable.from([bytes], { objectMode: false }), reply), {
        length: bytes.length,
      });
    await this.truth.confirm(standing);
    return answer;
  }

  private guard(standing: Standing, source: Readable, reply: FastifyReply): Readable {
    return guardedDown(this.truth, standing, source, reply.raw, this.draining);
  }

  private async journalRead(acting: Acting): Promise<void> {
    const { context, spec } = acting;
    if (context === undefined || context.actor.kind !== 'person') return;
    try {
      await this.unitOfWork.journal(context, { action: spec.action, outcome: 'read', object: objectOf(acting) });
    } catch {
      throw refuse('audit.unavailable');
    }
  }
}

const standingOf = ({ context }: Acting): Standing => context?.standing ?? new Standing();

const againSeconds = 1;

/** To whoever sends up while this process ends: what came is stored, up to the offset that the handler answered (tus 1.0). */
function goOnElsewhere(answer: unknown, reply: FastifyReply): Refusal {
  const offset = answer instanceof Response ? answer.headers.get('upload-offset') : null;
  if (offset !== null) void reply.header('upload-offset', offset);
  void reply.header('retry-after', againSeconds);
  return refuse('http.draining', { offset: offset === null ? null : Number(offset) });
}

/** What a library answered in the Web's form; its status is the declared one, since everything else was thrown. */
async function passOn(answer: unknown, reply: FastifyReply): Promise<string | undefined> {
  if (!(answer instanceof Response)) throw new Error('a route that streams up answers a Response');
  answer.headers.forEach((value, name) => void reply.header(name, value));
  const text = await answer.text();
  return text === '' ? undefined : text;
}

import { refuse } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { from, mergeMap, type Observable } from 'rxjs';
import { objectOf } from './audit-object.js';
import { requestOf, type Acting } from './request.js';

/** Checks the answer against its schema, gives it an ETag, and journals reads: a read that can't be recorded is not answered (AUD-06). */
@Injectable()
export class ActInterceptor implements NestInterceptor {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = requestOf(execution);
    const acting = request.opdomain;
    if (acting === undefined) throw new Error('a route ran without the act guard');
    const reply = execution.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(mergeMap((answer: unknown) => from(this.finish(acting, answer, reply))));
  }

  private async finish(acting: Acting, answer: unknown, reply: FastifyReply): Promise<unknown> {
    if (acting.spec.method === 'GET') await this.journalRead(acting);
    if (acting.spec.streams === true) return answer;
    const checked: unknown = acting.spec.response.parse(answer);
    if (typeof checked === 'object' && checked !== null && 'version' in checked && typeof checked.version === 'number')
      void reply.header('etag', `"v${String(checked.version)}"`);
    return checked;
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

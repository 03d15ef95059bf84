import { Refusal, type RefusalCatalogue } from '#kernel';
import { outageRefusal, UnitOfWork } from '#platform/database';
import { counter, type Logger } from '#platform/telemetry';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject, Injectable } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import type { FastifyReply } from 'fastify';
import { AnonymousRefusals, unroutedAction } from './anonymous-refusals.js';
import { objectOf } from './audit-object.js';
import { allowOf, challengeOf, problemOf } from './problem.js';
import type { ActingRequest } from './request.js';
import { inputRefusal } from './input-refusal.js';
import { LOGGER, REFUSALS } from './tokens.js';
import { refuse } from './refusals.js';

const refused = counter('opdomain_refused_acts', 'refused requests by code');

/** Framework errors (no such route, body too large, malformed JSON) in our own words. */
function ours(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  const known = inputRefusal(error) ?? outageRefusal(error);
  if (known !== undefined) return known;
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (status === 403) return refuse('http.role-missing', { action: 'unknown', roles: [] });
  if (status === 404) return refuse('http.no-such-route');
  if (status === 413) return refuse('http.too-large');
  if (status === 429) return refuse('http.too-many-requests');
  return typeof status === 'number' && status >= 400 && status < 500 ? refuse('http.malformed') : error;
}

/** Answers every error as problem+json and journals the refused act; a person's refusal that can't be journalled answers 503 (AUD-06). */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(REFUSALS) private readonly catalogue: RefusalCatalogue,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly unitOfWork: UnitOfWork,
    private readonly anonymous: AnonymousRefusals,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<ActingRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    let error = ours(thrown);
    if (!(error instanceof Refusal)) this.log.error('http.fault', error, { action: request.opdomain?.spec.action });
    error = (await this.journal(request, error)) ?? error;
    const problem = problemOf(error, this.catalogue, trace.getActiveSpan()?.spanContext().traceId);
    refused.add(1, { code: problem.code });
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const challenge = challengeOf(problem);
    if (challenge !== undefined) void reply.header('www-authenticate', challenge);
    const allow = allowOf(problem);
    if (allow !== undefined) void reply.header('allow', allow);
    await reply.status(problem.status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem));
  }

  /**
   * A person's refusal is an entry of its own; a stranger's is counted.
   * @returns the refusal to answer with instead, when the journal can't be written.
   */
  private async journal(request: ActingRequest, error: unknown): Promise<Refusal | undefined> {
    const acting = request.opdomain;
    const code = error instanceof Refusal ? error.code : 'internal';
    // Whether such an act was done is unknown: an entry that says that it was refused could be untrue. If it was done, it left its own.
    if (code === 'database.unreachable') return undefined;
    if (acting?.context?.actor.kind !== 'person') {
      this.anonymous.count({ action: acting?.spec.action ?? unroutedAction, code, source: request.ip });
      return undefined;
    }
    const { idempotency: _key, ifMatch: _version, ...plain } = acting.context;
    try {
      await this.unitOfWork.journal(plain, { action: acting.spec.action, outcome: 'refused', object: objectOf(acting), reasons: [code] });
      return undefined;
    } catch (fault) {
      this.log.error('audit.unavailable', fault);
      return refuse('audit.unavailable');
    }
  }
}

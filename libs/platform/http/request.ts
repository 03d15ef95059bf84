import type { ActContext } from '#kernel';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ActSpec } from './act.js';

/** What the guard leaves on a request for the handler, the interceptor and the filter. */
export interface Acting {
  readonly spec: ActSpec;
  context?: ActContext;
  input?: { params: unknown; query: unknown; body: unknown };
  /** Of a route that streams up: the request with its body behind the guard of transfers. */
  incoming?: Request;
}
export type ActingRequest = FastifyRequest & { opdomain?: Acting };

export const requestOf = (context: ExecutionContext): ActingRequest => context.switchToHttp().getRequest<ActingRequest>();

/** The act's context: who, when, from where. */
export const Ctx = createParamDecorator((_: unknown, context: ExecutionContext): ActContext => {
  const acting = requestOf(context).opdomain?.context;
  if (acting === undefined) throw new Error('a handler ran without the act guard');
  return acting;
});

/** The parsed `{ params, query, body }` of the act: `Input<typeof spec>`. */
export const In = createParamDecorator((_: unknown, context: ExecutionContext): unknown => requestOf(context).opdomain?.input);

/** The request in the Web's form, its body behind the guard of transfers: the only way in which a handler gets at bytes that are sent up. */
export const Incoming = createParamDecorator((_: unknown, context: ExecutionContext): Request => {
  const incoming = requestOf(context).opdomain?.incoming;
  if (incoming === undefined) throw new Error('@Incoming() on a route that does not declare streams: up');
  return incoming;
});

import type { CutScope, Role } from '#kernel';
import { applyDecorators, HttpCode, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import type { z } from 'zod';

/** Who may call a route: these roles, anyone who signed in, everyone (descriptions of the API alone), or only a canary of our own. */
export type ActRoles = readonly Role[] | 'signed-in' | 'public' | 'canary';

/**
 * Which seat an act needs of someone who may do it as a developer alone: that of the scenario of what its input names (`kind` by the path
 * of its id), or none, and why not.
 */
export type SeatNeed = { readonly kind: string; readonly at: string } | { readonly none: string };

/**
 * The one declaration of a route (ACC-02): it makes the route, the permission table, the OpenAPI document and the audit test.
 * A route without it keeps the application from starting.
 */
export interface ActSpec {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, parameters as `:id`. Plural nouns; acts as sub-resources. */
  readonly path: string;
  /** Audit action, declared in the context's `auditActions`; also the CLI's word. */
  readonly action: string;
  readonly summary: { readonly zh: string; readonly en: string };
  readonly roles: ActRoles;
  /** What the permission reaches; the use case enforces it and answers 404 for another's object (ISO-02). */
  readonly scope: 'platform' | 'unit' | 'region' | 'dataset' | 'mandate' | 'own';
  /** Right of the authorisation that the act needs (AUTH-24). */
  readonly right?: 'processing-use' | 'product-operation';
  /** Said of every act that is more than a read and open to developers; one that does not keeps the application from starting. */
  readonly seat?: SeatNeed;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  /** 200, 201 (POST that makes a thing) or 202 (long work). */
  readonly status?: 200 | 201 | 202 | 204;
  /**
   * The body is bytes, not a message: `down`, what the handler answers; `up`, what it is sent (taken by `@Incoming()`). Either passes
   * through the guard of transfers, piece by piece; a handler that would take the raw connection keeps the application from starting.
   */
  readonly streams?: 'down' | 'up';
  /** Media type of the bytes that it answers, where they are of one. */
  readonly media?: string;
  /** Kind of what the act cuts, named by its `:id` or read from its body: canaries are asked before it, so that its receipt can show the difference. */
  readonly cuts?: CutScope['kind'] | ((body: unknown) => CutScope);
}

/** An act with the name of what serves it. */
export type RoutedAct = ActSpec & { readonly handler: string };

/** Keeps the literal types of a declaration, so that `Input<typeof spec>` is what the handler gets. */
export const act = <const S extends ActSpec>(spec: S): S => spec;

/** Whether a developer may do it and it is more than a read of records: it changes something, or bytes leave. */
export const worksInside = ({ roles, method, streams }: ActSpec): boolean =>
  (roles === 'signed-in' || roles.includes('unit-developer')) && ((method !== 'GET' && method !== 'HEAD') || streams === 'down');

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;
export interface Input<S extends ActSpec> {
  readonly params: Parsed<S['params']>;
  readonly query: Parsed<S['query']>;
  readonly body: Parsed<S['body']>;
}
/** What a handler of the act answers, before the response schema checks it. */
export type Output<S extends ActSpec> = Promise<z.input<S['response']>>;

export const actMetadata = 'opdomain:act';
const methods = {
  GET: RequestMethod.GET,
  HEAD: RequestMethod.HEAD,
  POST: RequestMethod.POST,
  PUT: RequestMethod.PUT,
  PATCH: RequestMethod.PATCH,
  DELETE: RequestMethod.DELETE,
} as const;

/** The acts that a controller's prototype declares. */
export const routesOf = (prototype: object): RoutedAct[] =>
  Object.getOwnPropertyNames(prototype).flatMap((handler) => {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, handler)?.value;
    const spec = typeof method === 'function' ? (Reflect.getMetadata(actMetadata, method) as ActSpec | undefined) : undefined;
    return spec === undefined ? [] : [{ ...spec, handler }];
  });

export const statusOf = (spec: ActSpec): number => spec.status ?? (spec.method === 'POST' ? 201 : 200);

export const Act = (spec: ActSpec): MethodDecorator =>
  applyDecorators(
    SetMetadata(actMetadata, spec),
    RequestMapping({ path: spec.path, method: methods[spec.method] }),
    HttpCode(statusOf(spec)),
  );

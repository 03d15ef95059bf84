import { digestOf, Standing, type Actor, type ActContext, type ActUnder, type Clock, type EndingRules, type Under } from '#kernel';
import { AccessTruth } from '#platform/database';
import { traceparent } from '#platform/telemetry';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { type ZodType } from 'zod';
import { actMetadata, type ActSpec } from './act.js';
import { Canaries, replicaHeader } from './canaries.js';
import { requestOf, type ActingRequest } from './request.js';
import { CLOCK } from './tokens.js';
import { refuse } from './refusals.js';
import { assertText } from './text.js';

/** The identity port's answer to a bearer token. */
export interface Authenticator {
  /**
   * @param standing takes the epochs of what the person stands on, read in the same snapshot as the person's roles
   * @throws Refusal `identity.not-signed-in` (401) and what else keeps the person out.
   */
  authenticate(bearer: string, at: string, standing: Standing): Promise<Actor>;
}
export const AUTHENTICATOR = Symbol('Authenticator');
/** How every act stands to what can end, merged from the contexts. */
export const UNDER = Symbol('Under');

const keyPattern = /^[\x21-\x7e]{8,128}$/;

/** Authenticates, checks the role, parses the input: the one gate of every route. Default is no (ACC-02). */
@Injectable()
export class ActGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(AUTHENTICATOR) private readonly authenticator: Authenticator,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(UNDER) private readonly under: EndingRules['acts'],
    private readonly canaries: Canaries,
    private readonly truth: AccessTruth,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const spec = this.reflector.get<ActSpec | undefined>(actMetadata, execution.getHandler());
    if (spec === undefined) return false;
    const request = requestOf(execution);
    request.opdomain = { spec };
    const at = this.clock.now();
    const parent = traceparent();
    const bearer = bearerOf(request, spec);
    const isCanary = bearer !== undefined && this.canaries.isCanary(bearer);
    if (isCanary) void execution.switchToHttp().getResponse<FastifyReply>().header(replicaHeader, this.truth.replicaId);
    const standing = isCanary ? await this.canaries.standingOf(bearer, () => this.truth.now()) : new Standing();
    const signedIn = isCanary ? canary : await this.actorOf(bearer, at, standing);
    const base: ActContext = {
      action: spec.action,
      actor: signedIn,
      at,
      source: request.ip,
      standing,
      ...(spec.cuts === undefined ? {} : { urgent: true as const }),
      ...(parent === undefined ? {} : { traceparent: parent }),
      ...ifMatch(request),
    };
    request.opdomain.context = base;
    const inRoleOnly = { ...base, actor: inRole(spec, signedIn) };
    request.opdomain.context = inRoleOnly;
    // The answer to a canary is this process's own knowledge: the same read has judged every transfer that is open here.
    if (isCanary) await this.truth.confirm(standing);
    for (const part of ['params', 'query', 'body'] as const) assertText(request[part], part);
    const input = {
      params: parse(spec.params, request.params, 'params'),
      query: parse(spec.query, request.query, 'query'),
      body: parse(spec.body, request.body, 'body'),
    };
    request.opdomain.input = input;
    const context = {
      ...inRoleOnly,
      under: [this.under[spec.action] ?? []].flat().flatMap((rule) => namedIn(input, rule)),
      ...insideOf(spec, input),
    };
    request.opdomain.context = context;
    if (spec.method === 'POST') request.opdomain.context = { ...context, idempotency: idempotencyOf(request, input) };
    return true;
  }

  private async actorOf(bearer: string | undefined, at: string, standing: Standing): Promise<Actor> {
    return bearer === undefined ? { kind: 'system', component: 'anonymous' } : this.authenticator.authenticate(bearer, at, standing);
  }
}

/** Who asks with a credential of our own that reaches one route alone. */
const canary: Actor = { kind: 'system', component: 'canary' };

/** The credential of a request, where it has one in its form (RFC 6750 §2.1). */
export const bearerIn = ({ headers }: Pick<ActingRequest, 'headers'>): string | undefined =>
  /^Bearer +([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1];

/** @throws Refusal `http.not-signed-in` without a credential, but for what is public, and for a malformed one. */
export function bearerOf(request: Pick<ActingRequest, 'headers'>, spec: ActSpec): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined && spec.roles === 'public') return undefined;
  if (header === undefined) throw refuse('http.not-signed-in');
  const bearer = bearerIn(request);
  if (bearer === undefined) throw refuse('http.not-signed-in', { reason: 'malformed' });
  return bearer;
}

/**
 * The person as far as the act's roles go: what they reach through other roles does not count here, so a role in one unit never works
 * in another that is merely seen. They act for the organisation on which the grant rests. @throws Refusal `http.role-missing`.
 */
function inRole(spec: ActSpec, actor: Actor): Actor {
  if (spec.roles === 'canary' || actor === canary) {
    if (spec.roles === 'canary' && actor === canary) return actor;
    throw refuse('http.role-missing', { action: spec.action, roles: [spec.roles].flat() });
  }
  if (spec.roles === 'public' || spec.roles === 'signed-in') return actor;
  const wanted = spec.roles;
  const grants = actor.kind === 'person' ? actor.grants.filter((grant) => wanted.includes(grant.role)) : [];
  if (actor.kind !== 'person' || grants.length === 0) throw refuse('http.role-missing', { action: spec.action, roles: [...wanted] });
  const behalf = grants.some(({ organisationId }) => organisationId === actor.organisationId) ? actor : grants[0];
  return { ...actor, grants, organisationId: behalf?.organisationId ?? actor.organisationId };
}

/** @throws Error where an act names nothing in which a seat could be asked for: it is refused, not let through. */
function insideOf({ seat, action }: ActSpec, input: unknown): Pick<ActContext, 'inside'> {
  if (seat === undefined || 'none' in seat) return {};
  const id = valueAt(input, seat.at);
  if (typeof id !== 'string') throw new Error(`${action} names no ${seat.kind} at ${seat.at}`);
  return { inside: { kind: seat.kind, id } };
}

const valueAt = (input: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | null | undefined)?.[part], input);

/** What an act's input names of the things that can end; an optional id that was not given names nothing. */
function namedIn(input: unknown, rule: ActUnder): readonly Under[] {
  if (typeof rule === 'string') return [];
  const named = valueAt(input, rule.at);
  if (typeof named === 'string' && rule.kind !== undefined) return [{ kind: rule.kind, id: named, until: rule.until }];
  if (typeof named !== 'object' || named === null) return [];
  const { kind, id } = named as { kind?: unknown; id?: unknown };
  return typeof kind === 'string' && typeof id === 'string' ? [{ kind, id, until: rule.until }] : [];
}

/** Parses one part of the request. @throws Refusal `http.invalid-input` naming paths and rules, never the values. */
function parse(schema: ZodType | undefined, value: unknown, part: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw refuse('http.invalid-input', {
    problems: result.error.issues.map((issue) => ({
      path: [part, ...issue.path.map(String)].join('.'),
      rule: issue.code,
      message: issue.message,
    })),
  });
}

function idempotencyOf(request: ActingRequest, input: unknown): { key: string; digest: ReturnType<typeof digestOf> } {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !keyPattern.test(key)) throw refuse('http.idempotency-key-required');
  return { key, digest: digestOf({ method: request.method, path: request.url, input }) };
}

function ifMatch(request: ActingRequest): { ifMatch?: number } {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return {};
  const version = /^(?:W\/)?"v(\d+)"$/.exec(header)?.[1];
  if (version === undefined)
    throw refuse('http.invalid-input', { problems: [{ path: 'headers.if-match', rule: 'format', message: 'an ETag of ours' }] });
  return { ifMatch: Number(version) };
}

import { type Refusal } from '#kernel';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { context, propagation, trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { AnonymousRefusals, unroutedAction } from './anonymous-refusals.js';
import { problemOf } from './problem.js';
import { httpRefusals } from './refusals.js';
import { uploadedBytes } from './act.interceptor.js';
import { refuse } from './refusals.js';

export const httpConfig = z
  .object({
    host: z.string().default('127.0.0.1').describe('Address to listen on; loopback unless said otherwise'),
    port: z.number().int().min(0).max(65535).default(8080),
    advertise: z
      .url()
      .optional()
      .describe('Address at which this replica alone can be asked by the others, e.g. of its pod; where it listens when left out'),
    accessLeaseSeconds: z
      .number()
      .min(1)
      .max(15)
      .default(15)
      .describe('How long transfers go on without hearing whether their access still stands; then no byte passes'),
    bodyLimitBytes: z.number().int().min(1024).default(1_048_576),
    maxHeaderBytes: z
      .number()
      .int()
      .min(16_384)
      .max(1_048_576)
      .default(65_536)
      .describe('All headers of a request together: an access token that names hundreds of groups is larger than most'),
    bodyStallSeconds: z.number().min(0.5).max(300).default(10).describe('How long a body may stop on its way; files that are sent up may'),
    bodySeconds: z
      .number()
      .min(0.5)
      .max(3600)
      .default(60)
      .describe('How long a whole body may take; files that are sent up may take longer'),
    unknownBodies: z
      .number()
      .int()
      .min(1)
      .default(100)
      .describe('Refused requests of one address that are heard out at once, none of their body kept; more are cut off with their answer'),
    requestsPerMinute: z
      .number()
      .int()
      .min(1)
      .default(1200)
      .describe('Of each person who signed in, and of all strangers of an address together'),
    trustProxy: z
      .union([z.literal(false), z.number().int().min(1).max(8), z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).min(1)])
      .default(false)
      .describe('How many proxies stand before us, or their addresses; callers write everything else in X-Forwarded-For as they like'),
  })
  .strict();
export type HttpConfig = z.infer<typeof httpConfig>;

/** Whose share of requests a request is counted in; nobody's: its address's. */
export type Payer = (request: FastifyRequest) => Promise<string | undefined>;
/** What is not counted. */
export const free = 'free';

/**
 * The API's server: security headers, a rate limit for each who signed in and each address of those who did not, a span per request that
 * continues the caller's trace. An address is many people's: what a stranger sends from it must not keep anybody who signed in from a lock
 * or a revocation.
 */
export async function createHttpApp(module: DynamicModule | Type, config: HttpConfig, payer: Payer): Promise<NestFastifyApplication> {
  const proxies = config.trustProxy;
  const adapter = new FastifyAdapter({
    bodyLimit: config.bodyLimitBytes,
    // A request that came in as the process was told to end is answered like those under way; its connection ends with that.
    return503OnClosing: false,
    // Node itself would answer a request without a Host with an empty page: a hook of ours refuses it instead.
    http: { maxHeaderSize: config.maxHeaderBytes, connectionsCheckingInterval: lookForSlowEveryMs, requireHostHeader: false },
    // A path that is none, before any route or hook.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      answerUnrouted(app, request.ip, reply.raw, refuse('http.malformed'));
    },
    clientErrorHandler: answerUnparsed(config.maxHeaderBytes),
    trustProxy: typeof proxies === 'number' ? (_address: string, hop: number) => hop < proxies : proxies,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger: ['error', 'fatal'], abortOnError: false });
  app.setGlobalPrefix('api/v1');
  await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } } });
  await app.register(rateLimit, {
    max: config.requestsPerMinute,
    timeWindow: '1 minute',
    keyGenerator: async (request: FastifyRequest) => (await payer(request)) ?? `address ${request.ip}`,
    allowList: (_request: FastifyRequest, key: string) => key === free,
  });
  // tus (resumable uploads): the body stays unread for whoever streams it.
  adapter.getInstance().addContentTypeParser(uploadedBytes, (_request, _body, done) => {
    done(null);
  });
  adapter.getInstance().server.on('connect', (_request, socket: Duplex) => {
    endWith(socket, refuse('http.no-such-route'));
  });
  adapter.getInstance().server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    answerUnrouted(app, request.socket.remoteAddress ?? '', response, refuse('http.expectation-failed'));
  });
  adapter.getInstance().addHook('onRequest', (request, _reply, done) => {
    done(request.raw.headers.host === undefined && request.raw.httpVersion === '1.1' ? refuse('http.malformed') : undefined);
  });
  const tracer = trace.getTracer('opdomain');
  adapter.getInstance().addHook('onRequest', (request, reply, done) => {
    const parent = propagation.extract(context.active(), request.headers);
    const span = tracer.startSpan(`${request.method} ${request.routeOptions.url ?? 'unknown'}`, {}, parent);
    reply.raw.once('close', () => {
      span.setAttribute('http.response.status_code', reply.statusCode);
      span.end();
    });
    void reply.header('cache-control', 'no-store');
    context.with(trace.setSpan(parent, span), done);
  });
  return app;
}

/** Refuses what reached no route, without a word of what it was. */
function answerUnrouted(app: NestFastifyApplication, source: string, response: ServerResponse, refusal: Refusal): void {
  app.get(AnonymousRefusals).count({ action: unroutedAction, code: refusal.code, source });
  const problem = problemOf(refusal, httpRefusals);
  response
    .writeHead(problem.status, {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      connection: 'close',
    })
    .end(JSON.stringify(problem));
}

/** What Node's parser refuses reaches no route and no filter, and yet is answered as everything else is. */
const answerUnparsed =
  (bytes: number) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (answered.has(socket) && error.code !== 'ECONNRESET') return;
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    if (error.code === 'HPE_HEADER_OVERFLOW') endWith(socket, refuse('http.headers-too-large', { bytes }));
    else endWith(socket, refuse(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'http.too-slow' : 'http.malformed'));
  };

/** How often requests are looked for that take longer than Node's limits (60 s for the headers). */
const lookForSlowEveryMs = 1_000;
const lingerMs = 2_000;
const answered = new WeakSet<Duplex>();

/** The last answer on a socket. What still comes is read and thrown away for a moment: a reset would overtake the answer (RFC 9112 §9.6). */
function endWith(socket: Duplex, refusal: Refusal): void {
  answered.add(socket);
  const problem = problemOf(refusal, httpRefusals);
  const body = Buffer.from(JSON.stringify(problem));
  socket.end(
    `HTTP/1.1 ${String(problem.status)} ${STATUS_CODES[problem.status] ?? ''}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${String(body.length)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body.toString()}`,
  );
  socket.on('error', () => undefined);
  socket.resume();
  const late = setTimeout(() => socket.destroy(), lingerMs);
  late.unref();
  socket.once('close', () => {
    clearTimeout(late);
  });
}

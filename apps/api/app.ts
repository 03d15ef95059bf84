import { AccessTruth, databaseUrl } from '#platform/database';
import {
  ActGuard,
  ActInterceptor,
  AnonymousRefusals,
  answersWithinMs,
  BodyGate,
  Canaries,
  ConnectionLog,
  createHttpApp,
  Draining,
  openApi,
  payers,
  ProblemFilter,
  RouteTable,
  ServedPaths,
} from '#platform/http';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { networkInterfaces } from 'node:os';
import { Health } from '../composition/health.js';
import { described } from '../composition/described.js';
import { ComposedModule } from '../composition/platform.module.js';
import type { Platform } from '../composition/platform.js';

export interface Api {
  readonly app: NestFastifyApplication;
  /** Address it listens on, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  close(): Promise<void>;
}

const documentPath = '/api/v1/openapi.json';
const healthPaths = { alive: '/healthz', ready: '/readyz' } as const;

/** Composes the API without listening: for tests, which inject requests, and for `startApi`. */
export async function composeApi(platform: Platform): Promise<NestFastifyApplication> {
  const truth = new AccessTruth({
    url: databaseUrl(platform.config.database),
    leaseMs: platform.config.http.accessLeaseSeconds * 1000,
    limits: platform.config.limits,
    clock: platform.clock,
    log: platform.log,
  });
  const module = ComposedModule.of(platform, {
    controllers: platform.contexts.flatMap((context) => context.controllers),
    providers: [
      AnonymousRefusals,
      Draining,
      { provide: AccessTruth, useValue: truth },
      { provide: APP_GUARD, useClass: ActGuard },
      { provide: APP_INTERCEPTOR, useClass: ActInterceptor },
      { provide: APP_FILTER, useClass: ProblemFilter },
    ],
  });
  // Whose probes are not counted is known once the application stands; nothing is served before.
  const own = Promise.withResolvers<Canaries>();
  const app = await createHttpApp(module, platform.config.http, payers(platform.verifier, platform.clock, own.promise));
  own.resolve(app.get(Canaries));
  const acts = app.get(RouteTable).acts(platform.actions);
  const description = openApi(acts, described(platform.contexts, platform.config.oidc.issuer));
  const server = app.getHttpAdapter().getInstance();
  const anonymous = app.get(AnonymousRefusals);
  // What is no HTTP at all never reaches a route; the server itself answers and closes its connection, after which
  // nobody knows where it came from.
  server.server.prependListener('clientError', (_fault, socket) => {
    // More of the same after the answer is no further refusal.
    if (!socket.writable) return;
    anonymous.count({ action: 'request.refused', code: 'http.malformed', source: (socket as Socket).remoteAddress ?? '' });
  });
  // The log first: what the gate turns away is told with its route.
  new ConnectionLog(platform.dataSource, platform.clock, platform.log, 'api').watch(server);
  const paths = new ServedPaths(acts, [documentPath, ...Object.values(healthPaths)]);
  new BodyGate(acts, paths, platform.verifier, app.get(Canaries), platform.clock, platform.config.http).watch(server);
  paths.watch(server);
  const draining = app.get(Draining);
  server.addHook('preClose', (done) => {
    draining.begin();
    done();
  });
  server.addHook('onClose', () => draining.settled());
  server.addHook('onClose', () => truth.close());
  server.get(documentPath, (_request, reply) => reply.send(description));
  const health = new Health(platform);
  server.addHook('onClose', () => health.close());
  server.get(healthPaths.alive, (_request, reply) => {
    const alive = health.alive();
    return reply.status(alive.alive ? 200 : 503).send(alive);
  });
  server.get(healthPaths.ready, async (_request, reply) => {
    const { ready, found } = await health.ready();
    return reply.status(ready ? 200 : 503).send({ ...found, clock: clockView(platform) });
  });
  await app.init();
  await server.ready();
  return app;
}

/** A clock that is off keeps nobody from being served; what is to be signed waits, and says why. */
function clockView({ databaseClock: clock }: Platform): Record<string, unknown> {
  const { signs, boundMs, host, issuer } = clock.standing();
  return {
    ...{ signs, boundMs: Math.ceil(boundMs), hostAheadMs: Math.round(host.offsetMs) },
    ...(issuer === undefined ? {} : { issuerAheadMs: Math.round(issuer.offsetMs), issuerBoundMs: Math.ceil(issuer.boundMs) }),
  };
}

export async function startApi(platform: Platform): Promise<Api> {
  const app = await composeApi(platform);
  return { app, url: await listen(app, platform), close: () => drain(app) };
}

/**
 * Listens, as a registered replica: first by its id, so that whoever comes in before its address is known comes in at a replica that
 * receipts wait for.
 */
export async function listen(app: NestFastifyApplication, { config }: Platform): Promise<string> {
  const { host, port, advertise } = config.http;
  const truth = app.get(AccessTruth);
  await truth.register(null);
  // What keeps it from listening is thrown, and told once, by whoever started it.
  app.useLogger(false);
  await app.listen(port, host);
  app.useLogger(['error', 'fatal']);
  const url = await app.getUrl();
  await truth.register(advertise ?? reachable(url));
  return url;
}

/** Where others reach what listens at every address: at the first that is not this machine's own. */
function reachable(url: string): string {
  const address = new URL(url);
  if (!['0.0.0.0', '[::]'].includes(address.hostname)) return address.origin;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  address.hostname = own.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
  return address.origin;
}

const lookMs = 100;

/**
 * Lets requests under way be answered, for ten seconds; what is sent up or down is told to go on elsewhere. Their connections are then idle
 * and would hold the server open until the keep-alive time (72 s) is over.
 */
async function drain(app: NestFastifyApplication): Promise<void> {
  app.get(Draining).begin();
  const server = app.getHttpServer();
  const idle = setInterval(() => server.closeIdleConnections(), lookMs);
  const late = setTimeout(() => server.closeAllConnections(), answersWithinMs);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(late);
  }
}

import { newId, type Clock, type Id, type Instant } from '#kernel';
import type { Logger } from '#platform/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { DataSource } from 'typeorm';
import { type Exchange, Exchanges, wentAway } from './exchanges.js';
import type { ActingRequest } from './request.js';

interface Connection {
  readonly id: Id;
  readonly personId: Id | null;
  readonly organisationId: Id | null;
  readonly domainId: Id | null;
  readonly address: string | null;
  readonly port: number | null;
  readonly target: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly closedBecause: string;
}

/** An exchange that is to be written. */
interface Waiting {
  readonly startedAt: Instant;
  /** Whose it was may be known only later: who went away before they were recognised acts all the same. */
  readonly known: () => boolean;
  readonly connection: () => Connection;
}

const flushEveryMs = 250;
/** For so long it is waited for who it was that went away. */
const recognisedWithinMs = 5_000;
/** How often a source with nothing to write says that it is still there. */
const seenEveryMs = 2_000;
/** More than this waits in memory only while the database is away; what comes on top is counted as lost, never silently dropped. */
const mostWaiting = 20_000;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Records every exchange of this process, for the network logs: who, from where, to which route, bytes, start, end, why it closed
 * (LOG-03); also what never became a request. Routes by their template, never the URL itself, which may name a person. With each
 * batch it writes up to which instant everything is written, so that a process that ends without a word leaves a gap and not silence.
 */
export class ConnectionLog {
  private readonly sourceId = newId();
  private readonly startedAt: Instant;
  private readonly exchanges: Exchanges;
  private readonly routed = new WeakMap<IncomingMessage, FastifyRequest>();
  private waiting: Waiting[] = [];
  private stopping = false;
  private readonly lost = new Map<Instant, number>();
  private timer: NodeJS.Timeout | undefined;
  private seenAt = 0;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly component: string,
  ) {
    this.startedAt = clock.now();
    this.exchanges = new Exchanges(clock, (exchange) => this.add(this.waitingFor(exchange)));
  }

  watch(server: FastifyInstance): void {
    const unwatch = this.exchanges.watch(server.server);
    server.addHook('onRequest', (request, reply, done) => {
      this.routed.set(request.raw, request);
      this.exchanges.followInjected(request.raw, reply.raw);
      done();
    });
    // A source is known before the first connection: one that ends before its first batch is missed all the same.
    server.addHook('onReady', async () => {
      await this.write();
      this.timer = setInterval(() => void this.flush(), flushEveryMs);
      this.timer.unref();
    });
    server.addHook('onClose', async () => {
      await this.stop();
      unwatch();
    });
  }

  private waitingFor(exchange: Exchange): Waiting {
    const id = newId();
    const endedAt = this.clock.now();
    const until = performance.now() + recognisedWithinMs;
    const routed = exchange.request === null ? undefined : this.routed.get(exchange.request);
    const recognised = (): boolean => (routed as ActingRequest | undefined)?.opdomain?.context !== undefined;
    return {
      startedAt: exchange.startedAt,
      known: () => routed === undefined || exchange.closedBecause !== wentAway || recognised() || performance.now() > until,
      connection: () => ({ ...this.connectionOf(exchange), id, endedAt }),
    };
  }

  private connectionOf({ request, method, address, ...exchange }: Exchange): Omit<Connection, 'id' | 'endedAt'> {
    const routed = request === null ? undefined : this.routed.get(request);
    const acting = (routed as ActingRequest | undefined)?.opdomain;
    const actor = acting?.context?.actor;
    const route = request === null && method === null ? 'no request' : `${method ?? ''} ${routed?.routeOptions.url ?? 'no such route'}`;
    return {
      ...exchange,
      personId: actor?.kind === 'person' ? actor.personId : null,
      organisationId: actor?.kind === 'person' ? actor.organisationId : null,
      domainId: domainOf(acting?.spec.path, acting?.input),
      address: addressOf(routed?.ip ?? address ?? ''),
      target: route,
      closedBecause: request === null || routed !== undefined ? exchange.closedBecause : `${exchange.closedBecause}, not routed`,
    };
  }

  private add(connection: Waiting): void {
    if (this.waiting.length < mostWaiting) {
      this.waiting.push(connection);
      return;
    }
    const hour = `${connection.startedAt.slice(0, 13)}:00:00.000Z`;
    this.lost.set(hour, (this.lost.get(hour) ?? 0) + 1);
  }

  /** Writes what waits and says that this source is still there: silence is told apart from nothing having happened. */
  flush(): Promise<void> {
    this.flushing = this.flushing
      .then(() => this.write())
      .catch((fault: unknown) => {
        this.log.error('connections.not-written', fault, { waiting: this.waiting.length });
      });
    return this.flushing;
  }

  /** Ends the source where all that it saw is written; otherwise its end stays unsaid, and what is missing is a gap. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping = true;
    let before: number;
    do {
      before = this.waiting.length;
      await this.flush();
    } while (this.waiting.length > 0 && this.waiting.length < before);
    if (this.waiting.length > 0 || this.lost.size > 0 || this.exchanges.anyOpen) return;
    await this.dataSource
      .query('UPDATE platform.connection_sources SET stopped_at = $2, flushed_until = $2 WHERE id = $1', [this.sourceId, this.clock.now()])
      .catch((fault: unknown) => this.log.error('connections.end-not-written', fault));
  }

  /** Up to when everything is written once `batch` is: neither beyond an exchange that still goes on nor beyond one that waits. */
  private writtenUntil(now: Instant, batch: ReadonlySet<Waiting>): Instant {
    return this.waiting
      .filter((one) => !batch.has(one))
      .reduce((until, { startedAt }) => (startedAt < until ? startedAt : until), this.exchanges.untoldSince(now));
  }

  private async write(): Promise<void> {
    const batch = new Set(this.waiting.filter((one) => this.stopping || one.known()).slice(0, 2_000));
    const losses = [...this.lost];
    const now = this.clock.now();
    const until = this.writtenUntil(now, batch);
    if (batch.size === 0 && losses.length === 0 && Math.abs(Date.parse(now) - this.seenAt) < seenEveryMs) return;
    await this.dataSource.transaction(async (manager) => {
      await manager.query(
        `INSERT INTO platform.connection_sources (id, component, started_at, seen_at, flushed_until) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, flushed_until = excluded.flushed_until, absent_at = NULL`,
        [this.sourceId, this.component, this.startedAt, now, until],
      );
      if (batch.size > 0)
        await manager.query(
          `INSERT INTO platform.connections (id, source_id, person_id, organisation_id, domain_id, address, port, target, bytes_in, bytes_out,
             started_at, ended_at, closed_because)
           SELECT (c->>'id')::uuid, $1, (c->>'personId')::uuid, (c->>'organisationId')::uuid, (c->>'domainId')::uuid, (c->>'address')::inet,
             (c->>'port')::int, c->>'target', (c->>'bytesIn')::bigint, (c->>'bytesOut')::bigint, (c->>'startedAt')::timestamptz,
             (c->>'endedAt')::timestamptz, c->>'closedBecause'
           FROM jsonb_array_elements($2::jsonb) AS c
           -- What was written by a commit whose answer was lost is there already.
           ON CONFLICT DO NOTHING`,
          [this.sourceId, JSON.stringify([...batch].map((one) => one.connection()))],
        );
      for (const [hour, count] of losses)
        await manager.query(
          `INSERT INTO platform.connection_losses (source_id, hour, lost, noted_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (source_id, hour) DO UPDATE SET lost = platform.connection_losses.lost + excluded.lost, noted_at = excluded.noted_at`,
          [this.sourceId, hour, count, now],
        );
    });
    this.seenAt = Date.parse(now);
    this.waiting = this.waiting.filter((one) => !batch.has(one));
    for (const [hour, count] of losses) {
      const left = (this.lost.get(hour) ?? 0) - count;
      if (left > 0) this.lost.set(hour, left);
      else this.lost.delete(hour);
    }
  }
}

/** An address that PostgreSQL takes; what a proxy made up is left out rather than holding up everybody's records. */
function addressOf(ip: string): string | null {
  const plain = ip.split('%')[0] ?? '';
  return isIP(plain) === 0 ? null : plain;
}

/** The operation domain that an act names, in its path or its input. */
function domainOf(path: string | undefined, input: { params: unknown; query: unknown; body: unknown } | undefined): Id | null {
  const named = [input?.params, input?.query, input?.body].flatMap((part) =>
    typeof part === 'object' && part !== null ? [(part as { domainId?: unknown }).domainId] : [],
  );
  const params = input?.params as { id?: unknown } | undefined;
  if (path?.startsWith('/operation-domains/:id') === true) named.push(params?.id);
  return named.find((value): value is Id => typeof value === 'string' && uuid.test(value)) ?? null;
}

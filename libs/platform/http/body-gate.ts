import { Shares, type Clock } from '#kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bearerOf } from './act.guard.js';
import { uploadedBytes } from './act.interceptor.js';
import type { ActSpec } from './act.js';
import type { Canaries } from './canaries.js';
import type { TokenVerifier } from './oidc.js';
import { refuse } from './refusals.js';
import type { ServedPaths } from './served-paths.js';
import type { ActingRequest } from './request.js';

export interface BodyLimits {
  /** Seconds in which nothing of a body arrives. */
  readonly bodyStallSeconds: number;
  /** Seconds for a whole body; bytes of a file that is sent up have no such limit. */
  readonly bodySeconds: number;
  /** Refused requests of one address that are still heard out. */
  readonly unknownBodies: number;
}

/** How long what a refused sender still sends is read and thrown away: a reset would overtake the answer (RFC 9112 §9.6). */
const lingerMs = 2_000;
const lookEveryMs = 250;

/**
 * Before a byte of a body is read: the route exists, and its caller signed in. Then a body arrives whole within its time. What strangers
 * send fills no memory, however many they are; bytes of files go on as long as their sender's access stands.
 */
export class BodyGate {
  private readonly byRoute: ReadonlyMap<string, ActSpec>;
  private readonly unknown: Shares;

  constructor(
    acts: readonly ActSpec[],
    private readonly paths: ServedPaths,
    private readonly verifier: TokenVerifier,
    private readonly canaries: Pick<Canaries, 'isCanary'>,
    private readonly clock: Clock,
    private readonly limits: BodyLimits,
  ) {
    this.byRoute = new Map(acts.map((spec) => [`${spec.method} /api/v1${spec.path}`, spec]));
    this.unknown = new Shares({ all: Infinity, person: limits.unknownBodies, unit: Infinity });
  }

  watch(server: FastifyInstance): void {
    server.addHook('onRequest', async (request, reply) => {
      if (!hasBody(request)) return;
      endWithAnswer(request, reply);
      await this.admit(request, reply);
    });
  }

  private async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      const spec = request.is404 ? undefined : this.byRoute.get(`${request.method} ${request.routeOptions.url ?? ''}`);
      if (spec === undefined) throw this.paths.refusalOf(request);
      (request as ActingRequest).opdomain = { spec };
      const bearer = bearerOf(request, spec);
      if (bearer !== undefined && !this.canaries.isCanary(bearer)) await this.verifier.verify(bearer, this.clock.now());
      // A file that is sent up may stop on its way, where one is taken in.
      if (spec.streams !== 'up' || request.headers['content-type'] !== uploadedBytes) this.limit(request, reply);
    } catch (refused) {
      throw this.turnAway(request, reply) ? refused : refuse('http.too-many-requests');
    }
  }

  /** @returns whether the address still has a place for one that is heard out; without it the connection ends with the answer */
  private turnAway({ raw, ip }: FastifyRequest, reply: FastifyReply): boolean {
    const place = this.unknown.take({ person: ip, unit: '' });
    if (typeof place === 'string') void reply.header('connection', 'close');
    else {
      const ends = [
        [raw, 'end'],
        [raw, 'close'],
        [raw.socket, 'close'],
      ] as const;
      // A connection that stays open carries many requests: none leaves anything on it.
      const over = (): void => {
        for (const [of, event] of ends) of.off(event, over);
        place();
      };
      for (const [of, event] of ends) of.once(event, over);
    }
    return typeof place === 'function';
  }

  private limit({ raw }: FastifyRequest, reply: FastifyReply): void {
    const { bodyStallSeconds, bodySeconds } = this.limits;
    const began = performance.now();
    let [seen, since] = [raw.socket.bytesRead, began];
    const look = setInterval(() => {
      const now = performance.now();
      if (raw.complete || raw.destroyed) {
        clearInterval(look);
        return;
      }
      if (raw.socket.bytesRead !== seen) [seen, since] = [raw.socket.bytesRead, now];
      if (now - since < bodyStallSeconds * 1000 && now - began < bodySeconds * 1000) return;
      clearInterval(look);
      // Whoever reads the body is told, and answers. Where nobody does, the answer needs none of it, and the connection ends with that.
      if (reply.raw.headersSent || raw.listenerCount('error') === 0) return;
      void reply.header('connection', 'close');
      raw.emit('error', refuse('http.too-slow'));
    }, lookEveryMs);
    look.unref();
  }
}

/** Sees to it that the connection of an answered request ends although its sender goes on, or sends nothing at all. */
function endWithAnswer({ raw }: FastifyRequest, reply: FastifyReply): void {
  const end = (): void => {
    if (!raw.complete) raw.destroy();
  };
  reply.raw.once('finish', () => setTimeout(end, lingerMs).unref());
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0');

import type { Clock } from '#kernel';
import type { FastifyRequest } from 'fastify';
import { bearerIn } from './act.guard.js';
import type { Canaries } from './canaries.js';
import type { TokenVerifier } from './oidc.js';
import { free, type Payer } from './server.js';

/** Asked by those who start and stop processes, who have no account. */
const uncounted: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/**
 * In whose share of requests one is counted: a person's by the token that was verified, whatever address it came from; an own probe and a
 * question of health in nobody's. A token that does not hold is a stranger's.
 * @param canaries once the application stands
 */
export const payers =
  (verifier: TokenVerifier, clock: Clock, canaries: Promise<Pick<Canaries, 'isCanary' | 'isOurs'>>): Payer =>
  async (request: FastifyRequest) => {
    if (uncounted.has(request.routeOptions.url ?? '')) return free;
    const bearer = bearerIn(request);
    if (bearer === undefined) return undefined;
    try {
      const own = await canaries;
      if (own.isCanary(bearer)) return (await own.isOurs(bearer)) ? free : undefined;
      const { subject } = await verifier.verify(bearer, clock.now());
      return `person ${subject}`;
    } catch {
      // Why it does not hold is said where the request is answered.
      return undefined;
    }
  };

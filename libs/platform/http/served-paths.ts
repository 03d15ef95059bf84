import type { Refusal } from '#kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ActSpec } from './act.js';
import { refuse } from './refusals.js';

interface Served {
  readonly parts: readonly string[];
  readonly methods: readonly string[];
}

/** What is served where, for whoever asks at a place that is there by a method that it has not (RFC 9110 §15.5.6). */
export class ServedPaths {
  private readonly served: readonly Served[];

  /** @param more paths besides the acts', which are read. */
  constructor(acts: readonly Pick<ActSpec, 'method' | 'path'>[], more: readonly string[] = []) {
    const all = [...acts.map(({ method, path }) => ({ method, path: `/api/v1${path}` })), ...more.map((path) => ({ method: 'GET', path }))];
    this.served = [...Map.groupBy(all, ({ path }) => path)].map(([path, at]) => {
      const methods = at.map(({ method }) => method);
      // Whatever is read answers to HEAD as well.
      return { parts: partsOf(path), methods: [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])].sort() };
    });
  }

  /** What a request that no route takes is refused with: `http.method-not-allowed` where another method is served, else `http.no-such-route`. */
  refusalOf({ method, url }: Pick<FastifyRequest, 'method' | 'url'>): Refusal {
    const asked = partsOf(url.split('?', 1)[0] ?? '');
    const there = this.served.filter(({ parts }) => fits(parts, asked));
    if (there.length === 0) return refuse('http.no-such-route');
    // As routes are found: what is spelt out goes before a parameter.
    const [nearest] = there.sort((a, b) => named(b) - named(a));
    return refuse('http.method-not-allowed', { method, allowed: [...(nearest?.methods ?? [])] });
  }

  watch(server: FastifyInstance): void {
    server.addHook('onRequest', (request, _reply, done) => {
      done(request.is404 ? this.refusalOf(request) : undefined);
    });
  }
}

const partsOf = (path: string): string[] => path.replace(/\/$/, '').split('/');
const named = ({ parts }: Served): number => parts.filter((part) => !part.startsWith(':') && part !== '*').length;

function fits(parts: readonly string[], asked: readonly string[]): boolean {
  if (parts.at(-1) !== '*' ? parts.length !== asked.length : parts.length > asked.length) return false;
  return parts.every((part, at) => part === '*' || (part.startsWith(':') ? asked[at] !== '' : part === asked[at]));
}

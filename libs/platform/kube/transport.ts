import { fetch } from 'undici';
import type { Limits } from '#platform/config';
import type { KubeSettings } from './config.js';
import type { Connection } from './connection.js';
import { kubeErrorOf, type KubeError } from './errors.js';
import { backoffMs, mayRetry, pause, Precedence, TokenBucket, type Failure } from './pace.js';
import { refuse } from './refusals.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/**
 * Whose rate a request counts against: what a cut waits for has a share of its own, which passes cannot use up, and goes before them.
 * Looks for which passes need not wait have a share of the same size. What names no share counts against the passes' and waits for nobody:
 * the lease of the lead.
 */
export type Share = 'passes' | 'cuts' | 'looks';

export interface KubeRequest {
  readonly method: Method;
  /** Absolute path on the API server, e.g. `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** Asks as the bearer of this token instead of as ourselves. */
  readonly token?: string;
  readonly share?: Share;
}
/** What the API server answered, also where it refused. */
export interface KubeAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Set where the status is 400 or more. */
  readonly error?: KubeError;
}

/** A cut's next look follows its last within about a second: passes that began in between would take the time of those that follow. */
const lingerMs = 1_500;
/** However many cuts there are, passes go on at this pace: a zone is passed over within seconds. */
const passesMeanwhilePerSecond = 15;

/** Sends requests at a bounded rate, again where that is safe, and types what comes back. */
export class Transport {
  private readonly buckets: Readonly<Record<Share, TokenBucket>>;
  private readonly precedence = new Precedence(lingerMs, passesMeanwhilePerSecond);
  constructor(
    private readonly connection: Connection,
    private readonly settings: KubeSettings,
    private readonly limits: Limits['cluster'],
  ) {
    const { requestsPerSecond, burst, cutsPerSecond, cutsBurst } = settings;
    this.buckets = {
      passes: new TokenBucket(requestsPerSecond, burst),
      cuts: new TokenBucket(cutsPerSecond, cutsBurst),
      looks: new TokenBucket(cutsPerSecond, cutsBurst),
    };
  }

  /** @throws KubeError where the server refuses, Refusal `kube.unreachable` where it does not answer. */
  async send<T>(request: KubeRequest): Promise<T> {
    const answer = await this.ask(request);
    if (answer.error) throw answer.error;
    return answer.body as T;
  }

  /** As {@link send}, but a refusal is an answer: what a probe wants to see. */
  async ask(request: KubeRequest): Promise<KubeAnswer> {
    if (request.share === 'cuts') return this.precedence.first(() => this.paced(request));
    if (request.share === 'passes') await this.precedence.after();
    return this.paced(request);
  }

  private async paced(request: KubeRequest): Promise<KubeAnswer> {
    for (let tried = 1; ; tried += 1) {
      await pause(this.buckets[request.share ?? 'passes'].reserve());
      const outcome = await this.once(request);
      const failure: Failure | undefined =
        'lost' in outcome
          ? { status: 0 }
          : outcome.error && {
              status: outcome.status,
              ...(outcome.error.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.error.retryAfterMs }),
            };
      if (failure && tried < this.settings.attempts && mayRetry(request.method, failure)) {
        await pause(backoffMs(tried, failure, Math.random()));
      } else if ('lost' in outcome) {
        throw refuse('kube.unreachable', { cause: outcome.lost });
      } else {
        return outcome;
      }
    }
  }

  private async once(request: KubeRequest): Promise<KubeAnswer | { readonly lost: string }> {
    const url = new URL(this.connection.server + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    try {
      const { headers, dispatcher } =
        request.token === undefined ? await this.connection.credentials() : await this.connection.bearer(request.token);
      const response = await fetch(url, {
        method: request.method,
        dispatcher,
        headers: {
          Accept: request.accept ?? 'application/json',
          ...(request.body === undefined ? {} : { 'Content-Type': request.contentType ?? 'application/json' }),
          ...headers,
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        signal: AbortSignal.timeout(this.limits.requestMs),
      });
      const body = parsed(await response.text());
      const { status } = response;
      if (status < 400) return { status, body };
      return { status, body, error: kubeErrorOf(status, body, response.headers.get('Retry-After') ?? undefined) };
    } catch (error) {
      return { lost: causeOf(error) };
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The system's word for it (`ECONNREFUSED`, `TimeoutError`), never an address or a path. */
function causeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
    if (at.cause === undefined) return at.name;
  }
  return 'unknown';
}

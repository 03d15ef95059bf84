import { Refusal } from '#kernel';
import { defaultLimits, type Limits } from '#platform/config';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { z } from 'zod';
import { isLoopback, type OidcConfig } from './oidc.config.js';
import { refuse } from './refusals.js';

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), use: z.string().optional() })) });

/** Keys of an issuer that cannot be asked are used this long, and no longer: one that was withdrawn meanwhile would still count. */
const usableMs = 3_600_000;
/** Between the beginnings of two readings, so that tokens with made-up keys cannot turn us against the issuer. */
const betweenMs = 1_000;
const retryMs = 10_000;
const mostBytes = 512 * 1024;

const unreachable = (fault: string): Refusal => refuse('identity.issuer-unreachable', { fault });

/** The issuer's signing keys. What is not a whole, fresh answer of that issuer is unknown (503), never "no such key". */
export class IssuerKeys {
  private readonly dispatcher: Agent;
  private keys: JWTVerifyGetKey | undefined;
  private readAt = -Infinity;
  private failedAt = -Infinity;
  private begunAt = -Infinity;
  private running: Promise<JWTVerifyGetKey> | undefined;
  private queued: Promise<JWTVerifyGetKey> | undefined;

  /** @param elapsed milliseconds on a clock that nobody sets. */
  constructor(
    private readonly config: OidcConfig,
    private readonly elapsed: () => number = () => performance.now(),
    private readonly limits: Limits['issuer'] = defaultLimits.issuer,
  ) {
    this.dispatcher = new Agent({
      connect: { timeout: limits.requestMs },
      keepAliveTimeout: 1_000,
      maxResponseSize: mostBytes,
    });
  }

  /** The keys as last read. @throws Refusal `identity.issuer-unreachable` (503) while there are none that may be used. */
  async current(): Promise<JWTVerifyGetKey> {
    const { keys } = this;
    const age = this.elapsed() - this.readAt;
    if (keys !== undefined && age < this.config.keysFreshSeconds * 1000) return keys;
    const usable = keys !== undefined && age < usableMs;
    if (usable && this.failedAt > this.readAt) {
      // One caller waited for the outage to show; the others do not, while it lasts.
      if (this.elapsed() - this.failedAt > retryMs) this.reread().catch(() => undefined);
      return keys;
    }
    try {
      return await (this.running ?? this.reread());
    } catch (fault) {
      if (usable) return keys;
      throw fault;
    }
  }

  /** Keys that were read after this call, so that one that is missing there is not the issuer's. @throws as `current`. */
  reread(): Promise<JWTVerifyGetKey> {
    this.queued ??= this.next();
    return this.queued;
  }

  private async next(): Promise<JWTVerifyGetKey> {
    await this.running?.catch(() => undefined);
    await pause(Math.max(0, this.begunAt + betweenMs - this.elapsed()));
    this.queued = undefined;
    this.begunAt = this.elapsed();
    this.running = this.read();
    try {
      this.keys = await this.running;
      this.readAt = this.elapsed();
      return this.keys;
    } catch (fault) {
      this.failedAt = this.elapsed();
      throw fault;
    } finally {
      this.running = undefined;
    }
  }

  private async read(): Promise<JWTVerifyGetKey> {
    const found = keySet.safeParse(await this.json(await this.whereKeysAre()));
    if (!found.success) throw unreachable('not a key set');
    const keys = found.data.keys.filter(({ kty, use }) => kty !== 'oct' && use !== 'enc');
    if (keys.length === 0) throw unreachable('no signing key');
    return createLocalJWKSet({ keys } as unknown as JSONWebKeySet);
  }

  private async whereKeysAre(): Promise<string> {
    if (this.config.jwksUri !== undefined) return this.config.jwksUri;
    const { issuer } = this.config;
    const found = discovery.safeParse(await this.json(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
    if (!found.success) throw unreachable('not a discovery document');
    if (found.data.issuer !== issuer) throw unreachable('describes another issuer');
    const uri = found.data.jwks_uri;
    if (!uri.startsWith('https:') && !(isLoopback(uri) && isLoopback(issuer))) throw unreachable('keys in clear');
    return uri;
  }

  private async json(url: string): Promise<unknown> {
    try {
      const response = await fetch(url, {
        dispatcher: this.dispatcher,
        redirect: 'manual',
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(this.limits.requestMs),
      });
      const text = await response.text();
      if (response.status !== 200) throw unreachable(`status ${String(response.status)}`);
      return JSON.parse(text);
    } catch (fault) {
      if (fault instanceof SyntaxError) throw unreachable('not JSON');
      if (fault instanceof Refusal) throw fault;
      throw unreachable((fault as Error).name === 'TimeoutError' ? 'timed out' : 'no answer');
    }
  }
}

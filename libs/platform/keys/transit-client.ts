import { readFile } from 'node:fs/promises';
import NodeVault from 'node-vault';
import { z } from 'zod';
import { Refusal } from '#kernel';
import { setTimeout as delay } from 'node:timers/promises';
import { TokenLease } from './token-lease.js';
import { VaultRequests } from './vault-requests.js';
import { refuse } from './refusals.js';

export interface TransitAddress {
  readonly address: string;
  readonly tokenFile: string;
  readonly mount: string;
  readonly caFile?: string | undefined;
  readonly requestMs: number;
  readonly attempts: number;
}

const apiError = z.object({ response: z.object({ statusCode: z.number(), body: z.unknown() }) });
const engineError = z.object({ response: z.object({ body: z.object({ errors: z.array(z.string()) }) }) });
const firstWaitMs = 100;

/** What the server said no to; other failures are refusals already. */
export class TransitRejection extends Error {
  constructor(readonly status: number) {
    super(`the transit engine answered ${String(status)}`);
  }
}

/** One OpenBao or Vault server: bounded retries, errors turned into refusals, the token kept alive. */
export class TransitClient {
  private constructor(
    private readonly vault: NodeVault.client,
    private readonly lease: TokenLease,
    private readonly mount: string,
    private readonly attempts: number,
    private readonly requests: VaultRequests,
  ) {}

  static async connect(at: TransitAddress): Promise<TransitClient> {
    const requests = new VaultRequests(at.requestMs, at.caFile === undefined ? undefined : await readFile(at.caFile));
    const vault = NodeVault({ endpoint: at.address, 'request-promise': requests });
    const client = new TransitClient(vault, new TokenLease(vault, at.tokenFile), at.mount, at.attempts, requests);
    try {
      await client.patiently(() => client.lease.start());
    } catch (fault) {
      await client.close();
      throw fault;
    }
    return client;
  }

  /** `undefined` where there is nothing at that path. */
  async read(path: string): Promise<unknown> {
    return this.orNothing(() => this.vault.read(`${this.mount}/${path}`) as Promise<unknown>);
  }

  /** By GET, since proxies and servers of HTTP need not know the method LIST; OpenBao asks for the same capability. */
  async list(path: string): Promise<unknown> {
    return this.orNothing(() => this.vault.read(`${this.mount}/${path}?list=true`) as Promise<unknown>);
  }

  async write(path: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.patiently(() => this.vault.write(`${this.mount}/${path}`, body) as Promise<unknown>);
  }

  async remove(path: string): Promise<void> {
    await this.orNothing(() => this.vault.delete(`${this.mount}/${path}`) as Promise<unknown>);
  }

  /** @throws Refusal `keys.sealed`, `keys.unreachable` or `keys.forbidden`. */
  async health(): Promise<void> {
    await this.patiently(() => this.vault.tokenLookupSelf() as Promise<unknown>);
  }

  get tokenExpiry(): number | undefined {
    return this.lease.expiry;
  }

  close(): Promise<void> {
    this.lease.stop();
    return this.requests.close();
  }

  private async orNothing(call: () => Promise<unknown>): Promise<unknown> {
    try {
      return await this.patiently(call);
    } catch (error) {
      if (error instanceof TransitRejection && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Every call here may be repeated safely: by default against a server that refuses for about three seconds in all, then a refusal. */
  private async patiently<T>(call: () => Promise<T>): Promise<T> {
    let rereadDone = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof Refusal) throw error;
        const status = statusOf(error);
        if (status === 403 && !rereadDone) {
          rereadDone = true;
          if (await this.lease.reread()) continue;
        }
        if (status === 403) throw refuse('keys.forbidden');
        // What a proxy says in the engine's place is not its answer.
        if (isOfTheEngine(error)) throw new TransitRejection(error.response.statusCode);
        if (attempt >= this.attempts) throw refuse(await this.whyUnavailable());
        await delay(firstWaitMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2));
      }
    }
  }

  private async whyUnavailable(): Promise<'keys.sealed' | 'keys.unreachable'> {
    const health = z.object({ sealed: z.boolean() }).safeParse(await this.vault.health().catch(() => undefined));
    return health.success && health.data.sealed ? 'keys.sealed' : 'keys.unreachable';
  }
}

/** It says no to a request (400, and why), or that nothing is at a path (404, and nothing else). */
function isOfTheEngine(error: unknown): error is z.infer<typeof apiError> {
  const parsed = engineError.safeParse(error);
  const status = statusOf(error);
  if (!parsed.success || status === undefined) return false;
  const { length } = parsed.data.response.body.errors;
  return (status === 400 && length > 0) || (status === 404 && length === 0);
}

/** node-vault's errors carry the answer; a failure of the connection has none. Their texts are dropped: they may quote the request. */
function statusOf(error: unknown): number | undefined {
  const parsed = apiError.safeParse(error);
  return parsed.success ? parsed.data.response.statusCode : undefined;
}

import { readFile } from 'node:fs/promises';
import type NodeVault from 'node-vault';
import { z } from 'zod';
import { refuse } from './refusals.js';

/** TTLs in seconds; 0 means that the token never expires. */
const lookup = z.object({ data: z.object({ ttl: z.number(), renewable: z.boolean().default(false) }) });
const renewal = z.object({ auth: z.object({ lease_duration: z.number(), renewable: z.boolean() }) });

const longestWaitMs = 6 * 3_600_000;
const retryAfterMs = 5_000;

/**
 * Keeps the client's token alive: renewed when half of its time is left, sooner after a failure, and read again from its file first,
 * since whoever issues tokens may have put a new one there.
 */
export class TokenLease {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private expiresAt: number | undefined;

  constructor(
    private readonly vault: NodeVault.client,
    private readonly tokenFile: string,
  ) {}

  async start(): Promise<void> {
    await this.reread();
    const { data } = lookup.parse(await this.vault.tokenLookupSelf());
    this.plan(data.ttl);
  }

  /** Takes the token that stands in the file now. @returns whether it is another one. */
  async reread(): Promise<boolean> {
    const token = await readFile(this.tokenFile, 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
    if (token === '') throw refuse('keys.forbidden');
    const changed = token !== this.vault.token;
    this.vault.token = token;
    return changed;
  }

  /** When the token will expire unless renewed, in milliseconds since 1970; undefined if it never does. */
  get expiry(): number | undefined {
    return this.expiresAt;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private plan(ttlSeconds: number): void {
    this.expiresAt = ttlSeconds > 0 ? Date.now() + ttlSeconds * 1000 : undefined;
    if (ttlSeconds > 0) this.wake(Math.min((ttlSeconds * 1000) / 2, longestWaitMs));
  }

  private wake(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.renew(), afterMs);
    this.timer.unref();
  }

  private async renew(): Promise<void> {
    try {
      if (await this.reread()) {
        this.plan(lookup.parse(await this.vault.tokenLookupSelf()).data.ttl);
        return;
      }
      const { auth } = renewal.parse(await this.vault.tokenRenewSelf());
      this.plan(auth.lease_duration);
    } catch {
      // The cause shows itself as `keys.forbidden` or `keys.unreachable` at the next use and in health(); until then keep trying.
      this.wake(retryAfterMs);
    }
  }
}

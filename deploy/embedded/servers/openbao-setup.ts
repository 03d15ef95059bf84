import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const may = (path: string, ...capabilities: string[]) => `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }`;

/** Keys may be made, used and destroyed, never carried away; what marks a destroyed name stays for ever. */
const policy = [
  may('transit/keys', 'list'),
  may('transit/keys/*', 'create', 'read', 'update', 'delete', 'list'),
  may('transit/keys/destroyed.*', 'create', 'read', 'update'),
  ...['encrypt', 'decrypt', 'rewrap', 'datakey', 'hmac', 'sign', 'verify'].map((act) => may(`transit/${act}/*`, 'create', 'update')),
  may('transit/config/keys', 'read'),
  may('auth/token/lookup-self', 'read'),
  may('auth/token/renew-self', 'update'),
].join('\n');

const initialised = z.object({ root_token: z.string() });
const issued = z.object({ auth: z.object({ client_token: z.string() }) });

/** The few calls that bring an empty OpenBao to where the keys port can use it. */
export class Vault {
  constructor(private readonly address: string) {}

  async answers(): Promise<void> {
    await this.call('GET', 'sys/seal-status');
  }

  /** @returns the root token, only the first time. */
  async initialise(): Promise<string | undefined> {
    const { initialized } = z.object({ initialized: z.boolean() }).parse(await this.call('GET', 'sys/init'));
    if (initialized) return undefined;
    return initialised.parse(await this.call('PUT', 'sys/init', undefined, { recovery_shares: 1, recovery_threshold: 1 })).root_token;
  }

  /** Opening itself and taking up the active role both happen after the first answer. */
  async opened(): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (
      !(await this.call('GET', 'sys/health').then(
        () => true,
        () => false,
      ))
    ) {
      if (Date.now() > deadline) throw new Error('OpenBao did not open itself within 20 s');
      await pause(50);
    }
  }

  async accepts(token: string): Promise<boolean> {
    const response = await this.send('GET', 'auth/token/lookup-self', token);
    return response.status === 200;
  }

  /** Also mounts transit, and sees to it that using an unknown key never makes one. */
  async limitedToken(administrator: string, period: string): Promise<string> {
    const mounts = z.record(z.string(), z.unknown()).parse(await this.call('GET', 'sys/mounts', administrator));
    if (!('transit/' in mounts)) await this.call('POST', 'sys/mounts/transit', administrator, { type: 'transit' });
    await this.call('POST', 'transit/config/keys', administrator, { disable_upsert: true });
    await this.call('PUT', 'sys/policies/acl/opdomain-keys', administrator, { policy });
    const order = {
      policies: ['opdomain-keys'],
      no_default_policy: true,
      no_parent: true,
      period,
      renewable: true,
      display_name: 'opdomain',
    };
    return issued.parse(await this.call('POST', 'auth/token/create', administrator, order)).auth.client_token;
  }

  private async call(method: string, path: string, token?: string, body?: object): Promise<unknown> {
    const response = await this.send(method, path, token, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`OpenBao answered ${response.status} to ${method} ${path}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  private send(method: string, path: string, token?: string, body?: object): Promise<Response> {
    return fetch(`${this.address}/v1/${path}`, {
      method,
      headers: token === undefined ? {} : { 'X-Vault-Token': token },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
  }
}

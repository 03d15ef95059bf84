import { Refusal } from '#kernel';
import { PoolPulse } from '#platform/database';
import { LoopPulse } from '#platform/telemetry';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Platform } from './platform.js';
import { portsOf, type Port } from './ports.js';

export const healthConfig = z
  .strictObject({
    host: z.string().default('127.0.0.1').describe('Address at which a worker or an operator answers; loopback unless said otherwise'),
    port: z.number().int().min(0).max(65_535).optional().describe('Its port; without one it does not listen. The API answers at its own'),
  })
  .prefault({});

/** How each dependency is asked for itself; it throws where it is away. A port without an answer here does not compile. */
const asks: Readonly<Record<Port | 'database', (platform: Platform) => Promise<unknown>>> = {
  database: ({ dataSource }) => dataSource.query('SELECT 1'),
  keys: ({ keys }) => keys.health(),
  objects: ({ objects }) => objects.health(),
  cluster: ({ cluster }) => cluster.whoAmI(),
  queue: ({ bell }) => bell.health(),
  oidc: ({ verifier }) => verifier.health(),
  engine: ({ engine }) =>
    engine.isolation.state === 'shown' ? Promise.resolve() : Promise.reject(Object.assign(new Error(), { name: 'not-isolated' })),
};
/** What a process does its work without, for longer: workers look by themselves, and what the engine lacks is said in every evidence. */
const spared: ReadonlySet<string> = new Set<Port>(['queue', 'engine']);

/** `ok`, `no-answer`, or the kind of fault, never its text. */
export type Findings = Readonly<Record<string, string>>;

/** What a process says of itself to whoever starts and stops it. */
export class Health {
  private readonly loop: LoopPulse;
  /** One question at a time of each dependency: more would use up the connections of one that does not answer. */
  private readonly asking = new Map<string, Promise<string>>();

  constructor(private readonly platform: Platform) {
    this.loop = new LoopPulse(platform.config.limits.health.loopMs);
  }

  /** Fails only where a new process would mend it: never for an outage. */
  alive(): { readonly alive: boolean } & Readonly<Record<'loop' | 'pool', 'ok' | 'stuck'>> {
    const { poolMs } = this.platform.config.limits.health;
    const pool = this.platform.pools.some((one) => PoolPulse.of(one).stuckMs > poolMs) ? 'stuck' : 'ok';
    const loop = this.loop.stoodStill ? 'stuck' : 'ok';
    return { alive: pool === 'ok' && loop === 'ok', pool, loop };
  }

  async ready(): Promise<{ readonly ready: boolean; readonly found: Findings }> {
    const names: readonly (Port | 'database')[] = ['database', ...portsOf[this.platform.application]];
    const found = await Promise.all(names.map(async (name) => [name, await this.find(name)] as const));
    return { ready: found.every(([name, what]) => what === 'ok' || spared.has(name)), found: Object.fromEntries(found) };
  }

  close(): void {
    this.loop.stop();
  }

  private async find(name: Port | 'database'): Promise<string> {
    let asked = this.asking.get(name);
    if (asked === undefined) {
      asked = asks[name](this.platform)
        .then(() => 'ok', kindOf)
        .finally(() => this.asking.delete(name));
      this.asking.set(name, asked);
    }
    const late = new AbortController();
    const { askMs } = this.platform.config.limits.health;
    try {
      return await Promise.race([asked, pause(askMs, 'no-answer', { signal: late.signal })]);
    } finally {
      late.abort();
    }
  }
}

const kindOf = (fault: unknown): string => (fault instanceof Refusal ? fault.code : fault instanceof Error ? fault.name : 'fault');

/** For a process that serves nothing else. @returns where it answers and what stops it; nothing without a port. */
export async function serveHealth(health: Health, { config }: Platform): Promise<{ url: string; stop(): Promise<void> } | undefined> {
  const { host, port } = config.health;
  if (port === undefined) return undefined;
  const server = createServer((request, response) => {
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
    };
    const alive = health.alive();
    if (request.url === '/healthz') send(alive.alive ? 200 : 503, alive);
    else if (request.url === '/readyz') void health.ready().then(({ ready, found }) => send(ready ? 200 : 503, found));
    else send(404, {});
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    url: `http://${host}:${String((server.address() as AddressInfo).port)}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

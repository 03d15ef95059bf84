import type { AgentOptions, RequestOptions } from 'node:https';
import { KubeConfig, Watch, type RequestContext } from '@kubernetes/client-node';
import { Agent, ProxyAgent, type buildConnector, type Dispatcher } from 'undici';
import { sha256 } from '#kernel';
import type { Limits } from '#platform/config';
import type { KubeSettings } from './config.js';
import { refuse } from './refusals.js';

/** TLS material and headers of one identity, as kubeconfig authentication yields them. */
interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

const keepAlive = { keepAliveTimeout: 30_000, connections: 64 } as const;

/**
 * A kubeconfig whose requests share one dispatcher. The client library makes a new undici Agent, and so a new TLS connection, for
 * every request; here an agent lives as long as its TLS material does (rotated files make a new one), also for the library's Watch.
 */
export class Connection extends KubeConfig {
  private readonly dispatchers = new Map<string, Dispatcher>();

  private constructor(private readonly limits: Limits['cluster']) {
    super();
  }

  static open(settings: Pick<KubeSettings, 'kubeconfig' | 'inCluster'>, limits: Limits['cluster']): Connection {
    const connection = new Connection(limits);
    if (settings.kubeconfig !== undefined) connection.loadFromFile(settings.kubeconfig);
    else connection.loadFromCluster();
    if (!connection.getCurrentCluster()) throw refuse('kube.no-current-context');
    return connection;
  }

  get server(): string {
    const cluster = this.getCurrentCluster();
    if (!cluster) throw refuse('kube.no-current-context');
    return cluster.server.replace(/\/$/, '');
  }

  /** The kubeconfig's own identity. */
  credentials(): Promise<Credentials> {
    return this.read(this);
  }

  /** Somebody else's bearer token over the same server and authority, without any credential of ours. */
  async bearer(token: string): Promise<Credentials> {
    const cluster = this.getCurrentCluster();
    if (!cluster) throw refuse('kube.no-current-context');
    const other = new KubeConfig();
    other.loadFromClusterAndUser(cluster, { name: 'bearer', token });
    return this.read(other);
  }

  /** One that authenticates through {@link applySecurityAuthentication}. */
  watch(): Watch {
    // From then on also the longest silence of a watch that is open.
    return Object.assign(new Watch(this), { requestTimeoutMs: this.limits.watchSilentMs });
  }

  /** The library's Watch authenticates through here. */
  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    const { headers, dispatcher } = await this.credentials();
    for (const [name, value] of Object.entries(headers)) context.setHeaderParam(name, value);
    context.setDispatcher(dispatcher);
  }

  async close(): Promise<void> {
    const open = [...this.dispatchers.values()];
    this.dispatchers.clear();
    await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
  }

  private async read(config: KubeConfig): Promise<Credentials> {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value);
    if (typeof options.auth === 'string') headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    return { headers, dispatcher: this.dispatcher(options) };
  }

  private dispatcher(options: RequestOptions): Dispatcher {
    const plan = this.createDispatcherOptions(this.getCurrentCluster(), tlsOf(options));
    const key = sha256(JSON.stringify(plan, (_name, value: unknown) => (typeof value === 'function' ? undefined : value)));
    const known = this.dispatchers.get(key);
    if (known) return known;
    const made = this.make(plan);
    this.dispatchers.set(key, made);
    return made;
  }

  private make(plan: ReturnType<KubeConfig['createDispatcherOptions']>): Dispatcher {
    // Node's TLS options and undici's differ only in how they say "not given".
    const connect = { ...('connect' in plan ? plan.connect : {}), timeout: this.limits.connectMs } as buildConnector.BuildOptions;
    if (plan.type === 'socks') throw refuse('kube.socks-proxy');
    if (plan.type === 'proxy')
      return new ProxyAgent({ ...keepAlive, uri: plan.uri, requestTls: plan.requestTls as buildConnector.BuildOptions, connect });
    return new Agent({ ...keepAlive, connect });
  }
}

function tlsOf(options: RequestOptions): AgentOptions {
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
  const given = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What stands between a client and its server.
 * `pass`: everything, both ways.
 * `silent`: connections are accepted, and what comes is swallowed; those that are open go on without a word, as when a network is cut
 * (half-open): neither side hears that the other has gone.
 * `stalled`: connections are accepted, and nothing is taken from either side, as by a process that is stopped: once it is woken,
 * everything goes on.
 * `half`: of the next answer one half, then nothing more.
 * `close`: of the next answer one half, then both sides are cut.
 * `lost`: the request arrives, its answer does not: the client is cut when the answer comes.
 * `refuse`: nobody listens, and what is open is cut.
 */
export const ways = ['pass', 'silent', 'stalled', 'half', 'close', 'lost', 'refuse'] as const;
export type Way = (typeof ways)[number];

interface Pair {
  readonly client: Socket;
  readonly server: Socket | undefined;
  /** Something was swallowed: what would come now belongs to an answer that nobody can read any more. */
  broken: boolean;
}

/** A TCP proxy on loopback before a real server, of whatever protocol, whose way can be changed while connections are open. */
export class TcpProxy {
  private way: Way = 'pass';
  private readonly pairs = new Set<Pair>();
  private awaited: { left: number; readonly way: Way; readonly once: boolean } | undefined;
  /** Connections that were accepted so far. */
  connections = 0;

  private constructor(
    private target: { readonly host: string; readonly port: number },
    private readonly listener: Server,
    readonly port: number,
  ) {
    listener.on('connection', (client) => this.accept(client));
  }

  static async before(port: number, host = '127.0.0.1'): Promise<TcpProxy> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return new TcpProxy({ host, port }, listener, (listener.address() as AddressInfo).port);
  }

  /** The address of a server, as it is reached through here. */
  through(url: string): string {
    return Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(this.port) }).href;
  }

  /** From now on connections go to another server, as a balancer sends them; those that are open stay where they are. */
  turnTo(port: number): void {
    this.target = { ...this.target, port };
  }

  async go(way: Way): Promise<void> {
    this.way = way;
    this.awaited = undefined;
    if (way === 'refuse') {
      this.cut(() => true);
      await new Promise((resolve) => this.listener.close(resolve));
    } else if (!this.listener.listening) await new Promise<void>((resolve) => this.listener.listen(this.port, '127.0.0.1', resolve));
    for (const pair of this.pairs) this.stall(pair);
    if (way === 'pass') this.cut(({ broken, server }) => broken || server === undefined);
  }

  /**
   * Goes that way with the nth piece of an answer from now, so that any moment of a longer work can be met.
   * @param once that answer's connection alone; everything else goes on as it was
   */
  goFrom(answer: number, way: Exclude<Way, 'pass' | 'refuse' | 'stalled'>, once = false): void {
    this.awaited = { left: answer, way, once };
  }

  async close(): Promise<void> {
    this.cut(() => true);
    if (this.listener.listening) await new Promise((resolve) => this.listener.close(resolve));
  }

  private stall({ client, server }: Pair): void {
    for (const socket of [client, server]) if (this.way === 'stalled') socket?.pause(); else socket?.resume(); // prettier-ignore
  }

  private cut(which: (pair: Pair) => boolean): void {
    for (const pair of [...this.pairs].filter(which)) {
      pair.client.destroy();
      pair.server?.destroy();
      this.pairs.delete(pair);
    }
  }

  private accept(client: Socket): void {
    this.connections += 1;
    // Who accepts and never answers asks nobody either.
    const server = this.way === 'silent' ? undefined : connect(this.target.port, this.target.host);
    const pair: Pair = { client, server, broken: false };
    this.pairs.add(pair);
    const gone = (): void => {
      // In a cut network the other side does not hear of it.
      if (this.way !== 'silent' && this.way !== 'stalled') this.cut((one) => one === pair);
    };
    for (const socket of [client, server]) socket?.on('error', () => undefined).on('close', gone);
    client.on('data', (bytes) => {
      if (this.way === 'silent') pair.broken = true;
      else if (!pair.broken) server?.write(bytes);
    });
    server?.on('data', (bytes) => {
      if (pair.broken) return;
      let { way } = this;
      if (this.awaited !== undefined && this.awaited.left-- <= 0) {
        way = this.awaited.way;
        if (!this.awaited.once) this.way = way;
        this.awaited = undefined;
      }
      if (way === 'pass' || way === 'stalled') client.write(bytes);
      else this.spoil(pair, way, bytes);
    });
    this.stall(pair);
  }

  private spoil(pair: Pair, way: Way, bytes: Buffer): void {
    pair.broken = true;
    if (way === 'half' || way === 'close') pair.client.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
    if (way === 'close') pair.client.end(() => this.cut((one) => one === pair));
    if (way === 'lost') this.cut((one) => one === pair);
  }
}

import { createServer, type IncomingMessage, request as plainly, type ServerResponse } from 'node:http';
import { request as secretly } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Identity } from './through-proxy.js';

/** How a server can be away: nobody listens, it never answers, it refuses us, it fails, or something else answers in its place. */
export const faults = ['refused', 'hanging', 'forbidden', 'failing', 'bad-gateway', 'garbage'] as const;
/** `bodiless`: an answer begins, and its body never comes; a case of `hanging` for those alone who read bodies. */
export type Fault = (typeof faults)[number] | 'bodiless' | Strange;
/** What somebody else answers in the server's place. */
export interface Strange {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}
/** As login pages, ingresses, gateways and half servers answer, each status with each body. */
export const strangers: readonly Strange[] = [200, 201, 204, 400, 401, 404, 405, 410, 412, 416, 451, 472].flatMap((status) =>
  [
    ['text/html', '<html><body>Sign in</body></html>'],
    ['text/plain', ''],
    ['application/json', '{}'],
    ['application/json', '{"data":null}'],
    ['application/json', '{"errors":["no handler for route"]}'],
    ['application/json', '{"errors":[{"code":404}]}'],
    ['application/xml', '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'],
  ].map(([type = '', body = '']) => ({ status, type, body })),
);

const statuses = { forbidden: 403, failing: 500, 'bad-gateway': 502, garbage: 200 } as const;
const garbage = '<html><body>It works!</body></html>';

/**
 * A proxy between a client of ours and a real HTTP server, or an HTTPS one whose client certificate it then presents. Everything passes as it is until `fail` names a fault; then the server is away
 * in that way until `heal`. `failFrom` begins with the nth request from now, so that any moment of a longer work can be met.
 */
export class FaultProxy {
  private fault: Fault | undefined;
  private awaited: { readonly fault: Fault; left: number } | undefined;
  private readonly hanging = new Set<Socket>();
  /** Requests that came so far. */
  requests = 0;

  private constructor(
    private readonly target: URL,
    private readonly server: ReturnType<typeof createServer>,
    private readonly identity: Identity | undefined,
  ) {}

  static async before(address: string, identity?: Identity): Promise<FaultProxy> {
    const server = createServer({ keepAliveTimeout: 1 });
    const proxy = new FaultProxy(new URL(address), server, identity);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      proxy.serve(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  fail(fault: Fault): void {
    this.fault = fault;
  }

  failFrom(request: number, fault: Fault): void {
    this.awaited = { fault, left: request };
  }

  heal(): void {
    this.fault = this.awaited = undefined;
    for (const socket of this.hanging) socket.destroy();
    this.hanging.clear();
  }

  async close(): Promise<void> {
    this.heal();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    this.requests += 1;
    if (this.awaited !== undefined && this.awaited.left-- <= 0) this.fault = this.awaited.fault;
    const { fault } = this;
    if (fault === undefined) this.pass(request, response);
    else if (fault === 'refused') request.socket.destroy();
    else if (fault === 'hanging') this.hanging.add(request.socket);
    else if (fault === 'bodiless') this.pass(request, response, false);
    else if (typeof fault === 'object') {
      request.resume();
      response.writeHead(fault.status, { 'content-type': fault.type }).end(fault.status === 204 ? undefined : fault.body);
    } else {
      request.resume();
      response.writeHead(statuses[fault], { 'content-type': 'text/html' }).end(garbage);
    }
  }

  private pass(request: IncomingMessage, response: ServerResponse, whole = true): void {
    const { method, headers } = request;
    // The host that was signed for (S3) stays as the client wrote it.
    const ask = this.identity === undefined ? plainly : secretly;
    const to = { host: this.target.hostname, port: this.target.port, path: request.url, method, headers };
    const onward = ask({ ...to, ...this.identity }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      if (whole) answer.pipe(response);
      else {
        response.flushHeaders();
        this.hanging.add(request.socket);
      }
      answer.once('error', () => response.destroy());
    });
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  }
}

/** Calls that were not refused with this code while these answered in the server's place; the proxy is healed. */
export async function takenFromStrangers(
  proxy: FaultProxy,
  strangers: readonly Strange[],
  calls: Readonly<Record<string, () => Promise<unknown>>>,
  code: string,
): Promise<readonly unknown[]> {
  const taken: unknown[] = [];
  for (const strange of strangers) {
    proxy.fail(strange);
    for (const [name, call] of Object.entries(calls)) {
      const answer = await call().then(
        (value) => ({ value }),
        (fault: unknown) => fault,
      );
      if ((answer as { code?: string }).code !== code) taken.push([name, strange, answer]);
    }
  }
  proxy.heal();
  return taken;
}

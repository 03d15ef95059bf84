import { httpRefusals, problemOf, refuseHttp, type HttpConfig } from '#platform/http';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { StartWait } from './opening.js';

/**
 * Stands at the address of a process while that waits for what it cannot start without: alive, not ready, and nothing else is answered. It
 * knows no route and keeps no request.
 */
export class WaitingRoom {
  private server: Server | undefined;
  private wait: StartWait | undefined;

  constructor(private readonly config: Pick<HttpConfig, 'host' | 'port'>) {}

  async open(wait: StartWait): Promise<void> {
    this.wait = wait;
    if (this.server !== undefined) return;
    const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
      const path = request.url?.split('?', 1)[0];
      const [status, type, body]: readonly [number, string, object] =
        path === '/healthz'
          ? [200, 'application/json', { alive: true }]
          : path === '/readyz'
            ? [503, 'application/json', { waits: this.wait }]
            : [503, 'application/problem+json', problemOf(refuseHttp('http.starting', { dependency: this.wait?.for ?? '' }), httpRefusals)];
      response.writeHead(status, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'no-store',
        'retry-after': '5',
        connection: 'close',
      });
      response.end(JSON.stringify(body));
      request.resume();
    });
    this.server = server;
    server.listen(this.config.port, this.config.host);
    await once(server, 'listening');
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

import { createServer, request as plainly, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as secretly } from 'node:https';
import type { AddressInfo } from 'node:net';
import { shapeOfRequest, type Dependency } from './call.js';
import type { Identity } from '../support/through-proxy.js';
import type { Watched } from './faults.js';

/** A watch has no end: its answer counts as whole when it begins. */
const endless = (target: string): boolean => /[?&]watch=(?:true|1)\b/.test(target);

/** A relay of HTTP requests between one process and a server. @returns the address at which the process finds it, and what ends it. */
export async function relayHttp(
  target: string,
  dependency: Dependency,
  watched: Watched,
  identity?: Identity,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { hostname: host, port } = new URL(target);
  // Who comes with a token of somebody's is not taken for the one whose certificate this is.
  const agents = identity && { ours: new Agent({ keepAlive: true, ...identity }), theirs: new Agent({ keepAlive: true, ca: identity.ca }) };
  const server = createServer({ keepAliveTimeout: 5_000, requestTimeout: 0, headersTimeout: 0 });

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = 'GET', url: path = '/', headers } = request;
    const fault = watched.struck(dependency, shapeOfRequest(method, path));
    const broken = (): void => {
      request.socket.destroy();
      response.destroy();
    };
    if (fault === 'before') {
      broken();
      return;
    }
    if (fault === 'hang') {
      // Taken, so that what is sent arrives; never answered.
      request.resume();
      return;
    }
    const over = (): void => {
      if (fault === 'death') watched.kill();
      broken();
    };
    // The host that was signed for (S3) stays as the client wrote it.
    const asked = { host, port, path, method, headers };
    const onward = (agents === undefined ? plainly : secretly)(
      { ...asked, ...(agents && { agent: headers.authorization === undefined ? agents.ours : agents.theirs }) },
      (answer) => {
        answer.once('error', broken);
        if (fault === undefined) {
          response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
          response.flushHeaders();
          answer.pipe(response);
        } else if (endless(path)) over();
        else answer.resume().once('end', over);
      },
    );
    onward.once('error', broken);
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  };
  server.on('request', serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agents?.ours.destroy();
      agents?.theirs.destroy();
    },
  };
}

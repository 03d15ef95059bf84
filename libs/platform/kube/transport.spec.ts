import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { defaultLimits } from '#platform/config';
import { kubeConfig } from './config.js';
import type { Connection } from './connection.js';
import { Transport, type KubeRequest } from './transport.js';

/** Paths in the order in which they came; `/cut` is answered when it is let go. */
const came: string[] = [];
const letGo = Promise.withResolvers<undefined>();
const dispatcher = new Agent();
let server: Server;
let transport: Transport;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    came.push(path);
    void (path === '/cut' ? letGo.promise : Promise.resolve()).then(() => response.end('{}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = {
    server: `http://127.0.0.1:${String(port)}`,
    credentials: () => Promise.resolve({ headers: {}, dispatcher }),
  } as unknown as Connection;
  const settings = kubeConfig.parse({ inCluster: true, requestsPerSecond: 1_000, burst: 1_000 });
  transport = new Transport(connection, settings, defaultLimits.cluster);
});
afterAll(async () => {
  await dispatcher.close();
  server.close();
});

const ask = (path: string, share?: KubeRequest['share']) =>
  transport.ask({ method: 'GET', path, ...(share === undefined ? {} : { share }) });
const passes = (): number => came.filter((path) => path === '/pass').length;

describe('while a cut waits for the cluster', () => {
  it('passes go on at a slow pace; looks that are no cut’s, and the lease of the lead, wait for nothing', async () => {
    const began = performance.now();
    const cut = ask('/cut', 'cuts');
    const held = Promise.all(Array.from({ length: 60 }, () => ask('/pass', 'passes')));
    await Promise.all([...Array.from({ length: 8 }, () => ask('/look', 'looks')), ask('/lease')]);
    while (passes() < 3) await ask('/look', 'looks');
    const elapsedMs = performance.now() - began;
    expect(passes()).toBeLessThanOrEqual(1 + Math.ceil((elapsedMs * 15) / 1_000));
    letGo.resolve(undefined);
    await cut;
    await held;
    expect(passes()).toBe(60);
  }, 30_000);
});

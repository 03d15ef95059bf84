import { KubeCluster, kubeConfig, type Term } from '#platform/kube';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Answers every request at once, but for those under `/held`. */
const held: ServerResponse[] = [];
const asked: string[] = [];
const server = createServer((request, response) => {
  const path = request.url ?? '';
  asked.push(path);
  response.setHeader('content-type', 'application/json');
  if (path.startsWith('/held')) held.push(response);
  else response.end('{}');
});
const term: Term = { number: 1, isCurrent: () => true };
let dir = '';
let cluster: KubeCluster;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-precedence-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeconfig = join(dir, 'kubeconfig');
  const clusters = [{ name: 'one', cluster: { server: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` } }];
  const contexts = [{ name: 'one', context: { cluster: 'one', user: 'one' } }];
  await writeFile(
    kubeconfig,
    JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters, contexts, users: [{ name: 'one', user: {} }], 'current-context': 'one' }),
  );
  cluster = KubeCluster.open(kubeConfig.parse({ kubeconfig }));
});
afterAll(async () => {
  await cluster.close();
  server.close();
  await rm(dir, { recursive: true, force: true });
});

describe('requests to the API server', () => {
  it('of passes wait for those of cuts; those that keep the lead, and other cuts, wait for nobody', async () => {
    const get = (of: Pick<KubeCluster, 'ask'>, path: string): Promise<unknown> => of.ask({ method: 'GET', path });
    const cuts = cluster.fenced(term, 'cuts');
    const arrived = once(server, 'request');
    const cut = get(cuts, '/held');
    await arrived;
    const pass = get(cluster.fenced(term), '/pass');
    await get(cluster, '/lease');
    await get(cuts, '/other-cut');
    expect(asked).toEqual(['/held', '/lease', '/other-cut']);
    held[0]?.end('{}');
    await Promise.all([cut, pass]);
    expect(asked).toEqual(['/held', '/lease', '/other-cut', '/pass']);
  });
});

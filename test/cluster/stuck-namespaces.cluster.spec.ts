import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#kernel';
import { defaultLimits } from '#platform/config';
import { asSeen, KubeCluster, kubeConfig, type KubeObject, type Leadership } from '#platform/kube';
import { startControlPlane, type ControlPlane } from '../../deploy/embedded/servers/control-plane.js';
import type { WantedDomain } from '../../libs/domains/application/operator-desk.js';
import { destroyZones } from '../../libs/domains/reconcile/destroy.js';
import { takeStock } from '../../libs/domains/reconcile/inventory.js';
import { carryOutOrder } from '../../libs/domains/reconcile/orders.js';
import { planZone } from '../../libs/domains/reconcile/zone-pass.js';
import { FaultProxy, faults } from '../support/fault-proxy.js';
import { identityIn, writeProxiedKubeconfig } from '../support/through-proxy.js';
import { believing, eventually, operatorSubject } from './support/zones.js';

const withinMs = 5_000;
const finalizer = 'opdomain.test/kept';

describe('a namespace that does not go', () => {
  let dir = '';
  let plane: ControlPlane;
  let admin: KubeCluster;
  const open = async (): Promise<string> => {
    const name = `stuck-${newId().slice(-8)}`;
    await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return name;
  };
  const standing = (namespace: string): Promise<KubeObject | undefined> =>
    admin.read({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  const zoneOf = (namespace: string) => {
    const none = { lostAt: null, goneAt: null };
    return { id: newId(), domainId: newId(), zone: 'dev' as const, namespace, createdAt: '', madeAt: '2026-01-01T00:00:00.000Z', ...none };
  };
  const leaving = (...namespaces: readonly string[]): WantedDomain =>
    ({ domain: { state: 'destroying' }, zones: namespaces.map(zoneOf) }) as unknown as WantedDomain;
  const found = async (namespace: string): Promise<string> => {
    const leadership = { cluster: admin, term: believing(1) } as unknown as Leadership;
    return (await planZone(leadership, leaving(namespace), zoneOf(namespace), operatorSubject)).found;
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opdomain-stuck-'));
    plane = await startControlPlane({ dir, durable: false });
    admin = await KubeCluster.open(kubeConfig.parse({ kubeconfig: plane.kubeconfigPath, requestsPerSecond: 300, burst: 300 }));
  }, 900_000);
  afterAll(async () => {
    await (admin as KubeCluster | undefined)?.close();
    await (plane as ControlPlane | undefined)?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('for an object’s finalizer is named with the object, is not recorded as gone, and goes once the finalizer is taken away [DEST-02]', async () => {
    const namespace = await open();
    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace, finalizers: [finalizer] } };
    await admin.create(held);
    const left = await destroyZones(admin, [namespace], withinMs);
    expect(left).toContainEqual({ what: `ConfigMap ${namespace}/held`, why: `finalizer ${finalizer}` });
    expect(left.map(({ what }) => what)).toContain(`Namespace ${namespace}`);
    expect(await found(namespace)).toBe('leaving');
    const seen = await admin.read<KubeObject>({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'held' });
    if (seen === undefined) throw new Error('its finalizer was stripped');
    await admin.replace({ ...held, metadata: { name: 'held', namespace } }, asSeen(seen));
    expect(await destroyZones(admin, [namespace], 60_000)).toEqual([]);
    expect(await standing(namespace)).toBeUndefined();
    expect(await found(namespace)).toBe('gone');
  }, 240_000);

  it('for an aggregated API that is down is named with the API, which an inventory misses too [DEST-01] [DEST-02]', async () => {
    const namespace = await open();
    const service = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.down.opdomain.test' },
      spec: {
        ...{ group: 'down.opdomain.test', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true },
        service: { namespace: 'default', name: 'nobody' },
      },
    };
    await admin.create(service);
    const until = Date.now() + 60_000;
    while ((await admin.served()).silent.length === 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(takeStock(admin, [namespace])).rejects.toMatchObject({
      code: 'domain.api-silent',
      details: { left: [expect.stringContaining('API down.opdomain.test/v1')] },
    });
    const left = await destroyZones(admin, [namespace], withinMs);
    expect(left).toContainEqual({
      what: 'API down.opdomain.test/v1',
      why: expect.stringContaining(`does not say what it holds in ${namespace}`),
    });
    expect(await found(namespace)).toBe('leaving');
    const ref = { apiVersion: service.apiVersion, kind: service.kind, name: service.metadata.name };
    // Its status is written by the aggregator all the time: what was read a moment ago is not what stands there now.
    await eventually('the APIService to be removed', async () => {
      const registered = await admin.read(ref);
      if (registered === undefined) return true;
      await admin.remove(ref, asSeen(registered)).catch(() => undefined);
      return undefined;
    });
    expect(await destroyZones(admin, [namespace], 90_000)).toEqual([]);
    expect(await found(namespace)).toBe('gone');
  }, 300_000);

  it('is unknown while the API server is away, in every way that it can be; only its own “not found” is gone [DEST-02]', async () => {
    const [there, gone] = [await open(), `never-${newId().slice(-8)}`];
    const { server, identity } = identityIn(plane.kubeconfigPath);
    const proxy = await FaultProxy.before(server, identity);
    const kubeconfig = join(dir, 'through-proxy.kubeconfig');
    await writeProxiedKubeconfig(kubeconfig, proxy.url);
    const through = await KubeCluster.open(kubeConfig.parse({ kubeconfig, attempts: 1 }), { ...defaultLimits.cluster, requestMs: 8_000 });
    const attempts = async (asked: KubeCluster): Promise<{ outcome: string; answer: string }[]> => {
      const room = { wanted: leaving(there, gone), leadership: { cluster: asked } as unknown as Leadership, operator: operatorSubject };
      const answer = await carryOutOrder('recover', { ...room, goneWithinMs: withinMs, verdicts: [] });
      return answer['attempts'] as { outcome: string; answer: string }[];
    };
    try {
      const told = (...outcomes: readonly string[]) => outcomes.map((outcome) => ({ outcome }));
      expect(await attempts(through)).toMatchObject(told('recovered', 'gone', 'gone', 'gone'));
      const mark = await through.read({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
      expect(mark?.metadata.uid).toBeDefined();
      for (const fault of faults) {
        proxy.fail(fault);
        expect(await attempts(through)).toMatchObject(told('unknown', 'unknown', 'unknown', 'unknown'));
        proxy.heal();
      }
    } finally {
      await through.close();
      await proxy.close();
    }
  }, 240_000);
});

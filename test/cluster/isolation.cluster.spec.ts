import { codeOf } from '#kernel';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asSeen, KubeCluster, kubeConfig, LeaderElection, sayRef, refOf, type Cluster, type KubeObject, type Term } from '#platform/kube';
import { startControlPlane, type ControlPlane } from '../../deploy/embedded/servers/control-plane.js';
import type { Verdict } from '../../libs/domains/domain/probes.js';
import type { ZoneSpec } from '../../libs/domains/domain/zone.js';
import { denyAll } from '../../libs/domains/manifests/namespace.js';
import { installation, zonePodSpec } from '../../libs/domains/manifests/index.js';
import { carryOut } from '../../libs/domains/reconcile/carry-out.js';
import { sayStep } from '../../libs/domains/reconcile/difference.js';
import { probedZone, probeZone } from '../../libs/domains/reconcile/probing.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import {
  believing,
  catalogueImage,
  eventually,
  newDomainSpecs,
  operatorSubject,
  operatorUser,
  planFor,
  refusalOf,
  repair,
} from './support/zones.js';

const admission = 'admissionregistration.k8s.io/v1';
const rbac = 'rbac.authorization.k8s.io/v1';
const networking = 'networking.k8s.io/v1';

describe('isolation by the cluster’s own objects', () => {
  let dir = '';
  let plane: ControlPlane;
  let admin: KubeCluster;
  let operator: KubeCluster;
  const first = newDomainSpecs();
  const second = newDomainSpecs();
  const all = [first.dev, first.prod, second.dev, second.prod];
  let term = 1;

  const open = (path: string): Promise<KubeCluster> =>
    KubeCluster.open(kubeConfig.parse({ kubeconfig: path, requestsPerSecond: 500, burst: 500 }));
  const start = async (): Promise<void> => {
    plane = await startControlPlane({ dir, durable: false });
  };
  const failing = async (spec: ZoneSpec): Promise<readonly Verdict[]> => {
    const strangers = all.filter((other) => other !== spec).map((other) => other.namespace);
    return (await probeZone(operator, probedZone(spec), strangers)).filter((verdict) => !verdict.holds);
  };
  /** Takes a policy's binding away, as only somebody outside the guarantee can, and puts it back afterwards. */
  const withoutPolicy = async (name: string, work: () => Promise<void>): Promise<void> => {
    const binding = installation({ operator: operatorSubject }).find(
      (object) => object.kind === 'ValidatingAdmissionPolicyBinding' && object.metadata.name === name,
    );
    const standing = await admin.read({ apiVersion: admission, kind: 'ValidatingAdmissionPolicyBinding', name });
    if (!binding || !standing) throw new Error(`no binding ${name}`);
    await admin.remove(refOf(standing), asSeen(standing));
    await work();
    await admin.create(binding);
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opdomain-isolation-'));
    await start();
    admin = await open(plane.kubeconfigPath);
    operator = await open(await plane.kubeconfigFor(operatorUser));
    for (const object of installation({ operator: operatorSubject })) await admin.apply(object);
    await eventually('the operator may look', async () => {
      const answer = await operator.ask({ method: 'GET', path: '/api/v1/namespaces' });
      return answer.status === 200 ? true : undefined;
    });
    for (const spec of all) await repair(operator, spec, term);
    await eventually('every wall stands', async () => ((await Promise.all(all.map(failing))).flat().length === 0 ? true : undefined)).catch(
      () => undefined,
    );
  }, 900_000);

  afterAll(async () => {
    await (operator as KubeCluster | undefined)?.close();
    await (admin as KubeCluster | undefined)?.close();
    await (plane as ControlPlane | undefined)?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('has policies that the API server compiles without a complaint', async () => {
    interface Checked extends KubeObject {
      readonly status?: {
        readonly observedGeneration?: number;
        readonly typeChecking?: { readonly expressionWarnings?: readonly { readonly warning: string }[] };
      };
    }
    const complaints = await eventually('policies are type-checked', async () => {
      const { items } = await admin.list<Checked>({ apiVersion: admission, kind: 'ValidatingAdmissionPolicy' });
      if (items.some((policy) => policy.status?.observedGeneration === undefined)) return undefined;
      return items.flatMap((policy) => policy.status?.typeChecking?.expressionWarnings ?? []);
    });
    expect(complaints).toEqual([]);
  });

  it('refuses every probe in every zone of two domains, each for its own reason [ISO-01] [ISO-02] [ISO-03] [ISO-05]', async () => {
    for (const spec of all) expect(await failing(spec)).toEqual([]);
  });

  it('plans nothing for a zone that stands as it should: twice is once', async () => {
    for (const spec of all) expect((await planFor(operator, spec)).map(sayStep)).toEqual([]);
  });

  it('takes over what the cluster’s own controllers made in a new zone between the look and the work', async () => {
    const { dev: fresh } = newDomainSpecs();
    const fenced = operator.fenced(believing(term));
    const steps = await planFor(operator, fresh);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: fresh.namespace, name: 'default' };
    await carryOut(fenced, steps.slice(0, 1));
    await eventually('the controllers’ own account', () => admin.read(account));
    await carryOut(fenced, steps.slice(1));
    expect(await planFor(operator, fresh)).toEqual([]);
    expect(await admin.read(account)).toMatchObject({ automountServiceAccountToken: false });
  });

  it('refuses a cluster administrator a shell, a node’s proxy and a foreign image too [ISO-03] [SEAT-05]', async () => {
    const pods = `/api/v1/namespaces/${first.prod.namespace}/pods`;
    const exec = await admin.ask({ method: 'POST', path: `${pods}/opdomain-probe-target/exec`, query: { command: 'id', stdout: 'true' } });
    expect(exec.error?.message).toContain('opdomain/no-exec:');
    const proxy = await admin.ask({ method: 'GET', path: '/api/v1/nodes/any/proxy/pods' });
    expect(proxy.error?.message).toContain('opdomain/no-node-proxy:');
    const pod: KubeObject & { spec: unknown } = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'intruder', namespace: first.prod.namespace },
      spec: {
        ...zonePodSpec({}),
        containers: [
          { name: 'x', image: catalogueImage, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
        ],
      },
    };
    expect(await refusalOf(admin.create(pod))).toContain('opdomain/operator-only:');
  });

  it('lets nobody but the operator open the network or widen a right in a zone [ISO-01]', async () => {
    const policy = { apiVersion: networking, kind: 'NetworkPolicy', namespace: first.dev.namespace, name: 'default-deny' };
    const standing = await admin.read(policy);
    if (!standing) throw new Error('no default-deny');
    expect(await refusalOf(admin.remove(policy, asSeen(standing)))).toContain('opdomain/operator-only:');
    const namespace = await admin.ask({
      method: 'PATCH',
      path: `/api/v1/namespaces/${first.dev.namespace}`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { 'opdomain.cn/zone': null } } },
    });
    expect(namespace.error?.message).toContain('opdomain/operator-only:');
  });

  it('keeps the operator itself to zones: it binds, labels and writes nowhere else', async () => {
    const label = await operator.ask({
      method: 'PATCH',
      path: '/api/v1/namespaces/kube-system',
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { 'opdomain.cn/zone': 'dev' } } },
    });
    expect(label.error?.message).toMatch(/opdomain\/(operator-bounds|zone-fixed):/);
    const widest = await operator.ask({
      method: 'POST',
      path: `/apis/${rbac}/namespaces/${first.dev.namespace}/rolebindings`,
      body: {
        apiVersion: rbac,
        kind: 'RoleBinding',
        metadata: { name: 'wide', annotations: { 'opdomain.cn/term': '9' } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'opdomain-workload', namespace: first.dev.namespace }],
      },
    });
    expect(widest.status).toBe(403);
    expect(await refusalOf(operator.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'kube-system' }))).toContain(
      'cannot list resource "secrets"',
    );
  });

  it('repairs a deleted NetworkPolicy, a widened RoleBinding and a foreign hole, and says what it did', async () => {
    const spec = first.dev;
    await withoutPolicy('opdomain-walls', async () => {
      await eventually('the policy no longer holds', async () => {
        const standing = await admin.read({
          apiVersion: networking,
          kind: 'NetworkPolicy',
          namespace: spec.namespace,
          name: 'default-deny',
        });
        if (!standing) return true;
        await refusalOf(admin.remove(refOf(standing), asSeen(standing)));
        return undefined;
      });
      const hole = { ...denyAll(spec), metadata: { name: 'hole', namespace: spec.namespace } };
      await admin.create({ ...hole, spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] } });
      const binding = await admin.read<KubeObject & { subjects: readonly unknown[] }>({
        apiVersion: rbac,
        kind: 'RoleBinding',
        namespace: spec.namespace,
        name: 'opdomain-workload',
      });
      if (!binding) throw new Error('no binding');
      await admin.replace(
        {
          ...binding,
          subjects: [...binding.subjects, { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' }],
        },
        asSeen(binding),
      );
    });
    const done = await repair(operator, spec, term);
    expect(done.map((step) => step.replace(`${spec.namespace}/`, ''))).toEqual([
      'remove NetworkPolicy hole: not wanted',
      'create NetworkPolicy default-deny: missing',
      'replace RoleBinding opdomain-workload: subjects',
    ]);
    expect((await planFor(operator, spec)).map(sayStep)).toEqual([]);
    await eventually('every wall stands again', async () => ((await failing(spec)).length === 0 ? true : undefined));
  });

  it('loses nothing and starts nothing while a domain is sealed, whoever asks', async () => {
    const sealed = { ...second.prod, sealed: true };
    await repair(operator, sealed, term);
    const namespace = await admin.read({ apiVersion: 'v1', kind: 'Namespace', name: sealed.namespace });
    if (!namespace) throw new Error('no namespace');
    await eventually('the seal holds', async () => {
      const refusal = await refusalOf(operator.fenced(believing(term)).remove(refOf(namespace), asSeen(namespace), { dryRun: true }));
      return refusal.includes('opdomain/sealed:') ? true : undefined;
    });
    const pod = {
      ...zonePodSpec({}),
      containers: [
        { name: 'x', image: catalogueImage, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
      ],
    };
    const start = operator
      .fenced(believing(term))
      .create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'late', namespace: sealed.namespace }, spec: pod } as KubeObject);
    expect(await refusalOf(start)).toContain('opdomain/sealed:');
    await repair(operator, second.prod, term);
  });

  it('refuses, in the API server, what a leader writes whose term is over', async () => {
    const late = term;
    term += 1;
    await repair(operator, first.prod, term);
    const asleep = operator.fenced(believing(late));
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'restored', namespace: first.prod.namespace } };
    await eventually('the zone carries the new term', async () => {
      const refusal = await refusalOf(asleep.create(secret, { dryRun: true }));
      return refusal.includes('opdomain/term:') ? true : undefined;
    });
    expect(await refusalOf(operator.create(secret))).toContain('opdomain/term:');
    const over = operator.fenced({ number: late, isCurrent: () => false });
    await expect(over.create(secret)).rejects.toMatchObject({ code: 'kube.term-over' });
    expect(await refusalOf(operator.fenced(believing(term)).create(secret))).toBe('let through');
    expect((await repair(operator, first.prod, term)).join()).toBe('');
  });

  it('elects one of two candidates; the next term is larger and begins only after the first', async () => {
    const seen: { who: string; number: number }[] = [];
    const running = new Set<string>();
    const candidate = (who: string) => {
      const election = new LeaderElection(operator, {
        namespace: 'opdomain-system',
        name: 'test',
        identity: who,
        leaseSeconds: 2,
        renewMs: 200,
      });
      const done = election.run(async (at: Term, lost) => {
        running.add(who);
        expect(running.size).toBe(1);
        seen.push({ who, number: at.number });
        await new Promise<void>((resolve) => {
          lost.addEventListener(
            'abort',
            () => {
              resolve();
            },
            { once: true },
          );
        });
        expect(at.isCurrent()).toBe(false);
        running.delete(who);
      });
      return { election, done };
    };
    const both = { a: candidate('a'), b: candidate('b') };
    const leader = await eventually('one leads', () => Promise.resolve(seen[0]));
    const [front, other] = leader.who === 'a' ? [both.a, both.b] : [both.b, both.a];
    front.election.stop();
    await front.done;
    const next = await eventually('the other leads', () => Promise.resolve(seen[1]));
    expect(next.who).not.toBe(leader.who);
    expect(next.number).toBeGreaterThan(leader.number);
    other.election.stop();
    await other.done;
  });

  /** The same cluster, and how often something was read of it. */
  const counting = (of: Cluster): { readonly cluster: Cluster; readonly asked: () => number } => {
    let asked = 0;
    const cluster: Cluster = Object.assign(Object.create(of) as Cluster, {
      read: (ref: Parameters<Cluster['read']>[0]) => {
        asked += 1;
        return of.read(ref);
      },
    });
    return { cluster, asked: () => asked };
  };

  it('says once that it cannot take the lead where there is no place for it, however often it tries', async () => {
    const told: unknown[] = [];
    const { cluster, asked } = counting(admin);
    const names = { namespace: 'opdomain-nowhere', name: 'silent', identity: 'alone' };
    const election = new LeaderElection(cluster, { ...names, renewMs: 50, cannotAsk: (fault) => void told.push(fault) });
    const done = election.run(() => Promise.reject(new Error('leads nowhere')));
    await eventually('it tried more than once', () => Promise.resolve(asked() > 2 || undefined));
    expect(told).toEqual([expect.objectContaining({ reason: 'NotFound' })]);
    election.stop();
    await done;
  });

  it('says once that it cannot ask for the lead, however often it tries, and leads as soon as it can', async () => {
    const proxy = await TcpProxy.before(Number(new URL(plane.server).port));
    const own = await readFile(await plane.kubeconfigFor(operatorUser), 'utf8');
    const through = join(dir, 'behind-proxy.kubeconfig');
    await writeFile(through, own.replaceAll(plane.server, plane.server.replace(/:\d+$/, `:${String(proxy.port)}`)));
    const behind = await open(through);
    await proxy.go('refuse');
    const told: string[] = [];
    const { cluster, asked } = counting(behind);
    const names = { namespace: 'opdomain-system', name: 'silent', identity: 'alone' };
    const election = new LeaderElection(cluster, { ...names, renewMs: 50, cannotAsk: (fault) => void told.push(codeOf(fault)) });
    let leads = false;
    const done = election.run((_, lost) => {
      leads = true;
      return new Promise((resolve) => {
        lost.addEventListener('abort', () => resolve(), { once: true });
      });
    });
    await eventually('it tried more than once', () => Promise.resolve(asked() > 2 || undefined));
    expect(told).toEqual(['kube.unreachable']);
    await proxy.go('pass');
    await eventually('it leads', () => Promise.resolve(leads || undefined));
    election.stop();
    await done;
    await behind.close();
    await proxy.close();
  });

  it('asks over a handful of connections, not one for every request', async () => {
    let connected = 0;
    const count = (): void => {
      connected += 1;
    };
    subscribe('undici:client:connected', count);
    for (let asked = 0; asked < 100; asked += 1) await operator.list({ apiVersion: 'v1', kind: 'Namespace', labels: 'opdomain.cn/zone' });
    unsubscribe('undici:client:connected', count);
    expect(connected).toBeLessThanOrEqual(2);
  });

  it('hears of changes again after the API server was away, and is not ready meanwhile', async () => {
    const informer = operator.informer({ apiVersion: 'v1', kind: 'ServiceAccount', labels: 'opdomain.cn/zone' });
    await informer.start();
    expect(informer.isReady()).toBe(true);
    expect(informer.all().map((object) => sayRef(refOf(object)))).toContain(`ServiceAccount ${first.dev.namespace}/opdomain-prober`);
    await plane.stop();
    await eventually('the informer notices', () => Promise.resolve(informer.isReady() ? undefined : true));
    await expect(operator.read({ apiVersion: 'v1', kind: 'Namespace', name: 'default' })).rejects.toMatchObject({
      code: 'kube.unreachable',
    });
    await start();
    await eventually('the informer is back', () => Promise.resolve(informer.isReady() ? true : undefined));
    const rung = Promise.withResolvers<string>();
    informer.onKey((key) => {
      if (key.endsWith('/opdomain-workload')) rung.resolve(key);
    });
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: second.dev.namespace, name: 'opdomain-workload' };
    const standing = await operator.read(account);
    if (!standing) throw new Error('no account');
    await eventually('the right is back', async () => {
      const refusal = await refusalOf(operator.fenced(believing(term)).remove(account, asSeen(standing)));
      return refusal === 'let through' ? true : undefined;
    });
    expect(await rung.promise).toBe(`${second.dev.namespace}/opdomain-workload`);
    await informer.stop();
    await repair(operator, second.dev, term);
    for (const spec of all) expect(await failing(spec)).toEqual([]);
  });
});

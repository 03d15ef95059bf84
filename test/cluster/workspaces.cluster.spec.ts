import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#kernel';
import { asSeen, KubeCluster, kubeConfig, type KubeObject, refOf } from '#platform/kube';
import { startControlPlane, type ControlPlane } from '../../deploy/embedded/servers/control-plane.js';
import { installation } from '../../libs/domains/manifests/index.js';
import { placed } from '../../libs/domains/manifests/placed.js';
import { workspaceManifests, workspacePod, type WorkspaceSpec } from '../../libs/seats/manifests/workspace.manifests.js';
import {
  believing,
  catalogueImage,
  eventually,
  newDomainSpecs,
  operatorSubject,
  operatorUser,
  refusalOf,
  repair,
} from './support/zones.js';

describe('a workspace in a zone with all its walls', () => {
  let dir = '';
  let plane: ControlPlane;
  let admin: KubeCluster;
  let operator: KubeCluster;
  const { dev } = newDomainSpecs();
  const spec: WorkspaceSpec = {
    workspaceId: newId(),
    seatId: newId(),
    scenarioId: newId(),
    domainId: dev.domainId,
    namespace: dev.namespace,
    image: catalogueImage,
    sessionSeconds: 3600,
    size: { cpu: '1', memory: '1Gi', scratch: '2Gi' },
    nodePool: null,
    gatewayNamespace: 'opdomain-system',
  };
  const open = (path: string): Promise<KubeCluster> =>
    KubeCluster.open(kubeConfig.parse({ kubeconfig: path, requestsPerSecond: 500, burst: 500 }));
  /** As the operator makes it: a dry run is admitted and validated like the real thing. */
  const tried = (object: KubeObject): Promise<string> =>
    refusalOf(operator.fenced(believing(1)).create(placed(object, dev, 'seat'), { dryRun: true }));
  const podWith = (change: Record<string, unknown>): KubeObject => {
    const pod = workspacePod(spec);
    return { ...pod, spec: { ...pod.spec, ...change } } as KubeObject;
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opdomain-workspaces-'));
    plane = await startControlPlane({ dir, durable: false });
    admin = await open(plane.kubeconfigPath);
    operator = await open(await plane.kubeconfigFor(operatorUser));
    for (const object of installation({ operator: operatorSubject })) await admin.apply(object);
    await eventually('the operator may look', async () => {
      const answer = await operator.ask({ method: 'GET', path: '/api/v1/namespaces' });
      return answer.status === 200 ? true : undefined;
    });
    await repair(operator, dev, 1);
    // A policy takes a moment to stand: until then the unlisted image would be let through.
    await eventually('the walls stand', async () =>
      (await tried(podWith({ containers: unlisted() }))).includes('opdomain/') ? true : undefined,
    );
  }, 900_000);

  afterAll(async () => {
    await (operator as KubeCluster | undefined)?.close();
    await (admin as KubeCluster | undefined)?.close();
    await (plane as ControlPlane | undefined)?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const unlisted = (): unknown[] =>
    workspacePod(spec).spec.containers.map((container) => ({ ...container, image: `registry.example/other@sha256:${'b'.repeat(64)}` }));

  it('is let in as it is written: pod security, admission, quota and validation accept it [SEAT-05]', async () => {
    for (const object of workspaceManifests(spec)) expect(await tried(object)).toBe('let through');
  });

  it('is refused with an unlisted image, a token, or somebody else’s account, each for its own reason [SEAT-05] [ISO-05]', async () => {
    expect(await tried(podWith({ containers: unlisted() }))).toContain('opdomain/catalogue-image');
    expect(await tried(podWith({ automountServiceAccountToken: true }))).toContain('opdomain/no-token-mount');
    expect(await tried(podWith({ serviceAccountName: 'opdomain-prober' }))).toContain('opdomain/service-account');
  });

  it('stands once it is made and is gone once it is removed, which is what a receipt asks about', async () => {
    const fenced = operator.fenced(believing(1));
    for (const object of workspaceManifests(spec)) await fenced.create(placed(object, dev, 'seat'));
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace: dev.namespace, name: workspacePod(spec).metadata.name };
    const standing = await operator.read(pod);
    expect(standing?.metadata.labels).toMatchObject({ 'opdomain.cn/seat': spec.seatId, 'opdomain.cn/scenario': spec.scenarioId });
    if (standing) await fenced.remove(refOf(standing), asSeen(standing));
    await eventually('the pod to be gone', async () => ((await operator.read(pod)) === undefined ? true : undefined));
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sha256 } from '#kernel';
import { workspaceManifests, workspaceNetworkPolicy, workspacePod, type WorkspaceSpec } from './workspace.manifests.js';

const spec: WorkspaceSpec = {
  workspaceId: '0190c0de-0000-7000-8000-000000000001',
  seatId: '0190c0de-0000-7000-8000-000000000002',
  scenarioId: '0190c0de-0000-7000-8000-000000000003',
  domainId: '0190c0de-0000-7000-8000-000000000004',
  namespace: 'opd-1-dev-abcdef',
  image: `registry.local/workspaces/python@${sha256('python')}`,
  sessionSeconds: 28_800,
  size: { cpu: '1', memory: '1Gi', scratch: '2Gi' },
  nodePool: 'dev',
  gatewayNamespace: 'opdomain-system',
};
const anySpec: fc.Arbitrary<WorkspaceSpec> = fc
  .record({ workspaceId: fc.uuid(), seatId: fc.uuid(), scenarioId: fc.uuid(), sessionSeconds: fc.integer({ min: 1, max: 86_400 }) })
  .map((some) => ({ ...spec, ...some }));

describe('the objects of a workspace', () => {
  it('carry seat and scenario [SEAT-01]', () => {
    fc.assert(
      fc.property(anySpec, (given) => {
        for (const { metadata } of workspaceManifests(given)) {
          expect(metadata.labels).toMatchObject({ 'opdomain.cn/seat': given.seatId, 'opdomain.cn/scenario': given.scenarioId });
          expect(metadata.namespace).toBe(given.namespace);
          expect(metadata.name.length).toBeLessThanOrEqual(63);
        }
      }),
    );
  });

  it('let the gateway in, nobody else, and nothing out [ISO-01]', () => {
    const policy = workspaceNetworkPolicy(spec);
    expect(policy.spec.egress).toEqual([]);
    expect(policy.spec.ingress.flatMap(({ from }) => from)).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'opdomain-system' } },
        podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } },
      },
    ]);
  });

  it('give the pod no token, no privilege, an image by digest and an end [SEAT-05]', () => {
    fc.assert(
      fc.property(anySpec, (given) => {
        const pod = workspacePod(given).spec;
        expect(pod).toMatchObject({
          automountServiceAccountToken: false,
          activeDeadlineSeconds: given.sessionSeconds,
          restartPolicy: 'Never',
        });
        expect(pod).not.toHaveProperty('hostNetwork');
        expect(pod.volumes.every((volume) => 'emptyDir' in volume)).toBe(true);
        for (const { image, securityContext, resources } of pod.containers) {
          expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
          expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true });
          expect(resources.limits).toEqual(resources.requests);
        }
      }),
    );
  });

  it('are made with the policy before the pod', () => {
    expect(workspaceManifests(spec).map(({ kind }) => kind)).toEqual(['NetworkPolicy', 'Pod']);
  });
});

import type { V1NetworkPolicy, V1Pod, V1ServiceAccount } from '@kubernetes/client-node';
import type { Id } from '#kernel';

/** What a workspace's objects are made of; everything else is fixed. */
export interface WorkspaceSpec {
  readonly workspaceId: Id;
  readonly seatId: Id;
  readonly scenarioId: Id;
  readonly domainId: Id;
  /** The domain's dev namespace. */
  readonly namespace: string;
  /** `repository@sha256:…`, from the catalogue. */
  readonly image: string;
  /** The kubelet ends the session after this many seconds by itself. */
  readonly sessionSeconds: number;
  readonly cpu: string;
  readonly memory: string;
  readonly scratch: string;
  /** Where the gateway's pods run: the only ones that are let in. */
  readonly gatewayNamespace: string;
}

export const workspacePort = 8080;
export const workspaceLabels = (spec: WorkspaceSpec): Record<string, string> => ({
  'app.kubernetes.io/managed-by': 'opdomain',
  'app.kubernetes.io/component': 'workspace',
  'opdomain.io/workspace': spec.workspaceId,
  'opdomain.io/seat': spec.seatId,
  'opdomain.io/scenario': spec.scenarioId,
  'opdomain.io/domain': spec.domainId,
});
export const workspaceName = (spec: Pick<WorkspaceSpec, 'workspaceId'>): string => `ws-${spec.workspaceId}`;

const named = (spec: WorkspaceSpec) => ({ name: workspaceName(spec), namespace: spec.namespace, labels: workspaceLabels(spec) });

/** An identity without rights and without a token: the pod has nothing to show to the API server. */
export const workspaceServiceAccount = (spec: WorkspaceSpec): V1ServiceAccount => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: named(spec),
  automountServiceAccountToken: false,
});

/** On top of the zone's default-deny: the gateway may come in, nothing may go out. */
export const workspaceNetworkPolicy = (spec: WorkspaceSpec): V1NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: named(spec),
  spec: {
    podSelector: { matchLabels: { 'opdomain.io/workspace': spec.workspaceId } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        _from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': spec.gatewayNamespace } },
            podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } },
          },
        ],
        ports: [{ protocol: 'TCP', port: workspacePort }],
      },
    ],
    egress: [],
  },
});

/** The session itself: Pod Security `restricted`, no token, no service links, ended by the kubelet when its time is over. */
export const workspacePod = (spec: WorkspaceSpec): V1Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: named(spec),
  spec: {
    serviceAccountName: workspaceName(spec),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    activeDeadlineSeconds: spec.sessionSeconds,
    terminationGracePeriodSeconds: 1,
    dnsPolicy: 'None',
    // A zone has no DNS; Kubernetes wants a server named with policy None, and this one answers nothing.
    dnsConfig: { nameservers: ['127.0.0.1'] },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10_001,
      runAsGroup: 10_001,
      fsGroup: 10_001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'workspace',
        image: spec.image,
        imagePullPolicy: 'IfNotPresent',
        ports: [{ containerPort: workspacePort, protocol: 'TCP' }],
        resources: {
          requests: { cpu: spec.cpu, memory: spec.memory, 'ephemeral-storage': spec.scratch },
          limits: { cpu: spec.cpu, memory: spec.memory, 'ephemeral-storage': spec.scratch },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [
          { name: 'home', mountPath: '/home/work' },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'home', emptyDir: { sizeLimit: spec.scratch } },
      { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
    ],
  },
});

/** All objects of a workspace in the order in which they are made: no pod before its policy. */
export const workspaceManifests = (spec: WorkspaceSpec): readonly [V1ServiceAccount, V1NetworkPolicy, V1Pod] => [
  workspaceServiceAccount(spec),
  workspaceNetworkPolicy(spec),
  workspacePod(spec),
];

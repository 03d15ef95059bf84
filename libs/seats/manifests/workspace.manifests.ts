import type { Id } from '#kernel';
import type { KubeObject } from '#platform/kube';

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
  readonly size: WorkspaceSize;
  /** Nodes of the zone; null where one pool serves both zones. */
  readonly nodePool: string | null;
  /** Where the gateway's pods run: the only ones that are let in. */
  readonly gatewayNamespace: string;
}
export interface WorkspaceSize {
  readonly cpu: string;
  readonly memory: string;
  readonly scratch: string;
}

/** Every pod of a zone runs as the zone's workload account, which has no rights and no token. */
const account = 'opdomain-workload';
const nodePoolKey = 'opdomain.cn/node-pool';
const seatLabel = 'opdomain.cn/seat';
const workspaceLabel = 'opdomain.cn/workspace';
const workspacePort = 8080;

const workspaceLabels = (spec: WorkspaceSpec): Record<string, string> => ({
  'app.kubernetes.io/managed-by': 'opdomain',
  'app.kubernetes.io/component': 'workspace',
  [workspaceLabel]: spec.workspaceId,
  [seatLabel]: spec.seatId,
  'opdomain.cn/scenario': spec.scenarioId,
  'opdomain.cn/domain': spec.domainId,
});
export const workspaceName = (workspaceId: Id): string => `ws-${workspaceId}`;

const metadata = (spec: WorkspaceSpec) => ({
  name: workspaceName(spec.workspaceId),
  namespace: spec.namespace,
  labels: workspaceLabels(spec),
});

/** On top of the zone's default-deny: the gateway may come in, nothing may go out. */
export const workspaceNetworkPolicy = (spec: WorkspaceSpec) =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(spec),
    spec: {
      podSelector: { matchLabels: { [workspaceLabel]: spec.workspaceId } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [
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
  }) as const satisfies KubeObject & { readonly spec: unknown };

const container = ({ image, size }: WorkspaceSpec) => {
  const resources = { cpu: size.cpu, memory: size.memory, 'ephemeral-storage': size.scratch };
  return {
    name: 'workspace',
    image,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ containerPort: workspacePort, protocol: 'TCP' }],
    resources: { requests: resources, limits: resources },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'home', mountPath: '/home/work' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
};

/** The session itself: Pod Security `restricted`, no token, no DNS, ended by the kubelet when its time is over. */
export const workspacePod = (spec: WorkspaceSpec) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata(spec),
    spec: {
      serviceAccountName: account,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      activeDeadlineSeconds: spec.sessionSeconds,
      terminationGracePeriodSeconds: 1,
      dnsPolicy: 'None',
      // A zone has no DNS; Kubernetes wants a server named with policy None, and this one answers nobody.
      dnsConfig: { nameservers: ['127.0.0.1'] },
      ...(spec.nodePool === null ? {} : { nodeSelector: { [nodePoolKey]: spec.nodePool } }),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        fsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [container(spec)],
      volumes: [
        { name: 'home', emptyDir: { sizeLimit: spec.size.scratch } },
        { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
      ],
    },
  }) as const satisfies KubeObject & { readonly spec: unknown };

/** All objects of a workspace in the order in which they are made: no pod before its policy. */
export const workspaceManifests = (spec: WorkspaceSpec): readonly KubeObject[] => [workspaceNetworkPolicy(spec), workspacePod(spec)];

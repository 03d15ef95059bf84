/** One program that is built from the Go module proxy. */
export interface Tool {
  /** Names the cache folder together with the version; also the folder beside this file that holds go.mod and go.sum. */
  readonly module: 'kubernetes' | 'etcd' | 'openbao' | 'versitygw';
  /** What go.mod requires; where a module has no usable tag, go.mod says which commit stands for it. */
  readonly version: string;
  readonly package: string;
  /** `-X` settings: what the program says about its own version. */
  readonly settings: readonly string[];
  /** Build from nothing on two cores, downloads included: only said to people, never a time limit. */
  readonly usualSeconds: number;
  /** Whether a cluster needs it, and KUBEBUILDER_ASSETS may therefore hold it. */
  readonly cluster: boolean;
}

const kubernetes = {
  module: 'kubernetes',
  version: 'v1.36.3',
  settings: ['gitVersion=v1.36.3', 'gitMajor=1', 'gitMinor=36'].map((value) => `k8s.io/component-base/version.${value}`),
  cluster: true,
} as const;
const etcd = { module: 'etcd', version: 'v3.7.3', settings: [], cluster: true } as const;

export const tools = {
  'kube-apiserver': { ...kubernetes, package: 'k8s.io/kubernetes/cmd/kube-apiserver', usualSeconds: 320 },
  'kube-controller-manager': { ...kubernetes, package: 'k8s.io/kubernetes/cmd/kube-controller-manager', usualSeconds: 70 },
  etcd: { ...etcd, package: 'go.etcd.io/etcd/server/v3', usualSeconds: 30 },
  etcdctl: { ...etcd, package: 'go.etcd.io/etcd/etcdctl/v3', usualSeconds: 20 },
  bao: {
    module: 'openbao',
    version: 'v2.4.0',
    package: 'github.com/openbao/openbao',
    settings: ['github.com/openbao/openbao/version.fullVersion=2.4.0'],
    usualSeconds: 330,
    cluster: false,
  },
  versitygw: {
    module: 'versitygw',
    version: 'v1.8.0',
    package: 'github.com/versity/versitygw/cmd/versitygw',
    settings: ['main.Version=v1.8.0'],
    usualSeconds: 90,
    cluster: false,
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

import type { Probe } from './probes.js';
import { byProber, byRule, create, restricted, lacks, type ProbedZone } from './zone-probe-parts.js';

/** A pod that everything admits; each probe breaks exactly one rule of it. */
const goodPod = (zone: ProbedZone) => ({
  serviceAccountName: 'opdomain-workload',
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'probe', image: zone.probeImage, securityContext: restricted }],
});

/** What a pod, a service or a claim in the zone must not be: each asked for as if it were wanted. */
export const podProbes = (zone: ProbedZone): readonly Probe[] => {
  const good = goodPod(zone);
  const pod = (spec: unknown): Probe['request'] => create(zone, 'pods', { apiVersion: 'v1', kind: 'Pod', spec });
  const [container] = good.containers;
  return [
    byProber(
      'pod-security-admission',
      'host-path',
      ['ISO-03'],
      pod({ ...good, volumes: [{ name: 'host', hostPath: { path: '/' } }] }),
      lacks('violates PodSecurity', 'restricted', 'hostPath'),
    ),
    byProber(
      'pod-security-admission',
      'added-capability',
      ['ISO-03'],
      pod({
        ...good,
        containers: [{ ...container, securityContext: { ...restricted, capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } } }],
      }),
      lacks('violates PodSecurity', 'capabilities'),
    ),
    byProber(
      'pod-security-admission',
      'host-network',
      ['ISO-01'],
      pod({ ...good, hostNetwork: true }),
      lacks('violates PodSecurity', 'host namespaces'),
    ),
    byRule(
      'opdomain/catalogue-image',
      'unlisted-image',
      ['SEAT-05'],
      pod({ ...good, containers: [{ ...container, image: 'docker.io/library/busybox:latest' }] }),
    ),
    byRule(
      'opdomain/catalogue-image',
      'unlisted-init-image',
      ['SEAT-05'],
      pod({ ...good, initContainers: [{ ...container, name: 'init', image: 'docker.io/library/busybox:latest' }] }),
    ),
    byRule(
      'opdomain/volumes',
      'projected-token',
      ['ISO-02'],
      pod({ ...good, volumes: [{ name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }] }),
    ),
    byRule(
      'opdomain/volumes',
      'image-volume',
      ['ISO-04'],
      pod({ ...good, volumes: [{ name: 'image', image: { reference: 'docker.io/library/busybox:latest' } }] }),
    ),
    byRule('opdomain/service-account', 'prober-as-workload', ['ISO-02'], pod({ ...good, serviceAccountName: zone.prober })),
    byRule('opdomain/scheduling', 'chosen-node', ['ISO-03'], pod({ ...good, nodeName: 'any-node' })),
    byRule(
      'opdomain/zone-data',
      'other-zones-claim',
      ['ISO-03', 'ISO-04'],
      create(zone, 'persistentvolumeclaims', {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        labels: { 'opdomain.cn/zone': zone.zone === 'dev' ? 'prod' : 'dev', 'opdomain.cn/domain': zone.domainId },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      }),
    ),
  ];
};

import { accounts, annotations, labels } from '../names.js';
import { cel, controllers, on, oneOf, policy, quoted, unless } from './policy.js';

/** One expression over every kind of container list a pod has; a policy that forgets one of them guards nothing. */
const each = (of: (container: string) => string): string =>
  ['containers', 'initContainers', 'ephemeralContainers'].map((list) => `object.spec.?${list}.orValue([]).map(c, ${of('c')})`).join(' + ');

const allowedSources = ['emptyDir', 'configMap', 'secret', 'downwardAPI', 'persistentVolumeClaim'];
const allowedVolume = [
  ...allowedSources.map((source) => `has(v.${source})`),
  `(has(v.projected) && v.projected.?sources.orValue([]).all(s, has(s.configMap) || has(s.secret) || has(s.downwardAPI)))`,
].join(' || ');

const workloadKinds = ['deployments', 'replicasets', 'statefulsets', 'daemonsets'];

/** What runs in a zone: beyond Pod Security `restricted`, and also if its labels were lost (ISO-03, SEAT-05). */
export const podGuards = (operatorUser: string) => {
  const operator = `request.userInfo.username == ${quoted(operatorUser)}`;
  const prober = `request.userInfo.username == 'system:serviceaccount:' + request.namespace + ':${accounts.prober}'`;
  return [
    ...policy('opdomain-pods', {
      where: 'zones',
      rules: [on(['CREATE', 'UPDATE'], [''], ['pods'])],
      // Else a pod that runs an image which has left the catalogue could not even be finished.
      when: { 'specification-changes': "request.operation == 'CREATE' || object.spec != oldObject.spec" },
      variables: {
        catalogue: `${cel.annotation('namespaceObject', annotations.images)}.split(',')`,
        images: each((c) => `${c}.?image.orValue('')`),
        pool: cel.annotation('namespaceObject', annotations.nodePool),
        privileged: each((c) => `${c}.?securityContext.?privileged.orValue(false)`),
        escalating: each((c) => `${c}.?securityContext.?allowPrivilegeEscalation.orValue(true)`),
        added: each((c) => `${c}.?securityContext.?capabilities.?add.orValue([]).size() > 0`),
        proc: each((c) => `${c}.?securityContext.?procMount.orValue('Default') != 'Default'`),
        hostPorts: each((c) => `${c}.?ports.orValue([]).exists(p, p.?hostPort.orValue(0) != 0)`),
      },
      validations: [
        unless('opdomain/no-token-mount', 'object.spec.?automountServiceAccountToken.orValue(true) == false'),
        unless('opdomain/service-account', oneOf("object.spec.?serviceAccountName.orValue('default')", ['default', accounts.workload])),
        unless(
          'opdomain/no-host',
          `[${['hostNetwork', 'hostPID', 'hostIPC'].map((field) => `object.spec.?${field}.orValue(false)`).join(', ')}].all(used, !used) && variables.hostPorts.all(used, !used)`,
        ),
        unless(
          'opdomain/no-privilege',
          ['privileged', 'escalating', 'added', 'proc'].map((name) => `variables.${name}.all(used, !used)`).join(' && '),
        ),
        unless('opdomain/volumes', `object.spec.?volumes.orValue([]).all(v, ${allowedVolume})`),
        unless(
          'opdomain/catalogue-image',
          "variables.images.all(image, image in variables.catalogue && image.matches('@sha256:[0-9a-f]{64}$'))",
        ),
        unless(
          'opdomain/scheduling',
          `(request.operation != 'CREATE' || object.spec.?nodeName.orValue('') == '') && (variables.pool == '' || object.spec.?nodeSelector[?${quoted(annotations.nodePool)}].orValue('') == variables.pool)`,
        ),
      ],
    }),
    ...policy('opdomain-sealed-pods', {
      where: 'zones',
      rules: [on(['CREATE'], [''], ['pods'])],
      validations: [
        unless(
          'opdomain/sealed',
          `${cel.label('namespaceObject', labels.sealed)} != 'true' || object.metadata.?name.orValue('') == 'opdomain-probe-target'`,
        ),
      ],
    }),
    ...policy('opdomain-workloads', {
      where: 'zones',
      rules: [
        on(['CREATE', 'UPDATE'], ['apps'], workloadKinds),
        on(['CREATE', 'UPDATE'], ['batch'], ['jobs', 'cronjobs']),
        on(['CREATE'], [''], ['pods', 'replicationcontrollers', 'persistentvolumeclaims']),
      ],
      validations: [
        unless(
          'opdomain/operator-only',
          `${operator} || (${prober} && request.dryRun) || ${oneOf('request.userInfo.username', controllers('job-controller', 'cronjob-controller', 'deployment-controller', 'replicaset-controller', 'statefulset-controller'))}`,
        ),
      ],
    }),
  ];
};

import type { KubeObject } from '#platform/kube';
import type { Subject } from '../kinds.js';
import { annotations, labels, managedBy, systemNamespace } from '../names.js';
import { noCredentials, noWayIn, operatorBounds, operatorOnly } from './access-policies.js';
import { dataGuards, namespaceGuards } from './namespace-policies.js';
import { podGuards } from './pod-policies.js';
import { operatorRights, operatorRole, proberRole, workloadRole, zoneDestroyerRole, zoneInventoryRole, zoneOperatorRole } from './roles.js';

export interface InstallOptions {
  /** The operator's identity in the cluster: its service account, or the user of a client certificate. */
  readonly operator: Subject;
  readonly systemNamespace?: string;
}

/** The name by which the API server knows a subject. */
export const userNameOf = (subject: Subject): string =>
  subject.kind === 'ServiceAccount' ? `system:serviceaccount:${subject.namespace ?? 'default'}:${subject.name}` : subject.name;
/** The reverse: who the API server says that we are. */
export function subjectOf(userName: string): Subject {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(userName) ?? [];
  return namespace !== undefined && name !== undefined ? { kind: 'ServiceAccount', name, namespace } : user(userName);
}
/** A user of a client certificate, as the operator's identity where it runs outside the cluster. */
export const user = (name: string): Subject => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name });

/** The admission policies alone, with their bindings: what must stand unchanged for isolation to hold while opdomain is down. */
export const admissionPolicies = (options: InstallOptions): readonly KubeObject[] => {
  const operator = userNameOf(options.operator);
  return [
    ...noWayIn,
    ...noCredentials(operator),
    ...operatorOnly(operator),
    ...operatorBounds(operator, options.systemNamespace ?? systemNamespace),
    ...namespaceGuards(operator),
    ...dataGuards(operator),
    ...podGuards(operator),
  ];
};

/** All that an installation applies once, by an administrator of the cluster; in this order, so that no right exists before its bounds. */
export const installation = (options: InstallOptions): readonly KubeObject[] => {
  const home = options.systemNamespace ?? systemNamespace;
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: home,
        labels: { [labels.managedBy]: managedBy, [labels.partOf]: 'install', 'pod-security.kubernetes.io/enforce': 'restricted' },
        annotations: { [annotations.keep]: 'keep' },
      },
    },
    ...admissionPolicies(options),
    operatorRole,
    zoneOperatorRole,
    zoneInventoryRole,
    zoneDestroyerRole,
    proberRole,
    workloadRole,
    ...operatorRights(options.operator, home),
  ];
};

import type { PolicyRule, Role, RoleBinding, Subject } from '../kinds.js';
import { accounts, annotations, canarySecret, labels, managedBy, zoneRoles } from '../names.js';

const metadata = (name: string, namespace?: string) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  labels: { [labels.managedBy]: managedBy, [labels.partOf]: 'install' },
  annotations: { [annotations.keep]: 'keep' },
});
const allow = (
  apiGroup: string,
  resources: readonly string[],
  verbs: readonly string[],
  resourceNames?: readonly string[],
): PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
  ...(resourceNames === undefined ? {} : { resourceNames }),
});
const clusterRole = (name: string, rules: readonly PolicyRule[]): Role => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: metadata(name),
  rules,
});

const see = ['get', 'list', 'watch'] as const;
const keep = [...see, 'create', 'update', 'patch', 'delete'] as const;
const rbac = 'rbac.authorization.k8s.io';

/**
 * The operator everywhere: make namespaces, bind the installation's roles in them, and see drift. Of secrets the canary alone, by its
 * name: where a zone is gone its binding is too, and a refusal would not show that the secret is (DEST-02). No pods, no role creation, no `escalate`, no `impersonate`; admission policies on its user name keep even this to zones.
 */
export const operatorRole = clusterRole(accounts.operator, [
  allow('', ['namespaces'], keep),
  allow(rbac, ['rolebindings'], keep),
  allow(rbac, ['clusterroles'], ['bind'], Object.values(zoneRoles)),
  allow(rbac, ['clusterroles', 'clusterrolebindings'], see),
  allow('', ['resourcequotas', 'limitranges', 'serviceaccounts'], see),
  allow('networking.k8s.io', ['networkpolicies'], see),
  allow('admissionregistration.k8s.io', ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'], see),
  allow('', ['persistentvolumes'], [...see, 'patch', 'update']),
  allow('', ['secrets'], ['get'], [canarySecret]),
]);

/** The operator inside one zone, through the zone's own binding. */
export const zoneOperatorRole = clusterRole(zoneRoles.operator, [
  allow(
    '',
    ['pods', 'services', 'configmaps', 'secrets', 'persistentvolumeclaims', 'serviceaccounts', 'resourcequotas', 'limitranges'],
    keep,
  ),
  allow('', ['pods/log', 'events'], see),
  allow('', ['serviceaccounts/token'], ['create'], [accounts.prober]),
  allow('batch', ['jobs'], keep),
  allow('networking.k8s.io', ['networkpolicies'], keep),
]);

/** Bound in a zone only while its domain is sealed or destroyed: whatever kind of thing lies there must be found (DEST-02). */
export const zoneInventoryRole = clusterRole(zoneRoles.inventory, [{ apiGroups: ['*'], resources: ['*'], verbs: ['list'] }]);
/** Bound in a zone only while its domain is destroyed. */
export const zoneDestroyerRole = clusterRole(zoneRoles.destroyer, [
  { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'delete', 'deletecollection'] },
]);

/**
 * Rights to *ask for* what admission must refuse, in its own zone: where RBAC refused first, a probe would never hear the policy.
 * Whatever it asks for is a dry run by policy, and it may read nothing but single pods and its namespace.
 */
export const proberRole = clusterRole(zoneRoles.prober, [
  allow('', ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'], ['get', 'create']),
  allow('', ['pods'], ['get', 'create']),
  allow('', ['pods/ephemeralcontainers'], ['get', 'patch', 'update']),
  allow('', ['services', 'persistentvolumeclaims', 'serviceaccounts/token'], ['create']),
  allow('', ['namespaces'], ['get', 'patch', 'update', 'delete']),
  allow('networking.k8s.io', ['ingresses'], ['create']),
  allow('networking.k8s.io', ['networkpolicies'], ['get', 'create', 'delete']),
  allow(rbac, ['rolebindings'], ['create']),
]);

/** A workload may ask the API server nothing. */
export const workloadRole = clusterRole(zoneRoles.workload, []);

export const operatorRights = (operator: Subject, systemNamespace: string): readonly (Role | RoleBinding)[] => [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: metadata(accounts.operator),
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: accounts.operator },
    subjects: [operator],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: metadata(accounts.operator, systemNamespace),
    rules: [allow('coordination.k8s.io', ['leases'], [...see, 'create', 'update', 'patch'])],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadata(accounts.operator, systemNamespace),
    roleRef: { apiGroup: rbac, kind: 'Role', name: accounts.operator },
    subjects: [operator],
  },
];

import type { ZoneSpec } from '../domain/zone.js';
import type { RoleBinding, ServiceAccount, Subject } from './kinds.js';
import { accounts, inZone, zoneRoles } from './names.js';

const account = (name: string, zone: ZoneSpec): ServiceAccount => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  ...inZone(name, zone),
  automountServiceAccountToken: false,
});
export const serviceAccounts = (zone: ZoneSpec): readonly ServiceAccount[] =>
  ['default', accounts.prober, accounts.workload].map((name) => account(name, zone));

const bound = (name: string, role: string, subject: Subject, zone: ZoneSpec): RoleBinding => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  ...inZone(name, zone),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [subject],
});
const local = (name: string, zone: ZoneSpec): Subject => ({ kind: 'ServiceAccount', name, namespace: zone.namespace });

/** The operator's own right to work in this zone: it has none anywhere else. Made first; the rest needs it. */
export const operatorBinding = (zone: ZoneSpec, operator: Subject): RoleBinding =>
  bound(accounts.operator, zoneRoles.operator, operator, zone);

/** While the domain is sealed or being destroyed only: the right to list whatever kind of thing lies there (DEST-02). */
export const inventoryBinding = (zone: ZoneSpec, operator: Subject): RoleBinding =>
  bound('opdomain-inventory', zoneRoles.inventory, operator, zone);

/** While the domain is being destroyed only: the right to remove whatever kind of thing is left. */
export const destroyerBinding = (zone: ZoneSpec, operator: Subject): RoleBinding =>
  bound('opdomain-destroyer', zoneRoles.destroyer, operator, zone);

export const accountBindings = (zone: ZoneSpec): readonly RoleBinding[] => [
  bound(accounts.prober, zoneRoles.prober, local(accounts.prober, zone), zone),
  bound(accounts.workload, zoneRoles.workload, local(accounts.workload, zone), zone),
];

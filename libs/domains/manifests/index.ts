export { zoneObjects } from './zone.js';
export { destroyerBinding, inventoryBinding, operatorBinding } from './access.js';
export { placed, staysWhenSealed } from './placed.js';
export { restrictedContainer, zonePodSpec } from './namespace.js';
export { accounts, annotations, labels, managedBy, probeImage, probeTarget, systemNamespace, zoneLabels, zoneRoles } from './names.js';
export { admissionPolicies, installation, subjectOf, user, userNameOf, type InstallOptions } from './install/index.js';
export type { AdmissionPolicy, AdmissionPolicyBinding, Namespace, NetworkPolicy, Pod, Role, RoleBinding, Subject } from './kinds.js';

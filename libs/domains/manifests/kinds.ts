import type { KubeObject } from '#platform/kube';

/** The members that zones use of the kinds they consist of, as they stand on the wire. */
export interface Namespace extends KubeObject {
  readonly kind: 'Namespace';
}
export interface NetworkPolicy extends KubeObject {
  readonly kind: 'NetworkPolicy';
  readonly spec: {
    readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly policyTypes: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly unknown[];
    readonly egress?: readonly unknown[];
  };
}
export interface ResourceQuota extends KubeObject {
  readonly kind: 'ResourceQuota';
  readonly spec: { readonly hard: Readonly<Record<string, string>> };
}
export interface LimitRange extends KubeObject {
  readonly kind: 'LimitRange';
  readonly spec: { readonly limits: readonly Readonly<Record<string, unknown>>[] };
}
export interface ServiceAccount extends KubeObject {
  readonly kind: 'ServiceAccount';
  readonly automountServiceAccountToken: boolean;
}
export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly name: string;
  readonly namespace?: string;
  readonly apiGroup?: string;
}
export interface RoleBinding extends KubeObject {
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  readonly roleRef: { readonly apiGroup: 'rbac.authorization.k8s.io'; readonly kind: 'ClusterRole' | 'Role'; readonly name: string };
  readonly subjects: readonly Subject[];
}
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}
export interface Role extends KubeObject {
  readonly kind: 'ClusterRole' | 'Role';
  readonly rules: readonly PolicyRule[];
}
export interface Pod extends KubeObject {
  readonly kind: 'Pod';
  readonly spec: Readonly<Record<string, unknown>>;
}
export interface MatchRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly ['*'];
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT')[];
  readonly resources: readonly string[];
  readonly scope: '*' | 'Namespaced' | 'Cluster';
}
export interface Validation {
  readonly expression: string;
  readonly message: string;
  readonly reason: 'Forbidden';
}
export interface AdmissionPolicy extends KubeObject {
  readonly kind: 'ValidatingAdmissionPolicy';
  readonly spec: {
    readonly failurePolicy: 'Fail';
    readonly matchConstraints: {
      readonly matchPolicy: 'Equivalent';
      readonly namespaceSelector: Readonly<Record<string, unknown>>;
      readonly objectSelector: Readonly<Record<string, unknown>>;
      readonly resourceRules: readonly MatchRule[];
    };
    readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly Validation[];
  };
}
export interface AdmissionPolicyBinding extends KubeObject {
  readonly kind: 'ValidatingAdmissionPolicyBinding';
  readonly spec: { readonly policyName: string; readonly validationActions: readonly ['Deny'] };
}

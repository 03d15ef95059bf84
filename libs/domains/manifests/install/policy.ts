import { clusterRules, type ClusterRule } from '../../domain/rules.js';
import type { AdmissionPolicy, AdmissionPolicyBinding, MatchRule, Validation } from '../kinds.js';
import { annotations, labels, managedBy } from '../names.js';

type Operation = MatchRule['operations'][number];

export const on = (
  operations: readonly Operation[],
  apiGroups: readonly string[],
  resources: readonly string[],
  scope: MatchRule['scope'] = '*',
): MatchRule => ({
  apiGroups,
  apiVersions: ['*'],
  operations,
  resources,
  scope,
});

/** Refuses with the rule's own name and sentence unless the CEL expression holds. */
export const unless = (rule: ClusterRule, expression: string): Validation => ({
  expression,
  message: `${rule}: ${clusterRules[rule]}`,
  reason: 'Forbidden',
});
export const never = (rule: ClusterRule): Validation => unless(rule, 'false');

const zoneNamespaces = { matchExpressions: [{ key: labels.zone, operator: 'Exists' }] };

export interface PolicyParts {
  /** `zones`: only in namespaces that are zones; `everywhere`: also cluster-scoped things and other namespaces. */
  readonly where: 'zones' | 'everywhere';
  readonly objectSelector?: Readonly<Record<string, unknown>>;
  readonly rules: readonly MatchRule[];
  /** CEL; all must hold for the policy to look at a request. */
  readonly when?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly validations: readonly Validation[];
}

/** A namespace selector lets every cluster-scoped request through to the policy, of whatever kind. */
const namespacedUnlessSaid = (rule: MatchRule): MatchRule => (rule.scope === '*' ? { ...rule, scope: 'Namespaced' } : rule);
const named = (record: Readonly<Record<string, string>>) => Object.entries(record).map(([name, expression]) => ({ name, expression }));
const metadata = (name: string) => ({
  name,
  labels: { [labels.managedBy]: managedBy, [labels.partOf]: 'install' },
  annotations: { [annotations.keep]: 'keep' },
});

/** A policy with its binding: fails closed, denies, takes no parameters that somebody could remove. Binds cluster-admin too. */
export const policy = (name: string, parts: PolicyParts): readonly [AdmissionPolicy, AdmissionPolicyBinding] => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: metadata(name),
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        matchPolicy: 'Equivalent',
        namespaceSelector: parts.where === 'zones' ? zoneNamespaces : {},
        objectSelector: parts.objectSelector ?? {},
        resourceRules: parts.where === 'zones' ? parts.rules.map(namespacedUnlessSaid) : parts.rules,
      },
      ...(parts.when === undefined ? {} : { matchConditions: named(parts.when) }),
      ...(parts.variables === undefined ? {} : { variables: named(parts.variables) }),
      validations: parts.validations,
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: metadata(name),
    spec: { policyName: name, validationActions: ['Deny'] },
  },
];

/** A CEL string literal. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
export const oneOf = (value: string, among: readonly string[]): string => `${value} in [${among.map(quoted).join(', ')}]`;
const label = (object: string, key: string): string => `${object}.metadata.?labels[?${quoted(key)}].orValue('')`;
const annotation = (object: string, key: string, otherwise = ''): string =>
  `${object}.metadata.?annotations[?${quoted(key)}].orValue(${quoted(otherwise)})`;
export const cel = { label, annotation };

/** Accounts of Kubernetes' own controllers, with and without an account for each. */
export const controllers = (...names: readonly string[]): readonly string[] => [
  'system:kube-controller-manager',
  ...names.map((name) => `system:serviceaccount:kube-system:${name}`),
];

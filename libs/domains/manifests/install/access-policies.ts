import { termAnnotation } from '#platform/kube';
import { accounts, zoneRoles } from '../names.js';
import { cel, controllers, never, on, oneOf, policy, quoted, unless, type PolicyParts } from './policy.js';

const write = ['CREATE', 'UPDATE', 'DELETE'] as const;
const termOf = (object: string): string => `int(${cel.annotation(object, termAnnotation, '0')})`;
const prober = `request.userInfo.username == 'system:serviceaccount:' + request.namespace + ':${accounts.prober}'`;

/** No person and no program gets into what runs in a zone (ISO-03, ISO-05). */
export const noWayIn = [
  ...policy('opdomain-no-exec', {
    where: 'zones',
    rules: [on(['CONNECT'], [''], ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'])],
    validations: [never('opdomain/no-exec')],
  }),
  ...policy('opdomain-no-ephemeral-containers', {
    where: 'zones',
    rules: [on(['CREATE', 'UPDATE'], [''], ['pods/ephemeralcontainers'])],
    validations: [never('opdomain/no-ephemeral-containers')],
  }),
  // Cluster-scoped: a node's proxy reaches every pod on it, whatever its namespace.
  ...policy('opdomain-no-node-proxy', {
    where: 'everywhere',
    rules: [on(['CONNECT'], [''], ['nodes/proxy'])],
    validations: [never('opdomain/no-node-proxy')],
  }),
  ...policy('opdomain-no-outside-service', {
    where: 'zones',
    rules: [on(['CREATE', 'UPDATE'], [''], ['services'])],
    validations: [
      unless(
        'opdomain/no-outside-service',
        "object.spec.?type.orValue('ClusterIP') == 'ClusterIP' && object.spec.?externalIPs.orValue([]).size() == 0 && !has(object.spec.externalName)",
      ),
    ],
  }),
  ...policy('opdomain-no-ingress', {
    where: 'zones',
    rules: [on(['CREATE', 'UPDATE'], ['networking.k8s.io'], ['ingresses']), on(['CREATE', 'UPDATE'], ['gateway.networking.k8s.io'], ['*'])],
    validations: [never('opdomain/no-ingress')],
  }),
];

/** Credentials: none but the prober's, to the operator, for minutes. */
export const noCredentials = (operatorUser: string) => [
  ...policy('opdomain-no-tokens', {
    where: 'zones',
    rules: [on(['CREATE'], [''], ['serviceaccounts/token'])],
    validations: [
      unless('opdomain/no-tokens', `request.userInfo.username == ${quoted(operatorUser)} && request.name == ${quoted(accounts.prober)}`),
    ],
  }),
  // A secret of this type makes the controller manager mint a token that never ends.
  ...policy('opdomain-no-token-secrets', {
    where: 'zones',
    rules: [on(['CREATE', 'UPDATE'], [''], ['secrets'])],
    validations: [unless('opdomain/no-tokens', "object.?type.orValue('Opaque') != 'kubernetes.io/service-account-token'")],
  }),
  ...policy('opdomain-prober-asks-only', {
    where: 'zones',
    rules: [on(write, ['*'], ['*/*'])],
    when: { prober },
    validations: [unless('opdomain/prober-asks-only', '!has(request.dryRun) || request.dryRun')],
  }),
];

/** What makes a zone a zone is the operator's to change; Kubernetes' own controllers may empty a namespace that is being deleted. */
export const operatorOnly = (operatorUser: string) => {
  const operator = `request.userInfo.username == ${quoted(operatorUser)}`;
  const emptying = `(request.operation == 'DELETE' && ${oneOf('request.userInfo.username', controllers('namespace-controller', 'generic-garbage-collector'))})`;
  const guarded = (name: string, rules: PolicyParts['rules'], also: string): ReturnType<typeof policy> =>
    policy(name, { where: 'zones', rules, validations: [unless('opdomain/operator-only', `${operator} || ${emptying}${also}`)] });
  return [
    ...guarded(
      'opdomain-walls',
      [
        on(write, ['networking.k8s.io'], ['networkpolicies']),
        on(write, ['rbac.authorization.k8s.io'], ['rolebindings']),
        on(write, [''], ['resourcequotas', 'limitranges', 'secrets']),
      ],
      '',
    ),
    ...guarded(
      'opdomain-accounts',
      [on(write, [''], ['serviceaccounts'])],
      ` || ${oneOf('request.userInfo.username', controllers('service-account-controller'))}`,
    ),
    ...policy('opdomain-no-roles', {
      where: 'zones',
      rules: [on(['CREATE', 'UPDATE'], ['rbac.authorization.k8s.io'], ['roles'])],
      validations: [never('opdomain/no-roles')],
    }),
  ];
};

/** The operator's own bounds, on its user name: its rights over namespaces and bindings reach zones alone. */
export const operatorBounds = (operatorUser: string, systemNamespace: string) => {
  const when = { operator: `request.userInfo.username == ${quoted(operatorUser)}` };
  const isZone = (object: string): string => `${cel.label(object, 'opdomain.cn/zone')} in ['dev', 'prod']`;
  const bindable = Object.values(zoneRoles);
  const ownSubject = `(s.kind == 'ServiceAccount' && s.?namespace.orValue('') == request.namespace) || (s.kind == 'User' && s.name == ${quoted(operatorUser)}) || (s.kind == 'ServiceAccount' && 'system:serviceaccount:' + s.?namespace.orValue('') + ':' + s.name == ${quoted(operatorUser)})`;
  return [
    ...policy('opdomain-operator-namespaces', {
      where: 'everywhere',
      rules: [on(write, [''], ['namespaces'])],
      when,
      validations: [
        unless('opdomain/operator-bounds', `request.operation == 'CREATE' || ${isZone('oldObject')}`),
        unless(
          'opdomain/operator-bounds',
          `request.operation == 'DELETE' || (${isZone('object')} && object.metadata.name.startsWith('opd-'))`,
        ),
      ],
    }),
    ...policy('opdomain-operator-bounds', {
      where: 'everywhere',
      rules: [on(write, ['*'], ['*'], 'Namespaced')],
      when,
      validations: [unless('opdomain/operator-bounds', `request.namespace == ${quoted(systemNamespace)} || ${isZone('namespaceObject')}`)],
    }),
    ...policy('opdomain-operator-bindings', {
      where: 'everywhere',
      rules: [
        on(['CREATE', 'UPDATE'], ['rbac.authorization.k8s.io'], ['rolebindings']),
        on(write, ['rbac.authorization.k8s.io'], ['clusterrolebindings', 'clusterroles', 'roles']),
      ],
      when,
      validations: [
        unless(
          'opdomain/operator-bounds',
          `request.resource.resource == 'rolebindings' && ${isZone('namespaceObject')} && object.roleRef.kind == 'ClusterRole' && ${oneOf('object.roleRef.name', bindable)} && object.?subjects.orValue([]).all(s, ${ownSubject})`,
        ),
      ],
    }),
    // Fencing: a leader that slept may not undo what a later one did. See platform/kube/leader.ts.
    ...policy('opdomain-operator-term', {
      where: 'zones',
      rules: [on(['CREATE', 'UPDATE'], ['*'], ['*']), on(['CREATE', 'UPDATE'], [''], ['namespaces'], 'Cluster')],
      when,
      variables: {
        written: termOf('object'),
        standing: `request.resource.resource == 'namespaces' ? (oldObject == null ? 0 : ${termOf('oldObject')}) : ${termOf('namespaceObject')}`,
      },
      validations: [unless('opdomain/term', 'variables.written >= variables.standing')],
    }),
  ];
};

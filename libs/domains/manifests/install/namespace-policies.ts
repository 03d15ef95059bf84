import { labels, managedBy, podSecurityVersion } from '../names.js';
import { cel, on, policy, quoted, unless } from './policy.js';

const fixed = [labels.zone, labels.domain, labels.unit, labels.authorisation, labels.managedBy];
const levels = ['enforce', 'audit', 'warn'];

/**
 * Namespaces that are zones, were zones or would become ones. Selected by looking at both states of the object: a namespace selector
 * sees the *new* labels of a namespace that is being changed, so taking the label off would step out of the policy.
 */
export const namespaceGuards = (operatorUser: string) =>
  policy('opdomain-namespaces', {
    where: 'everywhere',
    rules: [on(['CREATE', 'UPDATE', 'DELETE'], [''], ['namespaces'])],
    when: {
      'is-or-was-a-zone': `(object != null && ${cel.label('object', labels.zone)} != '') || (oldObject != null && ${cel.label('oldObject', labels.zone)} != '')`,
    },
    validations: [
      unless('opdomain/operator-only', `request.userInfo.username == ${quoted(operatorUser)}`),
      unless(
        'opdomain/zone-fixed',
        `request.operation != 'UPDATE' || (${fixed.map((key) => `${cel.label('object', key)} == ${cel.label('oldObject', key)}`).join(' && ')})`,
      ),
      unless('opdomain/zone-fixed', `request.operation == 'DELETE' || ${cel.label('object', labels.managedBy)} == ${quoted(managedBy)}`),
      unless(
        'opdomain/pod-security',
        `request.operation == 'DELETE' || (${levels
          .map((level) => `pod-security.kubernetes.io/${level}`)
          .map(
            (key) =>
              `${cel.label('object', key)} == 'restricted' && ${cel.label('object', `${key}-version`)} == ${quoted(podSecurityVersion)}`,
          )
          .join(' && ')})`,
      ),
      unless('opdomain/sealed', `request.operation != 'DELETE' || ${cel.label('oldObject', labels.sealed)} != 'true'`),
    ],
  });

/** What a sealed domain holds stays; what runs elsewhere never starts on a zone's data (ISO-04, DEST-01). */
export const dataGuards = (operatorUser: string) => [
  ...policy('opdomain-sealed-claims', {
    where: 'zones',
    rules: [on(['DELETE'], [''], ['persistentvolumeclaims'])],
    validations: [unless('opdomain/sealed', `${cel.label('namespaceObject', labels.sealed)} != 'true'`)],
  }),
  ...policy('opdomain-sealed-volumes', {
    where: 'everywhere',
    objectSelector: { matchLabels: { [labels.sealed]: 'true' } },
    rules: [on(['UPDATE', 'DELETE'], [''], ['persistentvolumes'])],
    validations: [
      unless(
        'opdomain/sealed',
        `${cel.label('oldObject', labels.sealed)} != 'true' || (request.operation == 'UPDATE' && (${cel.label('object', labels.sealed)} == 'true' || request.userInfo.username == ${quoted(operatorUser)}))`,
      ),
    ],
  }),
  ...policy('opdomain-zone-data', {
    where: 'zones',
    rules: [on(['CREATE'], [''], ['persistentvolumeclaims'])],
    validations: [
      unless(
        'opdomain/zone-data',
        [labels.zone, labels.domain].map((key) => `${cel.label('object', key)} == ${cel.label('namespaceObject', key)}`).join(' && ') +
          ` && !has(object.spec.dataSource) && !has(object.spec.dataSourceRef) && object.spec.?volumeName.orValue('') == ''`,
      ),
    ],
  }),
];

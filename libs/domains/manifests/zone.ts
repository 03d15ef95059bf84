import type { KubeObject } from '#platform/kube';
import type { ZoneSpec } from '../domain/zone.js';
import { accountBindings, operatorBinding, serviceAccounts } from './access.js';
import type { Subject } from './kinds.js';
import { stamped } from './placed.js';
import { denyAll, limits, namespace, quota, target } from './namespace.js';

/**
 * Everything a zone consists of, in the order in which it is made: the namespace, the operator's right in it, the walls, and only
 * then accounts that could do something.
 */
export const zoneObjects = (zone: ZoneSpec, operator: Subject): readonly KubeObject[] => [
  namespace(zone),
  operatorBinding(zone, operator),
  denyAll(zone),
  quota(zone),
  limits(zone),
  ...serviceAccounts(zone),
  ...accountBindings(zone),
  stamped(target(zone)),
];

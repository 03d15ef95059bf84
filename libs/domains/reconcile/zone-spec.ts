import type { KubeObject } from '#platform/kube';
import type { WantedDomain } from '../application/operator-desk.js';
import type { ZoneRecord } from '../domain/operation-domain.js';
import type { ZoneSpec } from '../domain/zone.js';
import { destroyerBinding, inventoryBinding, placed, staysWhenSealed, zoneObjects, type Subject } from '../manifests/index.js';

/** A zone as the database wants it. */
function zoneSpec({ domain, images }: WantedDomain, zone: ZoneRecord): ZoneSpec {
  const nodePool = domain.nodePools[zone.zone];
  return {
    domainId: domain.id,
    authorisationId: domain.authorisationId,
    unitId: domain.unitId,
    zone: zone.zone,
    namespace: zone.namespace,
    quota: domain.quota,
    images: images[zone.zone],
    ...(nodePool === undefined ? {} : { nodePool }),
    sealed: domain.state === 'sealed',
  };
}

/** All objects of a zone: its own, what the domain's state adds, and what other contexts want in it. */
export function zoneWants(wanted: WantedDomain, zone: ZoneRecord, operator: Subject): readonly KubeObject[] {
  const spec = zoneSpec(wanted, zone);
  const { state } = wanted.domain;
  const closing = state === 'sealed' || state === 'destroying';
  const guests = wanted.desired
    .filter((row) => row.zone === zone.zone && (!closing || staysWhenSealed(row.manifest)))
    .map((row) => placed(row.manifest, spec, row.ownerKind));
  return [
    ...zoneObjects(spec, operator),
    ...(closing ? [inventoryBinding(spec, operator)] : []),
    ...(state === 'destroying' ? [destroyerBinding(spec, operator)] : []),
    ...guests,
  ];
}

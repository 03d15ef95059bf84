import { digestOf } from '#kernel';
import type { KubeObject } from '#platform/kube';
import type { ZoneSpec } from '../domain/zone.js';
import { annotations, zoneLabels } from './names.js';

/** Marks an object with what it was made from, so that a later look can tell whether it is still that. */
export const stamped = <T extends KubeObject>(object: T): T => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [annotations.stamp]: digestOf(object).slice(-16) } },
});

/** Another context's object, as it is put into a zone: its namespace and whose it is are not for the owner to say. */
export function placed(manifest: KubeObject, zone: ZoneSpec, ownerKind: string): KubeObject {
  const { name, labels, annotations: marks } = manifest.metadata;
  return stamped({
    ...manifest,
    metadata: {
      name,
      namespace: zone.namespace,
      labels: { ...labels, ...zoneLabels(zone), 'app.kubernetes.io/part-of': ownerKind },
      ...(marks === undefined ? {} : { annotations: marks }),
    },
  });
}

const dataKinds = new Set(['PersistentVolumeClaim', 'Secret', 'ConfigMap']);
/** In a sealed zone what holds data stays; what runs, lets in or grants a right goes. */
export const staysWhenSealed = (manifest: KubeObject): boolean => dataKinds.has(manifest.kind);

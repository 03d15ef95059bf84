import type { Id } from '#kernel';

/** 开发区 `dev`: desensitised samples, people inside. 生产区 `prod`: raw data, no people inside. */
export const zones = ['dev', 'prod'] as const;
export type Zone = (typeof zones)[number];

/** What a zone may use. Whole units: cores, GiB, counts. */
export interface ZoneQuota {
  readonly cpu: number;
  readonly memoryGi: number;
  readonly storageGi: number;
  readonly pods: number;
  readonly volumeClaims: number;
}

/** All that the objects of a zone's namespace follow from. */
export interface ZoneSpec {
  readonly domainId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly zone: Zone;
  /** Never used again once its namespace is gone; see {@link zoneNamespace}. */
  readonly namespace: string;
  readonly quota: ZoneQuota;
  /** Catalogue images that may run here, each `name@sha256:…` (SEAT-05). */
  readonly images: readonly string[];
  /** Nodes that the zone's pods must ask for; left out where one pool for both zones was agreed to out loud. */
  readonly nodePool?: string;
  /** Suspended: no pod starts, nothing is deleted. */
  readonly sealed: boolean;
}

/**
 * Name of a zone's namespace: `opd-<start of the domain's id>-<zone>-<nonce>`.
 * @param nonce 6 to 12 of [a-z0-9], random and new for every namespace ever made, so that no token, volume or cached decision that
 *   outlived a namespace can mean its successor.
 */
export function zoneNamespace(domainId: Id, zone: Zone, nonce: string): string {
  if (!/^[a-z0-9]{6,12}$/.test(nonce)) throw new RangeError('a nonce of 6 to 12 letters and digits');
  // The end of a version 7 id is random; its start is the time and the same for neighbours.
  return `opd-${domainId.slice(-12)}-${zone}-${nonce}`;
}

const digestPinned = /^[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}$/;
export const isPinnedImage = (image: string): boolean => digestPinned.test(image);

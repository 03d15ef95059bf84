import type { KubeObject, ObjectMeta } from './objects.js';

/** coordination.k8s.io/v1 Lease, as far as an election needs it. */
export interface Lease extends KubeObject {
  readonly apiVersion: 'coordination.k8s.io/v1';
  readonly kind: 'Lease';
  readonly spec: {
    readonly holderIdentity: string;
    readonly leaseDurationSeconds: number;
    /** MicroTime, e.g. `2026-11-21T08:00:00.000000Z`; for people: no decision rests on another machine's clock. */
    readonly acquireTime: string;
    readonly renewTime: string;
    /** The term: grows with every acquisition, also by the same holder. */
    readonly leaseTransitions: number;
  };
}
export interface Candidate {
  readonly identity: string;
  readonly leaseSeconds: number;
}

const microTime = (at: Date): string => at.toISOString().replace('Z', '000Z');

/**
 * The first term of a lease that does not exist: minutes since 1970. A lease that somebody deleted thus never starts below the terms
 * that objects already carry, which would lock every later leader out.
 */
const firstTerm = (at: Date): number => Math.floor(at.getTime() / 60_000);

export const newLease = (metadata: ObjectMeta, candidate: Candidate, at: Date): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata,
  spec: {
    holderIdentity: candidate.identity,
    leaseDurationSeconds: candidate.leaseSeconds,
    acquireTime: microTime(at),
    renewTime: microTime(at),
    leaseTransitions: firstTerm(at),
  },
});

export const takenOver = (lease: Lease, candidate: Candidate, at: Date): Lease => ({
  ...lease,
  spec: {
    holderIdentity: candidate.identity,
    leaseDurationSeconds: candidate.leaseSeconds,
    acquireTime: microTime(at),
    renewTime: microTime(at),
    leaseTransitions: lease.spec.leaseTransitions + 1,
  },
});

export const renewed = (lease: Lease, at: Date): Lease => ({ ...lease, spec: { ...lease.spec, renewTime: microTime(at) } });

/** Given back on a clean stop, so that the next candidate need not wait. */
export const released = (lease: Lease, at: Date): Lease => ({
  ...lease,
  spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(at) },
});

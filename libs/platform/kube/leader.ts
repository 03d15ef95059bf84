import type { Cluster } from './cluster.js';
import { isKubeError } from './errors.js';
import { systemClock, type Clock } from '#kernel';
import { uptime } from 'node:os';
import { newLease, released, renewed, takenOver, type Candidate, type Lease } from './lease.js';
import { asSeen, type ObjectRef } from './objects.js';
import { pause } from './pace.js';
import type { Term } from './term.js';

export interface ElectionOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unique per process start, e.g. the pod's name and a random part: two processes with one identity would both lead. */
  readonly identity: string;
  readonly leaseSeconds?: number;
  readonly renewMs?: number;
  /** Of the times that stand in the lease, and of the first term: one for all candidates. */
  readonly clock?: Clock;
  /** Told, once until it can be asked again, that the lease can be neither asked for nor taken: a candidate would else stand by for ever in silence. */
  readonly cannotAsk?: (fault: unknown) => void;
}

/** Milliseconds since boot, suspended time included; nobody sets it. */
const bootMs = (): number => uptime() * 1000;

/** Holds from the moment the renewal was *sent*, on the boot clock: a machine that slept wakes up without a term, and one whose clock is set keeps it. */
class HeldTerm implements Term {
  private sentAt = 0;
  private over = false;
  constructor(
    readonly number: number,
    private readonly leaseMs: number,
  ) {}
  renewedAt(sentAt: number): void {
    this.sentAt = sentAt;
  }
  end(): void {
    this.over = true;
  }
  isCurrent(): boolean {
    return !this.over && bootMs() - this.sentAt < this.leaseMs;
  }
}

/**
 * Leader election over one Lease. A candidate takes it when it is free or has not changed for its whole duration by the candidate's
 * own clock. Writes of the Lease carry uid and resourceVersion, so of two candidates one wins.
 *
 * The term fences: writes go through `cluster.fenced(term)`, which stops by the local clock, and the admission policy
 * `opdomain-operator-term` refuses, in the API server, a write whose term is below the one its zone's namespace carries. A new leader
 * marks a zone's namespace with its term before it changes anything in it; so a leader that slept through that can change nothing there.
 */
export class LeaderElection {
  private readonly stopping = new AbortController();
  private readonly candidate: Candidate;
  private readonly ref: ObjectRef;
  private readonly leaseMs: number;
  private readonly renewMs: number;
  private readonly clock: Clock;
  private held: Lease | undefined;
  private canAsk = true;
  private observed: { readonly version: string; readonly at: number } | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: ElectionOptions,
  ) {
    const { namespace, name, identity, leaseSeconds = 15 } = options;
    this.candidate = { identity, leaseSeconds };
    this.ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name };
    this.leaseMs = leaseSeconds * 1000;
    this.renewMs = options.renewMs ?? this.leaseMs / 3;
    this.clock = options.clock ?? systemClock;
  }

  /** Until {@link stop}: waits to be elected, then works; `signal` aborts when the term is over. */
  async run(work: (term: Term, signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const term = await this.acquire();
      if (!term) {
        await pause(Math.min(2_000, this.renewMs), signal);
        continue;
      }
      const lost = new AbortController();
      const working = work(term, lost.signal).finally(() => {
        lost.abort();
      });
      // Reported through `working`; without this a failure while renewing would be an unhandled rejection.
      working.catch(() => undefined);
      await this.keep(term, lost);
      term.end();
      lost.abort();
      await working.finally(() => this.release());
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  private async keep(term: HeldTerm, lost: AbortController): Promise<void> {
    const either = AbortSignal.any([this.stopping.signal, lost.signal]);
    for (;;) {
      await pause(this.renewMs, either);
      if (either.aborted) return;
      const outcome = await this.write(term, (lease, at) => renewed(lease, at));
      if (outcome === 'lost' || !term.isCurrent()) return;
    }
  }

  private async acquire(): Promise<HeldTerm | undefined> {
    try {
      const sentAt = bootMs();
      const found = await this.cluster.read<Lease>(this.ref);
      if (found && !this.isFree(found)) {
        this.canAsk = true;
        return undefined;
      }
      const { name, namespace } = this.ref;
      this.held = found
        ? await this.cluster.replace(takenOver(found, this.candidate, this.now()), asSeen(found))
        : await this.cluster.create(newLease({ name, ...(namespace === undefined ? {} : { namespace }) }, this.candidate, this.now()));
      this.canAsk = true;
      const term = new HeldTerm(this.held.spec.leaseTransitions, this.leaseMs);
      term.renewedAt(sentAt);
      return term;
    } catch (fault) {
      // Somebody else was faster, or the cluster is away: both mean "not now". Not found is a namespace that is missing.
      this.held = undefined;
      const faster = isKubeError(fault, 'Conflict', 'AlreadyExists');
      if (!faster && this.canAsk) this.options.cannotAsk?.(fault);
      this.canAsk = faster;
      return undefined;
    }
  }

  private now(): Date {
    return new Date(this.clock.now());
  }

  private isFree(lease: Lease): boolean {
    const version = lease.metadata.resourceVersion ?? '';
    if (lease.spec.holderIdentity === '') return true;
    if (this.observed?.version !== version) {
      this.observed = { version, at: performance.now() };
      return false;
    }
    return performance.now() - this.observed.at > lease.spec.leaseDurationSeconds * 1000;
  }

  private async write(term: HeldTerm, change: (lease: Lease, at: Date) => Lease): Promise<'held' | 'lost' | 'unknown'> {
    if (!this.held) return 'lost';
    const sentAt = bootMs();
    try {
      this.held = await this.cluster.replace(change(this.held, this.now()), asSeen(this.held));
      term.renewedAt(sentAt);
      return 'held';
    } catch (error) {
      if (!isKubeError(error, 'Conflict', 'NotFound')) return 'unknown';
      return this.reread();
    }
  }

  /** After a conflict: an answer that got lost may have been our own renewal. */
  private async reread(): Promise<'held' | 'lost' | 'unknown'> {
    try {
      const now = await this.cluster.read<Lease>(this.ref);
      const ours = now?.spec.holderIdentity === this.candidate.identity && now.spec.leaseTransitions === this.held?.spec.leaseTransitions;
      this.held = ours ? now : undefined;
      return ours ? 'unknown' : 'lost';
    } catch {
      return 'unknown';
    }
  }

  private async release(): Promise<void> {
    const lease = this.held;
    this.held = undefined;
    if (!lease) return;
    try {
      await this.cluster.replace(released(lease, this.now()), asSeen(lease));
    } catch {
      // Then it runs out by itself.
    }
  }
}

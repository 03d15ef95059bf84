import type { Instant } from './clock.js';
import type { Id } from './ids.js';

/** What a revocation, suspension or termination closes. */
export interface CutScope {
  readonly kind: 'person' | 'unit' | 'authorisation' | 'scenario' | 'domain' | 'seat';
  readonly id: Id;
}

/** Every way in which a seat or a person reaches anything (proofs: revocation receipt). A receipt has a row for each that is configured. */
export const pathNames = [
  'api-tokens',
  'console-sessions',
  'gateway-connections',
  'transfers',
  'workspace-pods',
  'cluster-bindings',
  'key-leases',
  'download-links',
  'queued-jobs',
  'running-jobs',
] as const;
export type PathName = (typeof pathNames)[number];

/** What a canary was answered. Only a clear answer counts; an error, a timeout or another process's answer is unknown. */
export type CanaryVerdict = 'accepted' | 'refused' | 'unknown';

/** What one replica of the API answered real requests with canary credentials of ours, before and after a cut. */
export interface GateAnswer {
  /** Id and address of the replica. */
  readonly replica: string;
  /** The credential of before the cut, shortly before it; `not-asked` where the cut came without a command that could ask first. */
  readonly before: CanaryVerdict | 'not-asked';
  /** True only for the epoch's own refusal, with a control credential of a scope that was not cut accepted in the same breath. */
  readonly refused: boolean | 'unknown';
  readonly answer: string;
  readonly closedBy: 'acknowledged' | 'lease-expired';
  /** Of the answer, or the end of the lease. */
  readonly at: Instant;
}

/** One row of a receipt (收回回执): a path, when it was cut, and what the probe afterwards was answered. */
export interface PathCut {
  readonly path: PathName;
  /** What was cut, by id or count; never a secret. */
  readonly object: string;
  /** From here on nothing passed: never before the last success that anyone could have seen. */
  readonly cutAt: Instant;
  readonly closedBy: 'acknowledged' | 'lease-expired' | 'nothing-open';
  readonly probe: {
    readonly how: string;
    readonly answer: string;
    /** `unknown` is never proof: the path stays open until there is an answer. */
    readonly refused: boolean | 'unknown';
    /** What the same probe was answered before the cut, where it could be asked. */
    readonly before?: CanaryVerdict | 'not-asked';
    readonly at: Instant;
  };
}

/** What one attempt at a receipt hands to every path. All times are of the database's clock, also those that `now` gives. */
export interface CutMoment {
  readonly cutId: Id;
  /** When another transaction first read the cut as committed: no act whose transaction began later passes. */
  readonly seenAt: Instant;
  readonly now: () => Instant;
  /** Real requests at every registered replica, made once for all paths. */
  readonly gate: () => Promise<readonly GateAnswer[]>;
}

/** Closes one way in. Idempotent: cutting what is cut answers again with a fresh probe. */
export interface CutPath {
  readonly path: PathName;
  /** What its probe does not show; stated on the receipt. */
  readonly limits: string;
  cut(scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]>;
}

export type InventoryView = 'database' | 'cluster' | 'stores';

/** One thing that a domain still holds, as one view sees it. */
export interface HeldItem {
  readonly view: InventoryView;
  readonly kind: string;
  /** Stable across views where the same thing stands in two of them, e.g. an object key. */
  readonly ref: string;
  /** Key that encrypts it: then destroying the key shreds it; otherwise it can only be certified as deleted. */
  readonly sealedBy?: string;
  readonly bytes?: number;
  readonly note?: string;
}

export interface HoldingScope {
  readonly domainId: Id;
  readonly authorisationId: Id;
  readonly scenarioIds: readonly Id[];
}

/**
 * What an attempt to get something back came to. `gone` is an answer: a store that showed itself to be there said that exactly this is
 * not in it (any more). An error, a timeout or a refusal is `unknown`, and nothing rests on it (proofs: destruction, 8).
 */
export type RecoveryOutcome = 'recovered' | 'gone' | 'unknown';
export interface RecoveryTry {
  /** The same words before and after the destruction, so that the two can be laid side by side. */
  readonly how: string;
  readonly outcome: RecoveryOutcome;
  /** What was answered, as a status or code; never content. */
  readonly answer: string;
  /** Which store answered, by its own mark; null where none did. Another store's silence shows nothing of the first. */
  readonly store: string | null;
}

/** Everything that an installation keeps data in. A certificate names each; one that was not asked stands in a pending notice. */
export const holdingNames = [
  'cluster',
  'canaries',
  'code-run-results',
  'dataset-copies',
  'desensitised-samples',
  'exports',
  'keys',
] as const;
export type HoldingName = (typeof holdingNames)[number];

/** What one context holds of a domain, how it destroys it and how it tries to get it back (DEST-01..03). */
export interface Holding {
  readonly name: HoldingName;
  /** Keys go last (crypto-shredding); everything else before them. */
  readonly order: 'workloads' | 'data' | 'keys';
  /** @throws where a store cannot be looked at: what could not be looked at is not empty. */
  list(scope: HoldingScope): Promise<readonly HeldItem[]>;
  destroy(scope: HoldingScope): Promise<void>;
  readBack(scope: HoldingScope): Promise<readonly RecoveryTry[]>;
}

/** Live evidence for the compliance board: what shows a requirement in the running system right now. */
export interface Evidence {
  readonly requirementId: string;
  readonly state: 'shown' | 'failing' | 'no-data';
  readonly what: string;
  readonly at: Instant;
}
export interface EvidenceSource {
  evidence(at: Instant): Promise<readonly Evidence[]>;
}

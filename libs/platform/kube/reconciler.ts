import type { Cluster } from './cluster.js';
import type { Term } from './term.js';
import type { Share } from './transport.js';

/** What a pass is made with: the cluster fenced by the term in which it is made. */
export interface Leadership {
  readonly term: Term;
  readonly cluster: Cluster;
}

/**
 * Level-triggered: a pass reads what is wanted and what is, and closes the difference. It is handed a key, never an event; running it
 * twice changes nothing. One key is never in two passes at once.
 */
export interface Reconciler {
  readonly name: string;
  /** Every key is passed over at least this often. */
  readonly resyncMs: number;
  keys(): Promise<readonly string[]>;
  /** Keys whose wanted state has changed since their last pass; asked every half second unless said otherwise, so it must be cheap. */
  urgent?(): Promise<readonly string[]>;
  readonly urgentEveryMs?: number;
  /** A share of the API server's rate that no other reconciler uses. */
  readonly share?: Share;
  /** Hears of changes in the cluster and wakes the keys they may concern. @returns what stops it. */
  watch?(cluster: Cluster, wake: (key: string) => void): () => Promise<void>;
  reconcile(key: string, leadership: Leadership): Promise<void>;
}

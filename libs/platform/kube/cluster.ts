import type { ApiResource } from './discovery.js';
import type { Informer, InformerOptions } from './informer.js';
import type { KubeObject, ListQuery, ObjectList, ObjectRef, Precondition } from './objects.js';
import type { Term } from './term.js';
import type { KubeAnswer, KubeRequest, Share } from './transport.js';

export const CLUSTER = Symbol('CLUSTER');

export interface WriteOptions {
  /** Ask for everything but the writing: admission, validation and quota answer as they would. */
  readonly dryRun?: boolean;
}
export interface RemoveOptions extends WriteOptions {
  readonly graceSeconds?: number;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
}
export interface ServiceAccountToken {
  readonly token: string;
  readonly expiresAt: string;
}

/**
 * One Kubernetes cluster. Every method throws `KubeError` where the API server refuses and Refusal `kube.unreachable` where it does
 * not answer. Writes carry the trace (`opdomain.cn/traceparent`) and, behind {@link fenced}, the leader's term.
 */
export interface Cluster {
  /** A create is a create: an object of that name is a `KubeError` `AlreadyExists`, never taken over. */
  create<T extends KubeObject>(object: T, options?: WriteOptions): Promise<T>;
  /**
   * Server-side apply of the members we own (objects that others write too: namespaces, service accounts). `metadata.uid` and
   * `metadata.resourceVersion`, where given, are preconditions; with a uid it never creates.
   */
  apply<T extends KubeObject>(object: T, options?: WriteOptions): Promise<T>;
  /** Puts an object that is wholly ours back as it must be: whatever else stood in its specification is gone. */
  replace<T extends KubeObject>(object: T, seen: Precondition, options?: WriteOptions): Promise<T>;
  /** @returns undefined where there is none. */
  read<T extends KubeObject>(ref: ObjectRef): Promise<T | undefined>;
  /** All pages, as of one resourceVersion. */
  list<T extends KubeObject>(query: ListQuery): Promise<ObjectList<T>>;
  /** Deletes exactly what was seen. @returns `gone` where it is, `going` while finalizers or a grace period hold it. */
  remove(ref: ObjectRef, seen: Precondition, options?: RemoveOptions): Promise<'gone' | 'going'>;
  /** A bound-by-time token (10 minutes at least) for a named service account. */
  requestToken(account: { readonly namespace: string; readonly name: string }, seconds: number): Promise<ServiceAccountToken>;
  /** One request as it stands, by a given bearer or by ourselves; a refusal is an answer. For probes. */
  ask(request: KubeRequest): Promise<KubeAnswer>;
  /** The user name by which the API server knows us. */
  whoAmI(): Promise<string>;
  /** What the cluster serves (discovery). */
  resources(): Promise<readonly ApiResource[]>;
  /** Watches a kind until it is stopped; see {@link Informer}. */
  informer<T extends KubeObject>(query: ListQuery, options?: InformerOptions): Informer<T>;
  /** The same cluster, whose writes are made in a term of leadership and refused once it is over. @param share whose rate it counts against. */
  fenced(term: Term, share?: Share): Cluster;
}

/**
 * Kubernetes objects as they stand on the wire. The client library's typed models are not used for them: its serialiser renames
 * members (`from` must be written `_from`) and drops what it does not know, which would turn a NetworkPolicy's literal into one
 * that admits everybody.
 */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
}
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}
export interface KindOf {
  readonly apiVersion: string;
  readonly kind: string;
}
export interface ObjectRef extends KindOf {
  readonly name: string;
  readonly namespace?: string;
}
/** What an object must still be for a change or a deletion of it to happen. */
export interface Precondition {
  readonly uid: string;
  readonly resourceVersion: string;
}
export interface ObjectList<T extends KubeObject> {
  readonly resourceVersion: string;
  readonly items: readonly T[];
}
export interface ListQuery extends KindOf {
  readonly namespace?: string;
  readonly labels?: string;
  readonly fields?: string;
  /** Names, labels, annotations and owners alone: a fraction of what the server has to write and we to read. */
  readonly only?: 'metadata';
}

export const refOf = (object: KubeObject): ObjectRef => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
});
/** `NetworkPolicy opd-7f3a-dev/default-deny`: for plans, logs and messages. */
export const sayRef = (ref: ObjectRef): string => `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
/** What stands now, as the precondition of the next change. */
export function asSeen(object: KubeObject): Precondition {
  const { uid, resourceVersion } = object.metadata;
  if (uid === undefined || resourceVersion === undefined) throw new RangeError('an object that was not read from the cluster');
  return { uid, resourceVersion };
}

import { asSeen, refOf, sayRef, type KubeObject, type ObjectRef, type Precondition } from '#platform/kube';
import { annotations, labels, managedBy } from '../manifests/index.js';

/** One change to the cluster, with why; printed as it stands in a dry run. */
export type Step =
  | { readonly do: 'create'; readonly object: KubeObject; readonly because: readonly string[] }
  | {
      readonly do: 'apply' | 'replace' | 'recreate';
      readonly object: KubeObject;
      readonly seen: Precondition;
      readonly because: readonly string[];
    }
  | { readonly do: 'remove'; readonly ref: ObjectRef; readonly seen: Precondition; readonly because: readonly string[] };

export const sayStep = (step: Step): string =>
  `${step.do} ${sayRef(step.do === 'remove' ? step.ref : refOf(step.object))}: ${step.because.join(', ')}`;

/** Kinds of which a zone has exactly what is wanted: every one too many is a hole or a right that nobody decided on. */
const walls = ['NetworkPolicy', 'RoleBinding', 'Role', 'ResourceQuota', 'LimitRange', 'ServiceAccount'];
/** Wholly ours: compared and put back whole. Others get defaults from the server, so only what was asked for is compared. */
const whole = new Set([...walls, 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);
/** What cannot be changed in place, and is rewritten by the server beyond comparing: known by the stamp of what it was made from. */
const stampedOnly = new Set(['Pod', 'Job', 'PersistentVolumeClaim']);
const replacedByNew = new Set(['Pod', 'Job']);

const keyOf = (ref: ObjectRef): string => `${ref.kind}/${ref.name}`;

/**
 * What must be done so that a zone's namespace holds what is wanted: pure, level-triggered, empty when nothing differs.
 * @param wanted in the order in which it is to be made.
 * @param actual what stands in the namespace (and the namespace itself), of the kinds that are looked at.
 */
export function difference(wanted: readonly KubeObject[], actual: readonly KubeObject[]): readonly Step[] {
  const standing = new Map(actual.map((object) => [keyOf(refOf(object)), object]));
  const kept = new Set(wanted.map((object) => keyOf(refOf(object))));
  const extra = actual.filter((object) => !kept.has(keyOf(refOf(object))) && isRemovable(object));
  const closing = extra.map((object): Step => ({ do: 'remove', ref: refOf(object), seen: asSeen(object), because: ['not wanted'] }));
  const mending = wanted.flatMap((object) => mend(object, standing.get(keyOf(refOf(object)))));
  // The namespace and the operator's right in it come first, then holes are closed, then the rest is made.
  const first = mending.filter((step) => step.do !== 'remove' && isFoundation(step.object));
  return [...first, ...closing, ...mending.filter((step) => !first.includes(step))];
}

const isFoundation = (object: KubeObject): boolean => object.kind === 'Namespace' || object.metadata.name === 'opdomain-operator';

function isRemovable(object: KubeObject): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return false;
  if (walls.includes(object.kind)) return true;
  if (object.kind === 'Namespace') return false;
  // Pods of a job and the like go with their owner.
  const owners = (object.metadata as { ownerReferences?: readonly unknown[] }).ownerReferences ?? [];
  if (object.kind === 'Pod') return owners.length === 0;
  return object.metadata.labels?.[labels.managedBy] === managedBy && owners.length === 0;
}

function mend(wanted: KubeObject, actual: KubeObject | undefined): readonly Step[] {
  if (!actual) return [{ do: 'create', object: wanted, because: ['missing'] }];
  if (actual.metadata.deletionTimestamp !== undefined) return [];
  const because = [...missingMarks(wanted, actual), ...memberDifference(wanted, actual)];
  if (because.length === 0) return [];
  const seen = asSeen(actual);
  if (because.includes('roleRef') || (replacedByNew.has(wanted.kind) && because.includes(`annotations.${annotations.stamp}`)))
    return [{ do: 'recreate', object: wanted, seen, because }];
  return [{ do: whole.has(wanted.kind) ? 'replace' : 'apply', object: wanted, seen, because }];
}

function missingMarks(wanted: KubeObject, actual: KubeObject): readonly string[] {
  return (['labels', 'annotations'] as const).flatMap((of) =>
    Object.entries(wanted.metadata[of] ?? {})
      .filter(([key, value]) => actual.metadata[of]?.[key] !== value)
      .map(([key]) => `${of}.${key}`),
  );
}

const described = new Set(['apiVersion', 'kind', 'metadata', 'status']);
const membersOf = (object: KubeObject): readonly (readonly [string, unknown])[] =>
  Object.entries(object).filter(([name]) => !described.has(name));

function memberDifference(wanted: KubeObject, actual: KubeObject): readonly string[] {
  if (stampedOnly.has(wanted.kind)) return [];
  return whole.has(wanted.kind) ? wholeDifference(wanted, actual) : askedDifference(wanted, actual);
}

function wholeDifference(wanted: KubeObject, actual: KubeObject): readonly string[] {
  const want = new Map(membersOf(wanted));
  const have = new Map(membersOf(actual));
  return [...new Set([...want.keys(), ...have.keys()])].filter((name) => !same(want.get(name), have.get(name)));
}
function askedDifference(wanted: KubeObject, actual: KubeObject): readonly string[] {
  const have = new Map(membersOf(actual));
  return membersOf(wanted)
    .filter(([name, value]) => !contains(have.get(name), value))
    .map(([name]) => name);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const same = (a: unknown, b: unknown): boolean => contains(a, b) && contains(b, a);

const isEmpty = (value: unknown): boolean =>
  (Array.isArray(value) && value.length === 0) || (isRecord(value) && Object.keys(value).length === 0);

/** Whether everything that was asked for stands there; lists must agree item by item. The server leaves out what is empty. */
function contains(have: unknown, want: unknown): boolean {
  if (have === undefined && isEmpty(want)) return true;
  if (Array.isArray(want)) return Array.isArray(have) && have.length === want.length && want.every((item, at) => contains(have[at], item));
  if (isRecord(want)) return isRecord(have) && Object.entries(want).every(([name, value]) => contains(have[name], value));
  return have === want;
}

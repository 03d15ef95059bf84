import { type HeldItem, type Instant, type InventoryView, refuse } from '#kernel';

export const inventoryViews = ['database', 'cluster', 'stores'] as const satisfies readonly InventoryView[];

/** Kinds that stand in two views at once, so that each checks the other. Every other kind is seen by one view alone. */
export const sharedKinds: Readonly<Record<string, readonly InventoryView[]>> = {
  object: ['database', 'stores'],
  key: ['database', 'stores'],
  namespace: ['database', 'cluster'],
  workload: ['database', 'cluster'],
};

/** What one source said when it was asked. A source that could not answer leaves the inventory incomplete. */
export interface ViewReport {
  readonly source: string;
  readonly items: readonly HeldItem[];
  readonly failure: string | null;
}

/** The same thing in one view and not in the other, by name (proofs: destruction, 4). */
export interface Difference {
  readonly kind: string;
  readonly ref: string;
  readonly seenIn: readonly InventoryView[];
  readonly missingFrom: readonly InventoryView[];
}

export interface Inventory {
  readonly takenAt: Instant;
  readonly items: readonly HeldItem[];
  readonly differences: readonly Difference[];
  readonly failures: readonly { readonly source: string; readonly failure: string }[];
}

const nameOf = ({ kind, ref }: { readonly kind: string; readonly ref: string }): string => JSON.stringify([kind, ref]);
const sortByName = <T extends { readonly kind: string; readonly ref: string }>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));

function differenceOf(seen: readonly HeldItem[]): Difference | null {
  const [first] = seen;
  const expected = first && sharedKinds[first.kind];
  if (!expected) return null;
  const seenIn = inventoryViews.filter((view) => seen.some((item) => item.view === view));
  const missingFrom = expected.filter((view) => !seenIn.includes(view));
  return missingFrom.length === 0 ? null : { kind: first.kind, ref: first.ref, seenIn, missingFrom };
}

/** Puts the views together: one list of items, each view's own, and the differences between them by name. */
export function reconcile(reports: readonly ViewReport[], takenAt: Instant): Inventory {
  const items = sortByName(reports.flatMap((report) => report.items));
  const named = Map.groupBy(items, nameOf);
  return {
    takenAt,
    items,
    differences: [...named.values()].map(differenceOf).filter((difference) => difference !== null),
    failures: reports.flatMap(({ source, failure }) => (failure === null ? [] : [{ source, failure }])),
  };
}

/** Each thing once, whatever number of views saw it; a view that knows its key counts. */
export function things(items: readonly HeldItem[]): readonly HeldItem[] {
  const named = Map.groupBy(items, nameOf);
  return [...named.values()].flatMap((seen) => seen.find(({ sealedBy }) => sealedBy !== undefined) ?? seen.slice(0, 1));
}

/** @throws Refusal `terminations.inventory-incomplete` with the sources that could not answer. */
export function assertComplete(inventory: Inventory): void {
  if (inventory.failures.length > 0) {
    throw refuse('terminations.inventory-incomplete', { sources: inventory.failures.map(({ source }) => source) });
  }
}

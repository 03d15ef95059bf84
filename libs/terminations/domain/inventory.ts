import { type HeldItem, type Instant, type InventoryView } from '#kernel';
import { refuse } from './refusals.js';

const inventoryViews = ['database', 'cluster', 'stores'] as const satisfies readonly InventoryView[];

/** Folders of the object store whose files the database knows by key: there each of the two views checks the other. */
const recordedFolders = ['scenarios/', 'releases/'];
const expectedIn = (ref: string): readonly InventoryView[] =>
  recordedFolders.some((folder) => ref.startsWith(folder)) ? ['database', 'stores'] : [];

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

const byName = (a: HeldItem, b: HeldItem): number =>
  a.ref < b.ref
    ? -1
    : a.ref > b.ref
      ? 1
      : a.kind < b.kind
        ? -1
        : a.kind > b.kind
          ? 1
          : inventoryViews.indexOf(a.view) - inventoryViews.indexOf(b.view);

function differenceOf(ref: string, seen: readonly HeldItem[]): Difference | null {
  const seenIn = inventoryViews.filter((view) => seen.some((item) => item.view === view));
  const missingFrom = expectedIn(ref).filter((view) => !seenIn.includes(view));
  return missingFrom.length === 0 ? null : { kind: seen[0]?.kind ?? '', ref, seenIn, missingFrom };
}

/** Puts the views together: one list of items, each view's own, and the differences between them by name. */
export function reconcile(reports: readonly ViewReport[], takenAt: Instant): Inventory {
  const items = reports.flatMap((report) => report.items).sort(byName);
  const named = Map.groupBy(items, ({ ref }) => ref);
  return {
    takenAt,
    items,
    differences: [...named].map(([ref, seen]) => differenceOf(ref, seen)).filter((difference) => difference !== null),
    failures: reports.flatMap(({ source, failure }) => (failure === null ? [] : [{ source, failure }])),
  };
}

/** Each thing once, whatever number of views saw it; a view that knows its key counts. */
export const things = (items: readonly HeldItem[]): readonly HeldItem[] =>
  [...Map.groupBy(items, ({ ref }) => ref).values()].flatMap(
    (seen) => seen.find(({ sealedBy }) => sealedBy !== undefined) ?? seen.slice(0, 1),
  );

/** @throws Refusal `termination.inventory-incomplete` with the sources that could not answer. */
export function assertComplete(inventory: Inventory): void {
  if (inventory.failures.length > 0) {
    throw refuse('termination.inventory-incomplete', { sources: inventory.failures.map(({ source }) => source) });
  }
}

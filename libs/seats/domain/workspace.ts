import { assertMove, type Digest, type Id, type Instant, refuse, type Transitions } from '#kernel';

/** One opening of a seat's environment in dev. Each opening is a new workspace, metered by itself (SEAT-05). */
export type WorkspaceState = 'planned' | 'applied' | 'removing' | 'removed';
export const workspaceTransitions = {
  planned: ['applied', 'removing'],
  applied: ['removing'],
  removing: ['removed'],
  removed: [],
} as const satisfies Transitions<WorkspaceState>;

/** An image that workspaces may start from, as the domain's operators put it on the list (SEAT-05). */
export interface CatalogueImage {
  readonly name: string;
  /** Repository without tag; a pod always names it by digest. */
  readonly repository: string;
  readonly digest: Digest;
  readonly priceItem: string;
  readonly withdrawnAt: Instant | null;
}

export interface Workspace {
  readonly id: Id;
  readonly seatId: Id;
  readonly scenarioId: Id;
  readonly domainId: Id;
  readonly namespace: string;
  readonly image: { readonly name: string; readonly reference: string; readonly priceItem: string };
  readonly state: WorkspaceState;
  readonly openedAt: Instant;
  /** The session ends here by itself at the latest. */
  readonly endsAt: Instant;
}

/** `repository@sha256:…`: what was reviewed is what starts, whatever a tag points to by then. */
export const imageReference = (image: CatalogueImage): string => `${image.repository}@${image.digest}`;

/** @throws Refusal `seats.image-not-in-catalogue` for a name that is not on the list or was taken off it. */
export function catalogueImage(catalogue: readonly CatalogueImage[], name: string, at: Instant): CatalogueImage {
  const image = catalogue.find((candidate) => candidate.name === name && (candidate.withdrawnAt === null || at < candidate.withdrawnAt));
  if (!image) throw refuse('seats.image-not-in-catalogue', { image: name });
  return image;
}

/** A person works on one workspace of a seat at a time: no second device on one seat (ACC-04). */
export function assertNoneOpen(open: readonly Pick<Workspace, 'id' | 'state'>[]): void {
  const [first] = open.filter(({ state }) => state !== 'removed');
  if (first) throw refuse('seats.workspace-open', { workspaceId: first.id, state: first.state });
}

export function moveWorkspace<S extends WorkspaceState>(from: WorkspaceState, to: S): S {
  assertMove(workspaceTransitions, from, to, 'workspace');
  return to;
}

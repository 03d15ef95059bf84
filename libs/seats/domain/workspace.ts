import { type Id, type Transitions } from '#kernel';
import { refuse } from './refusals.js';

/** One opening of a seat's environment in dev. Each opening is a new workspace, metered by itself (SEAT-05). */
export type WorkspaceState = 'planned' | 'applied' | 'removing' | 'removed';
export const workspaceTransitions = {
  planned: ['applied', 'removing'],
  applied: ['removing'],
  removing: ['removed'],
  removed: [],
} as const satisfies Transitions<WorkspaceState>;

/** @throws Refusal `seat.image-not-in-catalogue` for an image that is not on the zone's list; always `name@sha256:…` (SEAT-05). */
export function catalogueImage(listed: readonly { readonly image: string }[], image: string): string {
  if (!listed.some((candidate) => candidate.image === image)) throw refuse('seat.image-not-in-catalogue', { image });
  return image;
}

/** A person works on one workspace of a seat at a time: no second device on one seat (ACC-04). */
export function assertNoneOpen(open: readonly { readonly id: Id; readonly state: WorkspaceState }[]): void {
  const [first] = open.filter(({ state }) => state !== 'removed');
  if (first) throw refuse('seat.workspace-open', { workspaceId: first.id, state: first.state });
}

import { newId, systemClock, type CutMoment, type PathName } from '#kernel';

/** Ways in that a context implements: what an installation of those contexts alone is configured to have. */
const implementedBy: Readonly<Record<string, readonly PathName[]>> = {
  seats: ['api-tokens', 'transfers', 'workspace-pods'],
  domains: ['cluster-bindings'],
  exports: ['download-links'],
  coderuns: ['queued-jobs', 'running-jobs'],
  desensitisation: ['queued-jobs', 'running-jobs'],
};
export const pathsOf = (contexts: readonly { readonly name: string }[]): PathName[] => [
  ...new Set(contexts.flatMap(({ name }) => implementedBy[name] ?? [])),
];

/** A moment for a path that is asked by itself, with no replica to ask. */
export const moment = (): CutMoment => ({
  cutId: newId(),
  seenAt: systemClock.now(),
  now: () => systemClock.now(),
  gate: () => Promise.resolve([]),
});

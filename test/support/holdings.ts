import { newId } from '#kernel';
import { Seams } from '#platform/seams';
import { expect } from '@jest/globals';
import type { Medium } from './medium.js';

/** Destroys what a holding has of a scenario, twice, and expects it in both views before and nowhere after. */
export async function expectDestroyable(medium: Medium, name: string, of: { authorisationId: string; scenarioId: string }): Promise<void> {
  const scope = { domainId: newId(), authorisationId: of.authorisationId, scenarioIds: [of.scenarioId] };
  const holding = medium.app
    .get(Seams)
    .all('holding')
    .find((one) => one.name === name);
  const before = (await holding?.inventory(scope)) ?? [];
  expect(new Set(before.map(({ view }) => view))).toEqual(new Set(['database', 'stores']));
  expect(before.every(({ sealedBy }) => sealedBy === `scenario/${of.scenarioId}`)).toBe(true);
  await holding?.destroy(scope);
  await holding?.destroy(scope);
  expect(await holding?.inventory(scope)).toEqual([]);
  const attempts = (await holding?.attemptRecovery(scope)) ?? [];
  expect(attempts.length).toBeGreaterThan(0);
  expect(attempts.every(({ recovered }) => !recovered)).toBe(true);
}

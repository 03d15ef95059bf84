import { newId, type Holding, type HoldingName } from '#kernel';
import { Seams } from '#platform/seams';
import { expect } from '@jest/globals';
import type { Medium } from './medium.js';

/** As the worker has it, which destroys. */
export async function holdingOf(medium: Medium, name: HoldingName): Promise<Holding> {
  const holding = (await medium.worker())
    .get(Seams, { strict: false })
    .all('holding')
    .find((one) => one.name === name);
  if (holding === undefined) throw new Error(`no context of this composition has the holding ${name}`);
  return holding;
}

/** Destroys what a holding has of a scenario, twice, and expects it in both views before and nowhere after. */
export async function expectDestroyable(
  medium: Medium,
  name: HoldingName,
  of: { authorisationId: string; scenarioId: string },
): Promise<void> {
  const scope = { domainId: newId(), authorisationId: of.authorisationId, scenarioIds: [of.scenarioId] };
  const holding = await holdingOf(medium, name);
  const before = await holding.list(scope);
  expect(new Set(before.map(({ view }) => view))).toEqual(new Set(['database', 'stores']));
  expect(before.every(({ sealedBy }) => sealedBy === `scenario/${of.scenarioId}`)).toBe(true);
  await holding.destroy(scope);
  await holding.destroy(scope);
  expect(await holding.list(scope)).toEqual([]);
  const attempts = await holding.readBack(scope);
  expect(attempts.length).toBeGreaterThan(0);
  expect(attempts.filter(({ outcome }) => outcome !== 'gone')).toEqual([]);
}

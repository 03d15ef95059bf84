import { authorisationsContext } from '#authorisations';
import { identityContext } from '#identity';
import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { days, ok } from '../support/authorised.js';
import { type Caller, type Medium, openMedium } from '../support/medium.js';
import { refused } from '../support/outcomes.js';

const profiles = ['zhejiang', 'qingtian', 'binzhou', 'changchun', 'laiyuan'] as const;
type ProfileId = (typeof profiles)[number];

/** An authority, and of which profiles it sets the rules: its own region's, and those of the regions below it. */
interface Office {
  readonly people: readonly [Caller, Caller];
  readonly sets: readonly ProfileId[];
}
let medium: Medium;
const offices: Office[] = [];
const open = async (more: Record<string, unknown>, sets: readonly ProfileId[]): Promise<string> => {
  const id = await medium.organisation('authority', more);
  offices.push({ people: [await medium.person(id, ['authority']), await medium.person(id, ['authority'])], sets });
  return id;
};
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext] });
  for (const region of profiles) {
    const above = await open({}, [region]);
    const own = await open({ region, parentId: above }, [region]);
    // Below it, without a region of its own: under the same law, which others set.
    await open({ parentId: own }, []);
  }
  await open({}, []);
});
afterAll(() => medium.close());

const proposals: Record<string, (profile: ProfileId) => Record<string, unknown>> = {
  entries: (profile) => ({ profile, rule: 'unitCeiling', value: 40, from: days(1), source: '决定〔2026〕5号' }),
  'superseding-texts': (profile) => ({ profile, title: `办法 ${newId()}`, dated: days(0), from: days(400), source: '公报' }),
};

describe('the rules of a region', () => {
  it('are proposed and confirmed by people of its own authority or of one above it, and by nobody else [ADM-03] [ADM-04]', async () => {
    const foreign = refused('profile.of-another-region', 403);
    const office = fc.integer({ min: 0, max: 3 * profiles.length }).map((position) => offices[position] as Office);
    const asked = fc.record({
      kind: fc.constantFrom(...Object.keys(proposals)),
      profile: fc.constantFrom(...profiles),
      first: office,
      second: office,
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ kind, profile, first, second }) => {
        const path = `/jurisdiction-profiles/${kind}`;
        const body = proposals[kind]?.(profile);
        const proposed = await first.people[0].post<{ id: string }>(path, body);
        if (!first.sets.includes(profile)) expect(proposed).toMatchObject(foreign);
        const own = offices.find(({ sets }) => sets.includes(profile)) as Office;
        const { id } = first.sets.includes(profile) ? ok(proposed) : ok(await own.people[0].post<{ id: string }>(path, body));
        const confirmed = await second.people[1].post(`${path}/${id}/confirmations`);
        if (second.sets.includes(profile)) ok(confirmed);
        else expect(confirmed).toMatchObject(foreign);
      }),
      { numRuns: 60 },
    );
  });
});

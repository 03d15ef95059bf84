import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureSchemathesis, type Schemathesis } from '../../deploy/embedded/tools/index.js';
import { fuzz } from '../fuzz/fuzz.js';
import { openFuzzedWorld, type FuzzedWorld } from '../fuzz/world.js';

const missing = process.env['OPDOMAIN_TEST_NO_SCHEMATHESIS'];
/** Says why, when this machine cannot run it; a skipped test never counts as passed. */
const describeHere = missing === undefined ? describe : describe.skip;

describeHere(`the API, asked from its own description${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let tool: Schemathesis;
  let world: FuzzedWorld;
  beforeAll(async () => {
    tool = await ensureSchemathesis(() => undefined);
    world = await openFuzzedWorld();
  }, 400_000);
  afterAll(() => world.close());

  it('never fails, and refuses only by problem+json with a code that the description lists for that operation and status', async () => {
    const result = await fuzz(tool, world, { seed: 1, examples: 4, phases: ['fuzzing'], seconds: 75 });
    process.stdout.write(
      `${String(result.asked)} requests of ${String(result.operations.size)} operations: ${JSON.stringify(result.statuses)}\n`,
    );
    expect(result.faults).toEqual([]);
    expect([result.asked > 200, result.asked > 200 ? '' : result.said]).toEqual([true, '']);
  }, 180_000);

  it('would be found to answer what the description does not list', async () => {
    const { faults } = await fuzz(tool, world, {
      ...{ seed: 1, examples: 6, phases: ['fuzzing'], seconds: 30, only: '^listOrganisations$' },
      instead: (description) => description.replaceAll('"http.invalid-input"', '"http.other"'),
    });
    expect(faults.map(({ fault, status }) => [fault, status])).toContainEqual(['a code that the description does not list', 400]);
  }, 60_000);
});

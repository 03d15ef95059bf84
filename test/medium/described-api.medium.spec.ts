import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureSchemathesis, ToolUnavailableError, type Schemathesis } from '../../deploy/embedded/tools/index.js';
import { fuzz } from '../fuzz/fuzz.js';
import { openFuzzedWorld, type FuzzedWorld } from '../fuzz/world.js';

const tool = await ensureSchemathesis(() => undefined).catch((fault: unknown) => {
  if (fault instanceof ToolUnavailableError) return fault;
  throw fault;
});
const isHere = (found: Schemathesis | ToolUnavailableError): found is Schemathesis => 'python' in found;
const missing = isHere(tool) ? undefined : tool.message.split('\n')[0];
/** Says why, when this machine cannot run it; a skipped test never counts as passed. */
const describeHere = missing === undefined ? describe : describe.skip;

describeHere(`the API, asked from its own description${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let world: FuzzedWorld;
  beforeAll(async () => {
    world = await openFuzzedWorld();
  }, 240_000);
  afterAll(() => world.close());

  it('never fails, and refuses only by problem+json with a code that the description lists for that operation and status', async () => {
    if (!isHere(tool)) throw new Error('not to be reached');
    const result = await fuzz(tool, world, { seed: 1, examples: 4, phases: ['fuzzing'], seconds: 75 });
    process.stdout.write(`${String(result.asked)} requests of ${String(result.operations.size)} operations: ${JSON.stringify(result.statuses)}\n`);
    expect(result.faults).toEqual([]);
    expect([result.asked > 200, result.asked > 200 ? '' : result.said]).toEqual([true, '']);
  }, 180_000);
});

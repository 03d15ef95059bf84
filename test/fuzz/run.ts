import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ensureSchemathesis, progressLine, ToolUnavailableError } from '../../deploy/embedded/tools/index.js';
import { fuzz, type Fault } from './fuzz.js';
import { openFuzzedWorld } from './world.js';

const help = `npm run test:fuzz -- [options]

Asks a real API over a real PostgreSQL from its own description, as each of its people, about what is there: no answer may be a fault, and
each refusal must be problem+json with a code that the description lists for that operation and status.

  --examples N   generated requests of an operation (100)
  --seconds N    the whole of it at most (2400); the people's tokens hold for an hour
  --phases LIST  coverage (each constraint of the schemas), fuzzing (drawn requests); both where left out
  --only REGEX   operations whose id it finds
  --seed N       (1)
  --json FILE    everything that was found

Exit code 0: nothing was found. 1: something was. 2: wrong options, or no Python 3.11 with venv and pip.`;

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '2400' },
    phases: { type: 'string', default: 'coverage,fuzzing' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
if (values.help) {
  say(help);
  process.exit(0);
}
const phases = values.phases.split(',').filter((one) => one === 'coverage' || one === 'fuzzing');
const numbers = [values.examples, values.seconds, values.seed].map(Number);
if (phases.length === 0 || numbers.some((one) => !Number.isSafeInteger(one) || one < 0)) {
  say(help);
  process.exit(2);
}
const [examples = 100, seconds = 2400, seed = 1] = numbers;

const tool = await ensureSchemathesis((progress) => {
  say(progressLine(progress));
}).catch((fault: unknown) => {
  if (!(fault instanceof ToolUnavailableError)) throw fault;
  say(fault.message);
  process.exit(2);
});
const world = await openFuzzedWorld();
try {
  const begun = performance.now();
  const result = await fuzz(tool, world, { seed, examples, seconds, phases, ...(values.only === undefined ? {} : { only: values.only }) });
  say(
    `${String(result.asked)} requests of ${String(result.operations.size)} operations in ${((performance.now() - begun) / 1000).toFixed(0)} s`,
  );
  say(`answers: ${JSON.stringify(result.statuses)}`);
  const kinds = Map.groupBy(result.faults, ({ operation, fault, status }: Fault) => `${operation}: ${String(status)}, ${fault}`);
  for (const [kind, faults] of kinds)
    say(`${kind} (${String(faults.length)})\n  ${faults[0]?.url ?? ''} ${faults[0]?.body ?? ''}\n  ${faults[0]?.answer ?? ''}`);
  if (result.isCut) say(`cut off after ${String(seconds)} s: not everything was asked`);
  if (result.asked === 0) say(result.said);
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ ...result, operations: [...result.operations] }, null, 2));
  say(`${String(kinds.size)} kinds of faults`);
  process.exitCode = kinds.size === 0 && result.asked > 0 ? 0 : 1;
} finally {
  await world.close();
}

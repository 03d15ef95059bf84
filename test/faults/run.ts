import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import type { Facts } from './facts.js';
import { caseOf, nameOf, type Case, type Group } from './plan.js';
import { addToLedger, ledgerOf } from './ledger.js';
import { casesOf, shuffled, tellingsOf } from './sweep.js';
import { tell, type Telling } from './telling.js';

const help = `npm run test:faults -- [options]

Tells the story once without faults and records every call that leaves a process; then again and again, on a fresh installation each time,
while calls fail before they arrive, lose their answer, hang until their limit, or their process is killed (SIGKILL). Afterwards the
invariants are asked from outside. Calls of one shape count as equivalent; half of the tellings have two processes of each application.
A telling in which something was wrong is taken apart: each of its cases is told alone.

  --tellings N      how many tellings; all where left out (a night on two cores)
  --minutes N       begin no telling after so many
  --per-telling N   faults in one telling (20)
  --seed N          order of the cases (1)
  --only TEXT       cases whose name begins so, e.g. worker/keys
  --case NAME       this case alone, by its name (worker/keys/0a1b2c3d4e/2/after) or its number in the record; more than once: together
  --copies N        processes of each application: 1 or 2; in turn where left out
  --together        do not take a telling apart
  --json FILE       the whole result
  --folder DIR      where the record and what was told so far stand (dist/test-results/faults); a sweep goes on where it stopped
  --ledger FILE     cases that ended well, a line each with the commit that they were told at (test/faults/ledger.tsv): they are not told
                    again, and what ends well is added
  --fresh           tell also what was told before
  --record          record anew
  --keep            keep the folder of a telling in which something was wrong

Exit code 0: everything ended well. 1: something did not. 2: wrong options.`;

const { values } = parseArgs({
  options: {
    tellings: { type: 'string' },
    minutes: { type: 'string', default: 'Infinity' },
    ledger: { type: 'string', default: join(projectRoot, 'test', 'faults', 'ledger.tsv') },
    'per-telling': { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    case: { type: 'string', multiple: true },
    copies: { type: 'string' },
    together: { type: 'boolean', default: false },
    json: { type: 'string' },
    folder: { type: 'string', default: join(projectRoot, 'dist', 'test-results', 'faults') },
    fresh: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
if (values.help) {
  say(help);
  process.exit(0);
}

interface Recorded {
  readonly calls: number;
  readonly groups: readonly Group[];
  readonly facts: Facts;
}
interface Told {
  readonly cases: readonly string[];
  readonly copies: number;
  readonly ok: boolean;
  readonly wrong: readonly string[];
  readonly struck: readonly string[];
  readonly unmet: readonly string[];
  readonly seconds: number;
  readonly folder: string | undefined;
}

const recordFile = join(values.folder, 'record.json');
const toldFile = join(values.folder, 'told.jsonl');
await mkdir(values.folder, { recursive: true });
if (values.fresh) await writeFile(toldFile, '');

async function recorded(): Promise<Recorded> {
  const found = values.record ? undefined : await readFile(recordFile, 'utf8').catch(() => undefined);
  if (found !== undefined) return JSON.parse(found) as Recorded;
  say('recording: the story without faults');
  const { ok, wrong, calls, groups, facts } = await tell([], { copies: 1, clean: undefined, say, keep: values.keep });
  if (!ok || facts === undefined) {
    for (const line of wrong) say(`  ✗ ${line}`);
    throw new Error('the story does not end well without faults');
  }
  const record = { calls, groups, facts };
  await writeFile(recordFile, JSON.stringify(record, null, 1));
  return record;
}

const record = await recorded();
/** By number, in the order in which their first calls came: the same for every seed. */
const numbered = casesOf(record.groups);
const numbers = new Map(numbered.map((one, at) => [nameOf(one), at + 1]));
const named = (text: string): Case => {
  const byNumber = /^\d+$/.test(text) ? numbered[Number(text) - 1] : undefined;
  return byNumber ?? caseOf(text);
};
const titled = (name: string): string => `#${String(numbers.get(name) ?? '?')} ${name}`;
say(`${String(record.calls)} calls in ${String(record.groups.length)} groups, ${String(numbered.length)} cases`);

async function told(cases: readonly Case[], copies: number, title: string): Promise<Told> {
  say(`${title}: ${String(cases.length)} cases, ${copies === 1 ? 'one process' : `${String(copies)} processes`} of each application`);
  const telling: Telling = await tell(cases, { copies, clean: record.facts, say, keep: values.keep });
  const { ok, wrong, seconds, folder } = telling;
  for (const line of wrong) say(`  ✗ ${line}`);
  say(
    `  ${ok ? 'ended well' : 'did not end well'} after ${String(seconds)} s; ${String(telling.strikes.length)} struck, ${String(telling.unmet.length)} did not come${folder === undefined ? '' : `; kept in ${folder}`}`,
  );
  const result: Told = {
    cases: cases.map(nameOf),
    copies,
    ok,
    wrong,
    struck: telling.strikes.map(({ of }) => nameOf(of)),
    unmet: telling.unmet.map(nameOf),
    seconds,
    folder,
  };
  await appendFile(toldFile, `${JSON.stringify(result)}\n`);
  return result;
}

const copiesOf = (turn: number): number => (values.copies === undefined ? 1 + (turn % 2) : Number(values.copies));
const results: Told[] = [];
const failing: Told[] = [];

if (values.case !== undefined) {
  results.push(await told(values.case.map(named), copiesOf(0), 'replay'));
  failing.push(...results.filter(({ ok }) => !ok));
} else {
  const before = (await readFile(toldFile, 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told);
  const ledger = values.fresh ? [] : await ledgerOf(values.ledger);
  const done = new Set([...before.flatMap(({ struck }) => struck), ...ledger]);
  const wanted = shuffled(numbered, Number(values.seed)).filter((one) => nameOf(one).startsWith(values.only) && !done.has(nameOf(one)));
  if (done.size > 0) say(`${String(done.size)} cases were struck before`);
  const tellings = tellingsOf(wanted, Number(values['per-telling']));
  const most = values.tellings === undefined ? tellings.length : Math.min(Number(values.tellings), tellings.length);
  const until = performance.now() + Number(values.minutes) * 60_000;
  for (const [turn, cases] of tellings.slice(0, most).entries()) {
    if (performance.now() > until) {
      say(`${values.minutes} minutes are over`);
      break;
    }
    const result = await told(cases, copiesOf(turn), `telling ${String(turn + 1)} of ${String(most)}`);
    results.push(result);
    if (result.ok) {
      await addToLedger(values.ledger, result.struck);
      continue;
    }
    if (values.together) {
      failing.push(result);
      continue;
    }
    const alone: Told[] = [];
    for (const name of result.struck) alone.push(await told([caseOf(name)], result.copies, `alone ${titled(name)}`));
    const found = alone.filter(({ ok }) => !ok);
    // None alone: it takes several of them.
    failing.push(...(found.length === 0 ? [result] : found));
  }
}

const struck = new Set(results.flatMap((one) => one.struck));
const summary = {
  calls: record.calls,
  groups: record.groups.length,
  cases: numbered.length,
  tellings: results.length,
  struck: struck.size,
  unmet: results.flatMap(({ unmet }) => unmet).length,
  endedWell: struck.size - new Set(failing.flatMap((one) => one.struck)).size,
  failing,
};
if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ ...summary, results }, null, 1));
say(
  `${String(summary.calls)} calls recorded in ${String(summary.groups)} groups; ${String(summary.struck)} cases struck in ${String(summary.tellings)} tellings, ${String(summary.endedWell)} ended well, ${String(failing.length)} did not, ${String(summary.unmet)} did not come`,
);
for (const one of failing) {
  say(`✗ ${one.struck.map(titled).join(' ')} (${String(one.copies)} of each)`);
  for (const line of one.wrong) say(`    ${line}`);
}
process.exit(failing.length === 0 ? 0 : 1);

import 'reflect-metadata';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readOptions, wrongUsage } from './profile/command-line.js';
import { startEmbedded, type Installation } from './profile/embedded.js';
import { explainFailure } from './profile/failures.js';
import { profileHome } from './profile/home.js';
import { clearLeftovers } from './profile/leftovers.js';
import { inFolder } from './processes/folder.js';
import { Interrupted, interruption, untilAborted } from './processes/interruption.js';
import { tellStory } from './story/story.js';
import type { StoryReport } from './story/teller.js';
import { progressLine } from './tools/index.js';

const help = `npm run demo [-- --report FILE] [--keep] [--dir FOLDER] [--rows N]

Tells the whole story of an operation domain on the embedded profile, against real components, from authorisation to certified
destruction. The first run on a machine fetches packages and builds the cluster's programs with Go (about 10 minutes on two cores);
later runs take two to three minutes. It may be ended at any time (Ctrl-C, kill) and begun anew: each run begins from nothing.

  --report FILE   writes { ok, steps, receipt, certificate } as JSON
  --keep          leaves the data and the proofs in the folder until the next run on it; otherwise it is removed at the end
  --dir FOLDER    where everything is kept meanwhile (default: ${profileHome('demo')})
  --rows N        generated residents (default 200000)

Exit codes: 0 every step ok, 1 a step failed, 2 something this machine lacks or wrong usage, 130 ended by Ctrl-C.
`;

const values = readOptions(help, () =>
  parseArgs({
    options: {
      report: { type: 'string' },
      keep: { type: 'boolean', default: false },
      dir: { type: 'string' },
      rows: { type: 'string', default: '200000' },
      help: { type: 'boolean', short: 'h' },
    },
  }),
);
const residents = Number(values.rows);
const fewest = 1_000;
if (!Number.isSafeInteger(residents) || residents < fewest) wrongUsage(help, `--rows is a whole number from ${String(fewest)} on`);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const dir = values.dir === undefined ? profileHome('demo') : resolve(values.dir);
const signal = interruption(say);

async function writeReport(report: StoryReport): Promise<void> {
  if (values.report === undefined) return;
  await mkdir(dirname(resolve(values.report)), { recursive: true });
  await writeFile(values.report, `${JSON.stringify(report, null, 2)}\n`);
}

const elapsed = (since: number): number => Math.round(performance.now() - since);

/** Starts from nothing, tells the story, stops. */
async function demonstrate(): Promise<StoryReport> {
  await clearLeftovers(dir);
  const begun = performance.now();
  let installation: Installation;
  try {
    installation = await startEmbedded({
      dir,
      report: (progress) => say(progressLine(progress)),
      say: (what) => say(`  ready: ${what}`),
      signal,
    });
  } catch (fault) {
    const failure = fault instanceof Error ? fault.message : 'failed';
    const start = { name: 'start', ok: false, ms: elapsed(begun), evidence: { failure } };
    await writeReport({ ok: false, steps: [start], receipt: null, certificate: null });
    throw fault;
  }
  try {
    const folder = join(dir, 'proofs');
    await mkdir(folder, { recursive: true });
    const print = (line: string): void => (signal.aborted ? undefined : say(line));
    const told = tellStory(installation, { folder, residents, print, startedIn: elapsed(begun) });
    const report = await Promise.race([told, untilAborted(signal)]);
    await writeReport(report);
    say(`\n${report.ok ? 'every step ok' : 'a step failed'}, ${(elapsed(begun) / 1000).toFixed(0)} s`);
    return report;
  } finally {
    await installation.stop();
  }
}

let code: number;
try {
  say('opdomain: the main job, on the embedded profile\n');
  const report = await inFolder({ dir, keep: values.keep, signal, say }, demonstrate);
  if (values.keep) say(`kept in ${dir}`);
  code = report.ok ? 0 : 1;
} catch (fault) {
  code = fault instanceof Interrupted ? fault.exitCode : explainFailure(fault);
}
process.exit(code);

import 'reflect-metadata';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startSeparate, type SeparateInstallation } from '../../deploy/embedded/profile/separate.js';
import { tellStory } from '../../deploy/embedded/story/story.js';
import type { StoryReport } from '../../deploy/embedded/story/teller.js';
import { progressLine } from '../../deploy/embedded/tools/index.js';
import { GrownRows, type Standing } from './grown-rows.js';

const help = `npm run test:growth [-- --rows N] [--residents N] [--at-most RATIO] [--json FILE]

Tells the story twice, each time on a new installation with API, worker and operator as processes of their own: once as it is, and once
with a million rows in each of outbox, inbox, work and idempotency, half of them older than the configuration keeps, which the worker
takes away meanwhile. Both must end well, the second in no more than RATIO of the first's time; then the old rows must be gone, the
others all there, and no work given up. Takes about a quarter of an hour and 3 GB.

  --rows N         rows of each table (default 1000000)
  --residents N    generated residents of the story (default 20000)
  --at-most RATIO  of the two durations (default 2); both loads of the machine are printed, since others' work counts too
  --json FILE      writes what is printed, as JSON

Exit codes: 0 shown, 1 not shown, 2 wrong usage.
`;
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    residents: { type: 'string', default: '20000' },
    'at-most': { type: 'string', default: '2' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [rows, residents, atMost] = [Number(values.rows), Number(values.residents), Number(values['at-most'])];
const sound = Number.isSafeInteger(rows) && rows >= 10_000 && Number.isSafeInteger(residents) && residents >= 1_000 && atMost > 0;
if (values.help || !sound) {
  (values.help ? process.stdout : process.stderr).write(help);
  process.exit(values.help ? 0 : 2);
}

const began = performance.now();
const say = (line: string): void =>
  void process.stderr.write(`${String(Math.round((performance.now() - began) / 1000)).padStart(5)} s  ${line}\n`);
const forgottenWithinMs = 15 * 60_000;

interface Told {
  readonly report: StoryReport;
  readonly ms: number;
  /** What ran or waited to run on the machine meanwhile, ours and others', on average. */
  readonly load: number;
}
const sampleMs = 5_000;

async function tell(installation: SeparateInstallation, folder: string): Promise<Told> {
  await mkdir(folder, { recursive: true });
  const from = performance.now();
  const loads = [loadavg()[0] ?? 0];
  const sampling = setInterval(() => void loads.push(loadavg()[0] ?? 0), sampleMs);
  try {
    const report = await tellStory(installation, { folder, residents, print: say, startedIn: 0 });
    return { report, ms: Math.round(performance.now() - from), load: loads.reduce((sum, one) => sum + one, 0) / loads.length };
  } finally {
    clearInterval(sampling);
  }
}

async function onNew<T>(dir: string, work: (installation: SeparateInstallation) => Promise<T>): Promise<T> {
  const settings = { retention: { workHours: 24, answersHours: 24 } };
  const installation = await startSeparate({ dir, report: (progress) => say(progressLine(progress)), say, settings });
  try {
    return await work(installation);
  } finally {
    await installation.stop();
  }
}

interface Grown {
  readonly told: Told;
  readonly seededMs: number;
  readonly before: readonly Standing[];
  readonly after: readonly Standing[];
  readonly end: readonly Standing[];
  readonly lost: readonly string[];
  readonly dead: number;
}

/** The worker begins to forget when the story begins. */
async function grown(installation: SeparateInstallation, dir: string): Promise<Grown> {
  await installation.processes.get('worker')?.stop();
  const table = await GrownRows.open((await readFile(join(dir, 'secrets', 'database.owner.url'), 'utf8')).trim(), rows);
  try {
    const from = performance.now();
    await table.seed();
    const seededMs = Math.round(performance.now() - from);
    const before = await table.standing();
    say(`seeded in ${String(seededMs)} ms: ${counts(before)}`);
    await installation.restart('worker');
    const told = await tell(installation, join(dir, 'proofs'));
    const after = await table.standing();
    say(`when the story ended: ${counts(after)}`);
    let end = after;
    for (const until = performance.now() + forgottenWithinMs; !end.every(isForgotten) && performance.now() < until;) {
      await pause(2_000);
      end = await table.standing();
    }
    return { told, seededMs, before, after, end, lost: await table.lost(), dead: await table.dead() };
  } finally {
    await table.close();
  }
}

const isForgotten = ({ there, toStay }: Standing): boolean => there <= toStay;
const counts = (of: readonly Standing[]): string => of.map(({ what, there }) => `${what} ${String(there)}`).join(', ');
const gone = (from: readonly Standing[], to: readonly Standing[]): number =>
  from.reduce((sum, { there }, at) => sum + there - (to[at]?.there ?? 0), 0);
const failed = ({ report }: Told): string =>
  report.steps
    .filter((step) => !step.ok)
    .map(({ name, evidence }) => `${name} ${JSON.stringify(evidence)}`)
    .join('; ');

const root = await mkdtemp(join(tmpdir(), 'opdomain-growth-'));
await chmod(root, 0o711);
let code = 1;
try {
  const plain = await onNew(join(root, 'plain'), (installation) => tell(installation, join(root, 'plain', 'proofs')));
  say(`the story alone: ${String(plain.ms)} ms`);
  await rm(join(root, 'plain'), { recursive: true, force: true });
  const found = await onNew(join(root, 'grown'), (installation) => grown(installation, join(root, 'grown')));
  const ratio = found.told.ms / plain.ms;
  const meanwhile = gone(found.before, found.after);
  const shown: readonly (readonly [what: string, ok: boolean, said: string])[] = [
    ['the story alone ends well', plain.report.ok, failed(plain) || `${String(plain.ms)} ms`],
    ['the story among the rows ends well', found.told.report.ok, failed(found.told) || `${String(found.told.ms)} ms`],
    [
      'it takes no longer than it may',
      ratio <= atMost,
      `${ratio.toFixed(2)} of the time alone, at most ${String(atMost)}; the machine’s load was ${plain.load.toFixed(1)}, then ${found.told.load.toFixed(1)}`,
    ],
    ['rows went while it was told', meanwhile > 0, `${String(meanwhile)} of ${String(gone(found.before, found.end))}`],
    [
      'what the rule names is gone',
      found.end.every(isForgotten),
      found.end.map(({ what, there, toStay }) => `${what} ${String(there)}/${String(toStay)}`).join(', '),
    ],
    ['the others are all there', found.lost.length === 0, found.lost.join(', ') || 'each by its id'],
    ['no work was given up', found.dead === 0, String(found.dead)],
  ];
  for (const [what, ok, said] of shown) process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${what}: ${said}\n`);
  const ok = shown.every(([, one]) => one);
  if (values.json !== undefined) {
    const { told, ...rest } = found;
    const report = {
      ok,
      rows,
      residents,
      aloneMs: plain.ms,
      amongRowsMs: told.ms,
      ratio,
      loadAlone: plain.load,
      loadAmongRows: told.load,
      goneMeanwhile: meanwhile,
      ...rest,
    };
    await writeFile(
      values.json,
      `${JSON.stringify({ ...report, shown: shown.map(([what, one, said]) => ({ what, ok: one, said })) }, null, 2)}\n`,
    );
  }
  code = ok ? 0 : 1;
} catch (fault) {
  process.stderr.write(`could not be shown: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`);
} finally {
  await rm(root, { recursive: true, force: true });
}
process.exit(code);

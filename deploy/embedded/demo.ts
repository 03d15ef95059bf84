import 'reflect-metadata';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { clearLeftovers } from './profile/leftovers.js';
import { startEmbedded } from './profile/embedded.js';
import { explainFailure } from './profile/failures.js';
import { profileHome } from './profile/home.js';
import { tellStory } from './story/story.js';
import { progressLine } from './tools/index.js';

const help = `npm run demo [-- --report FILE] [--keep] [--dir FOLDER] [--rows N]

Tells the whole story of an operation domain on the embedded profile, against real components, from authorisation to certified
destruction. The first run on a machine fetches packages and builds the cluster's programs with Go (about 10 minutes on two cores);
later runs take two to three minutes.

  --report FILE   writes { ok, steps, receipt, certificate } as JSON
  --keep          leaves the data and the proofs in the folder; otherwise it is removed at the end
  --dir FOLDER    where everything is kept meanwhile (default: ${profileHome('demo')})
  --rows N        generated residents (default 200000)

Exit codes: 0 every step ok, 1 a step failed, 2 something this machine lacks.
`;

const { values } = parseArgs({
  options: {
    report: { type: 'string' },
    keep: { type: 'boolean', default: false },
    dir: { type: 'string' },
    rows: { type: 'string', default: '200000' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help === true) {
  process.stdout.write(help);
  process.exit(0);
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const dir = values.dir === undefined ? profileHome('demo') : resolve(values.dir);

let code: number;
try {
  await clearLeftovers(dir);
  await mkdir(dir, { recursive: true });
  say('opdomain: the main job, on the embedded profile\n');
  const started = performance.now();
  const installation = await startEmbedded({
    dir,
    report: (progress) => say(progressLine(progress)),
    say: (what) => say(`  ready: ${what}`),
  });
  const interrupted = (): void => {
    void installation.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    const folder = join(dir, 'proofs');
    await mkdir(folder, { recursive: true });
    const report = await tellStory(installation, {
      folder,
      residents: Number(values.rows),
      print: say,
      startedIn: Math.round(performance.now() - started),
    });
    if (values.report !== undefined) await writeFile(values.report, `${JSON.stringify(report, null, 2)}\n`);
    say(`\n${report.ok ? 'every step ok' : 'a step failed'}, ${((performance.now() - started) / 1000).toFixed(0)} s`);
    code = report.ok ? 0 : 1;
  } finally {
    await installation.stop();
    if (values.keep) say(`kept in ${dir}`);
    else await rm(dir, { recursive: true, force: true });
  }
} catch (fault) {
  code = explainFailure(fault);
}
process.exit(code);

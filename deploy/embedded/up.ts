import 'reflect-metadata';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readOptions, wrongUsage } from './profile/command-line.js';
import { startEmbedded } from './profile/embedded.js';
import { explainFailure } from './profile/failures.js';
import { profileHome } from './profile/home.js';
import { inFolder } from './processes/folder.js';
import { Interrupted, interruption, untilAborted } from './processes/interruption.js';
import { samplePeople } from './samples/people.js';
import { progressLine } from './tools/index.js';

const help = `npm run up [-- --dir FOLDER] [--log-level LEVEL]

Starts the embedded profile for use and stays until Ctrl-C: API, worker and operator in one process over PostgreSQL, an OIDC issuer
and a Kubernetes control plane, all on loopback. A second start finds its data again.

  --dir FOLDER        where everything is kept (default: ${profileHome('up')})
  --log-level LEVEL   silent, error, warn (default), info or debug

Exit codes: 0 stopped, 1 it could not be started, 2 something this machine lacks or wrong usage, 130 ended while it started.
`;

const values = readOptions(help, () =>
  parseArgs({
    options: { dir: { type: 'string' }, 'log-level': { type: 'string', default: 'warn' }, help: { type: 'boolean', short: 'h' } },
  }),
);
const levels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
const logLevel = levels.find((level) => level === values['log-level']) ?? wrongUsage(help, `--log-level is one of ${levels.join(', ')}`);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const dir = values.dir === undefined ? profileHome('up') : resolve(values.dir);
const signal = interruption(say);

/** Starts, tells how to use it, and stops when it is told to. */
async function serve(): Promise<void> {
  const installation = await startEmbedded({
    dir,
    report: (progress) => say(progressLine(progress)),
    say: (what) => say(`ready: ${what}`),
    logLevel,
    signal,
  });
  try {
    say(`\nAPI      ${installation.url}/api/v1   (OpenAPI: ${installation.url}/api/v1/openapi.json)`);
    say(`issuer   ${installation.issuer}`);
    say('\nSign in with `npx opdomain login`, or as one of these people at the issuer:');
    for (const person of samplePeople)
      say(`  ${person.subject.padEnd(6)} ${await installation.passcode(person.subject)}  ${person.name} · ${person.title}`);
    say('\nCtrl-C stops everything.');
    await untilAborted(signal).catch(() => undefined);
  } finally {
    await installation.stop();
  }
  say('stopped');
}

let code = 0;
try {
  await inFolder({ dir, keep: true, signal, say }, serve);
} catch (fault) {
  code = fault instanceof Interrupted ? fault.exitCode : explainFailure(fault);
}
process.exit(code);

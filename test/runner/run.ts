import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import { startPostgres } from '../../deploy/embedded/servers/postgres.js';
import {
  ensureBubblewrap,
  ensureCompiler,
  ensureKeycloak,
  ensureRedis,
  ensureSchemathesis,
  ensureTool,
  progressLine,
  type Report,
  type ToolName,
} from '../../deploy/embedded/tools/index.js';
import { readRing, resultsFolder, type RingResult } from './results.js';

/**
 * `npm test`: the house checks, then every ring that this machine can run; what it can't, it says, and those tests report themselves
 * skipped. `npm test -- unit medium` runs some rings alone, `npm test -- --no-checks` leaves types, lint and house out.
 */
const rings = ['unit', 'architecture', 'medium', 'cluster', 'e2e'] as const;
type Ring = (typeof rings)[number];
/** Files of these rings start servers of their own and wait for them much of the time: one after another within the ring. */
const oneByOne: readonly Ring[] = ['cluster', 'e2e'];
/**
 * What runs side by side: the checks have one thread and leave a core to the unit tests; the other tests wait for servers much of the
 * time. What stands first in a stage is shown as it goes, what runs beside it when the stage is over.
 */
const stages: readonly (readonly ('checks' | Ring)[])[] = [
  ['unit', 'checks'],
  ['medium', 'architecture'],
  ['e2e', 'cluster'],
];
const limitMinutes = 75;

const words = process.argv.slice(2);
const wanted = rings.filter((ring) => words.includes(ring));
const chosen: readonly Ring[] = wanted.length > 0 ? wanted : rings;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const report: Report = (progress) => {
  say(progressLine(progress));
};

/** @param shown undefined: on this process's output as it goes */
function run(
  command: string,
  args: readonly string[],
  shown: ((text: string) => void) | undefined,
  environment: NodeJS.ProcessEnv = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: projectRoot,
      stdio: shown === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => shown?.(text));
    const limit = setTimeout(() => {
      say(`${args.join(' ')} was ended after ${String(limitMinutes)} minutes`);
      child.kill('SIGKILL');
    }, limitMinutes * 60_000);
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve(code ?? 1);
    });
  });
}

/** @returns why a tool is not to be had. */
async function attempt(name: string, get: () => Promise<unknown>): Promise<string[]> {
  try {
    await get();
    return [];
  } catch (fault) {
    return [`${name}: ${fault instanceof Error ? fault.message.split('\n')[0] : 'not available'}`];
  }
}

/** Fetches what the outer rings need. @returns why they can't run, by tool. */
async function prepare(): Promise<string[]> {
  const missing: string[] = [];
  const tools: readonly ToolName[] = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'bao', 'versitygw'];
  for (const tool of tools) missing.push(...(await attempt(tool, () => ensureTool(tool, report))));
  missing.push(...(await attempt('redis-server', () => ensureRedis(report))));
  missing.push(...(await attempt('bubblewrap', () => ensureBubblewrap(report))));
  missing.push(...(await attempt('compiler', () => ensureCompiler(report))));
  return missing;
}

async function checks(shown: ((text: string) => void) | undefined): Promise<string[]> {
  const failed: string[] = [];
  for (const [name, script] of [
    ['lint', 'lint'],
    ['house', 'house'],
  ] as const) {
    (shown ?? say)(`\n== ${name} ==\n`);
    if ((await run('npm', ['run', '-s', script], shown)) !== 0) failed.push(name);
  }
  return failed;
}

const dir = await mkdtemp(join(tmpdir(), 'opdomain-rings-'));
await chmod(dir, 0o711);
mkdirSync(resultsFolder, { recursive: true });
for (const ring of chosen) rmSync(join(resultsFolder, `${ring}.json`), { force: true });
const missing = chosen.some((ring) => ring !== 'unit' && ring !== 'architecture') ? await prepare() : [];
/** Each is needed by one file alone, which says so itself. */
const noKeycloak = chosen.includes('medium') ? await attempt('keycloak', () => ensureKeycloak(report)) : [];
const noSchemathesis = chosen.includes('medium') ? await attempt('schemathesis', () => ensureSchemathesis(report)) : [];
const failedChecks: string[] = [];
const postgres =
  chosen.includes('medium') || chosen.includes('cluster')
    ? await startPostgres({ dir, durable: false, extraFlags: ['-c', 'max_connections=400'] })
    : undefined;
const results: RingResult[] = [];

async function testRing(ring: Ring, shown: ((text: string) => void) | undefined): Promise<void> {
  (shown ?? say)(`\n== ${ring} ==\n`);
  const code = await run(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--json',
      `--outputFile=${join(resultsFolder, `${ring}.json`)}`,
      ...(oneByOne.includes(ring) ? ['--runInBand'] : ['--maxWorkers=2']),
      '--passWithNoTests',
      '--selectProjects',
      ring,
    ],
    shown,
    {
      ...(postgres === undefined ? {} : { OPDOMAIN_TEST_POSTGRES_URL: postgres.url }),
      OPDOMAIN_TEST_MISSING: missing.join('\n'),
      ...(noKeycloak[0] === undefined ? {} : { OPDOMAIN_TEST_NO_KEYCLOAK: noKeycloak[0] }),
      ...(noSchemathesis[0] === undefined ? {} : { OPDOMAIN_TEST_NO_SCHEMATHESIS: noSchemathesis[0] }),
      JEST_JSON_QUIET: '1',
    },
  );
  const result = readRing(ring);
  results.push(result ?? { ring, passed: 0, failed: 1, skipped: 0, tests: [] });
  if (code !== 0 && result?.failed === 0)
    results.push({ ring: `${ring} (ended with ${String(code)})`, passed: 0, failed: 1, skipped: 0, tests: [] });
}

const withChecks = !words.includes('--no-checks') && wanted.length === 0;
try {
  for (const stage of stages) {
    const begun = performance.now();
    const parts = stage.filter((part) => (part === 'checks' ? withChecks : chosen.includes(part)));
    await Promise.all(
      parts.map(async (part, at) => {
        let kept = '';
        const shown = at === 0 ? undefined : (text: string): void => void (kept += text);
        if (part === 'checks') failedChecks.push(...(await checks(shown)));
        else await testRing(part, shown);
        return kept;
      }),
    ).then((kept) => {
      for (const text of kept) process.stdout.write(text);
    });
    if (parts.length > 0) say(`${parts.join(', ')}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  }
} finally {
  await postgres?.stop();
  await rm(dir, { recursive: true, force: true });
}

say('');
for (const result of results)
  say(`${result.ring.padEnd(13)} ${String(result.passed)} passed, ${String(result.failed)} failed, ${String(result.skipped)} skipped`);
const failedTests = results.flatMap(({ ring, tests }) =>
  tests.filter(({ status }) => status === 'failed').map(({ name }) => `${ring}: ${name}`),
);
for (const name of failedTests) say(`failed: ${name}`);
for (const check of failedChecks) say(`${check.padEnd(13)} failed`);
for (const reason of [...missing, ...noKeycloak, ...noSchemathesis]) say(`skipped because missing: ${reason}`);
const sum = (pick: (result: RingResult) => number): number => results.reduce((total, result) => total + pick(result), 0);
const failed = sum((result) => result.failed) + failedChecks.length;
say(`${String(sum((result) => result.passed))} passed, ${String(failed)} failed, ${String(sum((result) => result.skipped))} skipped`);
process.exit(failed === 0 ? 0 : 1);

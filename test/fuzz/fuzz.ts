import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import type { Schemathesis } from '../../deploy/embedded/tools/index.js';
import type { FuzzedWorld } from './world.js';

/** What a request was found to be answered with that its description does not allow. */
export interface Fault {
  readonly fault: string;
  readonly operation: string;
  readonly status: number;
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly answer: string;
}
export interface Fuzzed {
  readonly asked: number;
  /** Operations that were asked. */
  readonly operations: ReadonlySet<string>;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
  /** Whether its time was over before everything was asked. */
  readonly isCut: boolean;
  /** The last of what Schemathesis said, for where it could not go on. */
  readonly said: string;
}
export interface Bounds {
  readonly seed: number;
  /** Generated requests of an operation, besides those that each constraint of its schema gives. */
  readonly examples: number;
  /** `coverage` goes through every constraint of the schemas, `fuzzing` draws. */
  readonly phases: readonly ('coverage' | 'fuzzing')[];
  readonly seconds: number;
  /** Finds the ids of the operations that are asked; all where left out. */
  readonly only?: string;
  /** What is held against the API in place of its description; for the test of this itself. */
  readonly instead?: (description: string) => string;
}

/** Acts after which much is refused that was allowed before: they are asked when everything else was. */
const endings =
  /(suspendAuthorisation|withdrawAuthorisation|endPartner|endScenario|stopScenario|endAffiliation|endRole|lockPerson|revoke\w+|openTermination|confirmTermination|destroyTermination|decideExits|freezeDataset|endStageBody|confirmStageBodyEnd|withdraw\w+|removeNetworkLogSegment|confirmText|confirmProfile)$/
    .source;
/** Asked with our own credentials alone, or answered without end. */
const leftOut = ['/canary$', '/operations/\\{id\\}/events$'];

/** What this installation has not: a cluster. */
const away = ['kube.unreachable', 'kube.api-unreachable'];

/** Asks the API from its own description, as its people, about what is there; each request and what was found in it is told. */
export async function fuzz(tool: Schemathesis, world: FuzzedWorld, bounds: Bounds): Promise<Fuzzed> {
  const dir = await mkdtemp(join(tmpdir(), 'opdomain-fuzz-'));
  try {
    const description = join(dir, 'openapi.json');
    const found = join(dir, 'found.jsonl');
    await writeFile(found, '');
    const { instead = (said) => said } = bounds;
    await writeFile(description, instead(await (await fetch(`${world.url}/api/v1/openapi.json`)).text()));
    await writeFile(join(dir, 'world.json'), JSON.stringify({ people: world.people, ids: world.ids, away, faults: found }));
    let said = '';
    const until = performance.now() + bounds.seconds * 1000;
    const only = bounds.only === undefined ? [] : ['--include-operation-id-regex', bounds.only];
    const rounds = [
      [...only, '--exclude-operation-id-regex', endings],
      ['--include-operation-id-regex', bounds.only === undefined ? endings : `(?=.*(${bounds.only}))^.*${endings}`],
    ];
    for (const operations of rounds)
      said += await ask(tool, dir, world.url, until, [
        ...['--seed', String(bounds.seed), '--max-examples', String(bounds.examples), '--phases', bounds.phases.join(',')],
        ...['--checks', 'refused_as_described', '--continue-on-failure', '--no-shrink', '--generation-database', 'none'],
        ...['--request-timeout', '30', '--warnings', 'off', '--suppress-health-check', 'all', '--no-color', '--workers', '1'],
        ...['--exclude-path-regex', leftOut.join('|')],
        ...operations,
      ]);
    return { ...told(await readFile(found, 'utf8')), said: said.slice(-4_000), isCut: performance.now() >= until };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function ask({ python, args }: Schemathesis, dir: string, url: string, until: number, options: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [...args, 'run', join(dir, 'openapi.json'), '--url', url, ...options], {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: join(projectRoot, 'test', 'fuzz', 'hooks.py'),
        OPDOMAIN_FUZZ_WORLD: join(dir, 'world.json'),
        PYTHONHASHSEED: '0',
        PYTHONDONTWRITEBYTECODE: '1',
      },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const late = setTimeout(() => child.kill('SIGKILL'), Math.max(0, until - performance.now()));
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(late);
      resolve(said);
    });
  });
}

function told(lines: string): Omit<Fuzzed, 'said' | 'isCut'> {
  const all = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Omit<Fault, 'fault'> & { readonly fault: string | null });
  const statuses: Record<string, number> = {};
  for (const { status } of all) statuses[status] = (statuses[status] ?? 0) + 1;
  return {
    asked: all.length,
    operations: new Set(all.map(({ operation }) => operation)),
    statuses,
    faults: all.filter((one): one is Fault => one.fault !== null),
  };
}

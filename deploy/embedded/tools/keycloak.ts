import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { exclusively } from '../processes/exclusive.js';
import { isThere } from '../processes/files.js';
import { TiedRunError, tiedRun } from '../processes/tied-spawn.js';
import { toolCache, whileWaiting } from './cache.js';
import { reporting, type Report } from './progress.js';
import { ToolUnavailableError } from './unavailable.js';

const run = promisify(execFile);

/** The newest that runs on Java 17; an issuer that is not ours, for tests alone. */
const version = '26.7.3';
const sha256 = '77657f30b7e90d70f727712ce1c967f430fd6a5e9f458d32d8c6df0635345f47';
const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:tar.gz`;
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
const javaWanted = 17;
/** Download (177 MB) and build where nothing is cached. */
const usualSeconds = 90;
const fetchWithinMs = 300_000;
const buildWithinMs = 300_000;

/** What is settled when it is built, so that a start has nothing left to settle. One process alone: no cluster. */
const buildOptions = ['--db=dev-mem', '--cache=local', '--health-enabled=false', '--metrics-enabled=false'];

export interface Keycloak {
  readonly home: string;
  readonly java: string;
}

/**
 * Keycloak, fetched once from Maven Central and built for a start without settings, in the cache.
 * @throws ToolUnavailableError where Java 17 or Maven is missing, or the download does not arrive in five minutes.
 */
export async function ensureKeycloak(report: Report, signal?: AbortSignal): Promise<Keycloak> {
  const java = await findJava();
  const home = join(toolCache(), `keycloak-${version}`);
  if (!(await isThere(home)))
    await exclusively(
      `${home}.lock`,
      async () => {
        if (await isThere(home)) return;
        await reporting(report, 'keycloak', usualSeconds, ['installing', 'installed'], () => install(home, signal));
      },
      whileWaiting('keycloak', usualSeconds, report, signal),
    );
  return { home, java };
}

async function findJava(): Promise<string> {
  // `java -version` writes to its error output, e.g. `openjdk version "17.0.15" 2025-04-15`.
  const said = await run('java', ['-version']).then(
    ({ stderr }) => stderr,
    () => '',
  );
  const found = Number(/version "(\d+)/.exec(said)?.[1] ?? 0);
  if (found >= javaWanted) return 'java';
  throw unavailable(found === 0 ? 'no Java is on the PATH' : `the Java on the PATH is ${String(found)}`);
}

const unavailable = (why: string): ToolUnavailableError =>
  new ToolUnavailableError(
    'keycloak',
    `Keycloak ${version} needs Java ${String(javaWanted)} or newer, and Maven to be fetched once: ${why}`,
  );

/** `home` appears whole or not at all. To be called while holding its lock. */
async function install(home: string, signal: AbortSignal | undefined): Promise<void> {
  const shelf = toolCache();
  await mkdir(shelf, { recursive: true });
  for (const left of (await readdir(shelf)).filter((name) => name.startsWith('keycloak.draft-')))
    await rm(join(shelf, left), { recursive: true, force: true });
  const draft = await mkdtemp(join(shelf, 'keycloak.draft-'));
  const within = (ms: number) => ({
    cwd: draft,
    env: process.env,
    signal: AbortSignal.any([AbortSignal.timeout(ms), ...(signal === undefined ? [] : [signal])]),
  });
  try {
    const copy = ['-B', '-q', '--strict-checksums', plugin, `-Dartifact=${artifact}`, `-DoutputDirectory=${draft}`];
    await tiedRun('mvn', copy, 'TERM', within(fetchWithinMs)).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw unavailable(fetchFault(error));
    });
    const archive = join(draft, `keycloak-quarkus-dist-${version}.tar.gz`);
    const digest = createHash('sha256');
    await pipeline(createReadStream(archive), digest);
    if (digest.digest('hex') !== sha256) throw unavailable('what was fetched is not the release that is known here');
    await tiedRun('tar', ['-xzf', archive, '-C', draft], 'TERM', within(buildWithinMs));
    const built = join(draft, `keycloak-${version}`);
    await tiedRun('bash', [join(built, 'bin', 'kc.sh'), 'build', ...buildOptions], 'TERM', within(buildWithinMs));
    await rename(built, home);
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function fetchFault(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'no Maven is on the PATH';
  if (error instanceof TiedRunError) return `Maven could not fetch it: ${error.message}`;
  return `it was not fetched within ${String(fetchWithinMs / 60_000)} minutes`;
}

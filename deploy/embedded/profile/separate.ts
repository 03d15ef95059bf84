import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { opdomainConfig } from '../../../apps/composition/config.js';
import { contexts } from '../../../apps/composition/contexts.js';
import { openPlatform } from '../../../apps/composition/platform.js';
import { writePrivate } from '../processes/files.js';
import { projectRoot } from '../processes/project-root.js';
import { supervise, type RunningServer } from '../processes/supervise.js';
import { Teardown } from '../processes/teardown.js';
import { startOpenBao, startRedis, startVersitygw } from '../servers/index.js';
import type { Report } from '../tools/index.js';
import { configurationOf } from './configuration.js';
import type { Installation, StartOptions } from './embedded.js';
import { makeFirstPeople } from './first-people.js';
import { layFoundations } from './foundations.js';
import { clearScratch } from './scratch.js';

/** An installation on the production side of every port, its applications processes of their own. */
export interface SeparateInstallation extends Installation {
  readonly processes: ReadonlyMap<'api' | 'worker' | 'operator', RunningServer>;
  /** Starts one of the applications again after it was ended. */
  restart(name: 'api' | 'worker' | 'operator'): Promise<void>;
}

/** Redis, OpenBao and S3 with object lock: what stands in for the embedded queue, keys and objects. */
async function productionPorts(dir: string, report: Report, started: Teardown) {
  const redis = await startRedis({ dir: join(dir, 'redis'), report });
  started.add(() => redis.stop());
  const bao = await startOpenBao({ dir: join(dir, 'openbao'), report });
  started.add(() => bao.stop());
  const s3 = await startVersitygw({ dir: join(dir, 's3'), report });
  started.add(() => s3.stop());
  const secret = async (name: string, value: string): Promise<string> => {
    const path = join(dir, 'secrets', name);
    await writePrivate(path, value);
    return path;
  };
  return {
    queue: {
      kind: 'redis' as const,
      host: '127.0.0.1',
      port: Number(new URL(redis.url).port),
      passwordFile: await secret('redis.password', redis.password),
      tls: false,
    },
    keys: { kind: 'transit' as const, address: bao.address, tokenFile: bao.tokenFile, mount: bao.mount, attempts: 5 },
    objects: {
      kind: 's3' as const,
      endpoint: s3.endpoint,
      region: s3.region,
      bucket: 'opdomain',
      accessKeyFile: await secret('s3.access', s3.accessKey),
      secretKeyFile: await secret('s3.secret', s3.secretKey),
      pathStyle: true,
      attempts: 4,
      createBucket: true,
    },
  };
}

/** PostgreSQL, Redis, OpenBao, S3; API, worker and operator as separate processes, configured by one file. */
export async function startSeparate(options: StartOptions): Promise<SeparateInstallation> {
  const { dir, report, say } = options;
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711);
  const started = new Teardown();
  await clearScratch(dir);
  started.add(() => clearScratch(dir));
  try {
    const foundations = await layFoundations(options);
    started.add(() => foundations.stop());
    const ports = await productionPorts(dir, report, started);
    say('Redis, OpenBao, S3');
    const configuration = await configurationOf({
      dir,
      databaseUrlFiles: foundations.databaseUrlFiles,
      issuer: foundations.issuer.url,
      kubeconfig: foundations.cluster.kubeconfig,
      logLevel: options.logLevel ?? 'info',
      ports,
    });
    const file = join(dir, 'opdomain.yaml');
    await writePrivate(file, stringify(configuration));
    const platform = await openPlatform(opdomainConfig.parse(configuration), contexts, 'api');
    await makeFirstPeople(platform).finally(() => platform.close());
    const url = `http://127.0.0.1:${String((configuration['http'] as { port: number }).port)}`;
    const processes = new Map<'api' | 'worker' | 'operator', RunningServer>();
    const launch = async (name: 'api' | 'worker' | 'operator'): Promise<void> => {
      processes.set(
        name,
        await supervise({
          name: `opdomain-${name}`,
          dir,
          command: process.execPath,
          args: [
            ...[join(projectRoot, 'dist', 'apps', name, 'main.js'), '--config', file],
            ...['--set', `database.urlFile=${foundations.databaseUrlFiles[name]}`],
          ],
          ready: name === 'api' ? () => answers(`${url}/readyz`) : () => Promise.resolve(),
          readyWithinSeconds: 60,
        }),
      );
      say(`${name} process`);
    };
    for (const name of ['api', 'worker', 'operator'] as const) await launch(name);
    started.add(async () => {
      for (const running of [...processes.values()].reverse()) await running.stop();
    });
    return {
      url,
      issuer: foundations.issuer.url,
      kubernetes: foundations.cluster.version,
      passcode: (subject) => foundations.issuer.passcode(subject),
      processes,
      restart: launch,
      stop: started.end,
    };
  } catch (fault) {
    await started.end();
    throw fault;
  }
}

async function answers(url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`answered ${String(response.status)}`);
}

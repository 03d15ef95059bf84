import type { Application } from '#kernel';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { opdomainConfig, type OpdomainConfig } from '../../../apps/composition/config.js';
import { contexts } from '../../../apps/composition/contexts.js';
import { openPlatform } from '../../../apps/composition/platform.js';
import { writePrivate } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
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
  /** By name: of an application, its second process is `worker-2`. */
  readonly processes: ReadonlyMap<string, RunningServer>;
  /** Of each API. */
  readonly urls: readonly string[];
  /** Starts one of the processes again after it was ended. */
  restart(name: string): Promise<void>;
}

export interface SeparateOptions extends StartOptions {
  /** How many processes of each application; one where left out. */
  readonly copies?: number;
  /** Added to the configuration of all. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What one process is set to beside the configuration of all (`path=value`), e.g. where it finds a dependency. */
  readonly settingsOf?: (process: SeparateProcess, configuration: OpdomainConfig) => Promise<readonly string[]>;
}

export interface SeparateProcess {
  readonly name: string;
  readonly application: Application;
  /** File with the connection of its database role. */
  readonly databaseUrlFile: string;
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
export async function startSeparate(options: SeparateOptions): Promise<SeparateInstallation> {
  const { dir, report, say, copies = 1 } = options;
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
    const configuration = {
      ...(await configurationOf({
        dir,
        databaseUrlFiles: foundations.databaseUrlFiles,
        issuer: foundations.issuer.url,
        kubeconfig: foundations.cluster.kubeconfig,
        logLevel: options.logLevel ?? 'info',
        ports,
      })),
      ...options.settings,
    };
    const file = join(dir, 'opdomain.yaml');
    await writePrivate(file, stringify(configuration));
    const config = opdomainConfig.parse(configuration);
    const platform = await openPlatform(config, contexts, 'api');
    await makeFirstPeople(platform).finally(() => platform.close());
    const processes = new Map<string, RunningServer>();
    const launchers = new Map<string, () => Promise<void>>();
    const urls: string[] = [];
    for (const application of ['api', 'worker', 'operator'] as const)
      for (let copy = 1; copy <= copies; copy += 1) {
        const name = copy === 1 ? application : `${application}-${String(copy)}`;
        const databaseUrlFile = foundations.databaseUrlFiles[application];
        const sets = [`database.urlFile=${databaseUrlFile}`];
        let ready = (): Promise<void> => Promise.resolve();
        if (application === 'api') {
          const port = copy === 1 ? config.http.port : await keptPort(dir, name);
          const url = `http://127.0.0.1:${String(port)}`;
          urls.push(url);
          sets.push(`http.port=${String(port)}`);
          ready = () => answers(`${url}/readyz`);
        }
        sets.push(...((await options.settingsOf?.({ name, application, databaseUrlFile }, config)) ?? []));
        const args = [
          join(projectRoot, 'dist', 'apps', application, 'main.js'),
          '--config',
          file,
          ...sets.flatMap((set) => ['--set', set]),
        ];
        launchers.set(name, async () => {
          processes.set(
            name,
            await supervise({ name: `opdomain-${name}`, dir, command: process.execPath, args, ready, readyWithinSeconds: 60 }),
          );
          say(`${name} process`);
        });
      }
    const launch = async (name: string): Promise<void> => {
      await launchers.get(name)?.();
    };
    for (const name of launchers.keys()) await launch(name);
    started.add(async () => {
      for (const running of [...processes.values()].reverse()) await running.stop();
    });
    return {
      url: urls[0] ?? '',
      urls,
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

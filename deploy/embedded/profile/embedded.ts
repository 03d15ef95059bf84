import type { Application } from '#kernel';
import { startTelemetry } from '#platform/telemetry';
import { chmod, mkdir } from 'node:fs/promises';
import { startApi } from '../../../apps/api/app.js';
import { opdomainConfig, type OpdomainConfig } from '../../../apps/composition/config.js';
import { contexts } from '../../../apps/composition/contexts.js';
import { openPlatform, type Platform } from '../../../apps/composition/platform.js';
import { startOperator } from '../../../apps/operator/app.js';
import { startWorker } from '../../../apps/worker/app.js';
import { Teardown } from '../processes/teardown.js';
import type { Report } from '../tools/index.js';
import { configurationOf } from './configuration.js';
import { makeFirstPeople } from './first-people.js';
import { layFoundations } from './foundations.js';
import { clearScratch } from './scratch.js';

/** A running installation, whichever side of the ports it stands on. */
export interface Installation {
  /** Of the API, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly issuer: string;
  readonly kubernetes: string;
  passcode(subject: string): Promise<string>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly dir: string;
  readonly report: Report;
  /** Told each part as it stands. */
  readonly say: (what: string) => void;
  readonly logLevel?: OpdomainConfig['telemetry']['logLevel'];
  /** Ends the start; what stands by then is stopped before its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** The embedded profile: API, worker and operator in this one process, each with its own database role and ports, over real servers on loopback. Data in `dir` is found again. */
export async function startEmbedded(options: StartOptions): Promise<Installation> {
  const { dir, say, signal } = options;
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711);
  const started = new Teardown();
  await clearScratch(dir);
  started.add(() => clearScratch(dir));
  try {
    const foundations = await layFoundations(options);
    started.add(() => foundations.stop());
    const config = opdomainConfig.parse(
      await configurationOf({
        dir,
        databaseUrlFiles: foundations.databaseUrlFiles,
        issuer: foundations.issuer.url,
        kubeconfig: foundations.cluster.kubeconfig,
        logLevel: options.logLevel ?? 'warn',
      }),
    );
    started.add(await startTelemetry('opdomain', config.telemetry));
    const opened = async (application: Application): Promise<Platform> => {
      const database = { ...config.database, urlFile: foundations.databaseUrlFiles[application] };
      const platform = await openPlatform({ ...config, database }, contexts, application);
      started.add(() => platform.close());
      return platform;
    };
    const forApi = await opened('api');
    await makeFirstPeople(forApi);
    const api = await startApi(forApi);
    started.add(() => api.close());
    started.add(await startWorker(await opened('worker')));
    started.add(await startOperator(await opened('operator')));
    signal?.throwIfAborted();
    say(`API ${api.url}`);
    return {
      url: api.url,
      issuer: foundations.issuer.url,
      kubernetes: foundations.cluster.version,
      passcode: (subject) => foundations.issuer.passcode(subject),
      stop: started.end,
    };
  } catch (fault) {
    await started.end();
    throw fault;
  }
}

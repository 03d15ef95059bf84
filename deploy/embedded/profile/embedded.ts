import { startTelemetry } from '#platform/telemetry';
import { chmod, mkdir } from 'node:fs/promises';
import { startApi } from '../../../apps/api/app.js';
import { opdomainConfig, type OpdomainConfig } from '../../../apps/composition/config.js';
import { contexts } from '../../../apps/composition/contexts.js';
import { openPlatform } from '../../../apps/composition/platform.js';
import { startOperator } from '../../../apps/operator/app.js';
import { startWorker } from '../../../apps/worker/app.js';
import type { Report } from '../tools/index.js';
import { configurationOf } from './configuration.js';
import { layFoundations } from './foundations.js';

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
}

/** The embedded profile: API, worker and operator in this one process, over real servers on loopback. Data in `dir` is found again. */
export async function startEmbedded(options: StartOptions): Promise<Installation> {
  const { dir, report, say } = options;
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711);
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each().catch(() => undefined);
  };
  try {
    const foundations = await layFoundations(dir, report, say);
    stops.push(() => foundations.stop());
    const config = opdomainConfig.parse(
      await configurationOf({
        dir,
        databaseUrl: foundations.databaseUrl,
        issuer: foundations.issuer.url,
        kubeconfig: foundations.cluster.kubeconfig,
        logLevel: options.logLevel ?? 'warn',
      }),
    );
    stops.push(startTelemetry('opdomain', config.telemetry));
    const platform = await openPlatform(config, contexts, 'opdomain');
    stops.push(() => platform.close());
    const api = await startApi(platform);
    stops.push(() => api.close());
    stops.push(await startWorker(platform));
    stops.push(await startOperator(platform));
    say(`API ${api.url}`);
    return {
      url: api.url,
      issuer: foundations.issuer.url,
      kubernetes: foundations.cluster.version,
      passcode: (subject) => foundations.issuer.passcode(subject),
      stop,
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

import type { Application } from '#kernel';
import { ConfigurationError } from '#platform/config';
import { startTelemetry } from '#platform/telemetry';
import { readConfig } from './config.js';
import { contexts } from './contexts.js';
import { Health, serveHealth } from './health.js';
import { openPlatform, type Platform } from './platform.js';

/** Runs one application as a process: configuration, telemetry, ports, then drain on SIGTERM or SIGINT. Exit code 2: configuration. */
export async function runProcess(application: Application, start: (platform: Platform) => Promise<() => Promise<void>>): Promise<void> {
  const component = `opdomain-${application}`;
  let config;
  try {
    config = readConfig(process.argv.slice(2), process.env);
  } catch (fault) {
    if (!(fault instanceof ConfigurationError)) throw fault;
    process.stderr.write(`${component}: ${fault.message}\n`);
    process.exit(2);
  }
  const stopTelemetry = await startTelemetry(component, config.telemetry, config.limits.telemetry);
  const platform = await openPlatform(config, contexts, application);
  const health = new Health(platform);
  const answering = application === 'api' ? undefined : await serveHealth(health, platform);
  const stop = await start(platform);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => {
      resolve();
    });
    process.once('SIGINT', () => {
      resolve();
    });
  });
  platform.log.info('process.draining');
  await stop();
  await answering?.stop();
  health.close();
  await platform.close();
  await stopTelemetry();
}

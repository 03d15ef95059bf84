import type { Application } from '#kernel';
import { createLogger, startTelemetry } from '#platform/telemetry';
import { readConfig, type OpdomainConfig } from './config.js';
import { contexts } from './contexts.js';
import { Health, serveHealth } from './health.js';
import { startWhenThere, type StartWait } from './opening.js';
import type { Platform } from './platform.js';
import { WaitingRoom } from './waiting-room.js';

/** Who answers for a process that waits for what it cannot start without. */
export interface Waiting {
  open(wait: StartWait): Promise<void>;
  close(): Promise<void>;
}
const nobody: Waiting = { open: () => Promise.resolve(), close: () => Promise.resolve() };
/** A worker or an operator answers where its health is asked for, where anywhere. */
const atHealth = ({ health: { host, port } }: OpdomainConfig): Waiting => (port === undefined ? nobody : new WaitingRoom({ host, port }));

/**
 * Runs one application as a process: configuration, telemetry, ports, then drain on SIGTERM or SIGINT. What it needs and is away is waited
 * for; what keeps it from running is thrown, and told by `begin`.
 */
export async function runProcess(
  application: Application,
  start: (platform: Platform) => Promise<() => Promise<void>>,
  waitingAt: (config: OpdomainConfig) => Waiting = atHealth,
): Promise<void> {
  const component = `opdomain-${application}`;
  const config = readConfig(process.argv.slice(2), process.env);
  const stopTelemetry = await startTelemetry(component, config.telemetry, config.limits.telemetry);
  const told = new AbortController();
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      told.abort();
      resolve();
    };
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
  });
  const waiting = waitingAt(config);
  const opening = {
    ...{ config, contexts, application, signal: told.signal, log: createLogger(component, config.telemetry.logLevel) },
    waits: (wait: StartWait) => waiting.open(wait),
    there: () => waiting.close(),
  };
  const running = await startWhenThere(opening, async (platform) => {
    // The API answers at its own address.
    const health = application === 'api' ? undefined : new Health(platform);
    const answering = health && (await serveHealth(health, platform));
    const stop = await start(platform);
    return async () => {
      await stop();
      await answering?.stop();
      health?.close();
    };
  });
  await ended;
  if (running === undefined) await waiting.close();
  else {
    running.platform.log.info('process.draining');
    await running.started();
    await running.platform.close();
  }
  await stopTelemetry();
  // All that is ours has ended: a timer of a library's keeps no process that was told to end.
  process.exit();
}

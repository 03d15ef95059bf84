import { codeOf, type Application, type ContextDeclaration, type Dependency } from '#kernel';
import { awaitedBy } from '#platform/queue';
import type { Logger } from '#platform/telemetry';
import { setTimeout as pause } from 'node:timers/promises';
import type { OpdomainConfig } from './config.js';
import { openPlatform, type Platform } from './platform.js';

/** What a process that starts waits for. */
export interface StartWait {
  readonly for: Dependency;
  /** By this host's clock: nothing rests on it. */
  readonly since: string;
  /** Code of the last fault. */
  readonly fault: string;
}

export interface Opening {
  readonly config: OpdomainConfig;
  readonly contexts: readonly ContextDeclaration[];
  readonly application: Application;
  readonly log: Pick<Logger, 'warn'>;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Told of each wait before it begins, e.g. to answer those who ask meanwhile. */
  waits(wait: StartWait): Promise<void>;
  /** No wait is under way any more. */
  there(): Promise<void>;
}

const firstPauseMs = 250;
const longestPauseMs = 5_000;

/**
 * Opens the ports of a process and starts it, and where a dependency is away waits for it: a process that ends for an outage makes a second
 * one. What is wrong with the configuration ends it, as ever. @returns undefined where the signal ended the wait
 */
export async function startWhenThere<T>(
  opening: Opening,
  start: (platform: Platform) => Promise<T>,
): Promise<{ platform: Platform; started: T } | undefined> {
  const { config, contexts, application, log, signal } = opening;
  let wait: StartWait | undefined;
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    let platform: Platform | undefined;
    try {
      platform = await openPlatform(config, contexts, application);
      await opening.there();
      return { platform, started: await start(platform) };
    } catch (fault) {
      await platform?.close();
      const away = awaitedBy(fault);
      if (away === undefined) throw fault;
      if (wait?.for !== away) {
        wait = { for: away, since: new Date().toISOString(), fault: codeOf(fault) };
        log.warn('process.waits', { dependency: away, refusal: wait.fault });
      }
      await opening.waits({ ...wait, fault: codeOf(fault) });
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

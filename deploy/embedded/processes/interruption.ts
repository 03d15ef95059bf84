import { constants } from 'node:os';

/** Somebody wants this process to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor(readonly by: NodeJS.Signals) {
    super(`interrupted by ${by}`);
  }

  /** As a shell reports a command that a signal ended, e.g. 130 after Ctrl-C. */
  get exitCode(): number {
    return 128 + constants.signals[this.by];
  }
}

/** A terminal's Ctrl-C arrives twice where npm passes it on as well; only a later one means it. */
const secondThoughtMs = 1_000;
const lookAtParentMs = 500;

/**
 * Aborted, with `Interrupted` as its reason, at Ctrl-C, SIGTERM or a closed terminal; also when the npm that started this process
 * is gone, because nobody could end it any more. A second Ctrl-C ends the process at once: its servers are tied to it.
 */
export function interruption(said: (what: string) => void): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const interrupt = (by: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      if (Date.now() - first > secondThoughtMs) process.exit(new Interrupted(by).exitCode);
      return;
    }
    first = Date.now();
    said('stopping; Ctrl-C again ends at once');
    controller.abort(new Interrupted(by));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  // Whoever reads our output may leave before us (`| head`); that is no reason to leave servers running.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  if (process.env['npm_lifecycle_event'] !== undefined) {
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      interrupt('SIGHUP');
    }, lookAtParentMs);
    watch.unref();
  }
  return controller.signal;
}

/** Never resolves; rejects with the reason once the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

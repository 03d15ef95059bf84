import { setTimeout as pause } from 'node:timers/promises';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';
import { jsonIn } from './answer.js';
import type { ApiClient } from './client.js';
import { GoingOn } from './going-on.js';
import type { Operation } from './operations.js';
import type { Patience } from './patience.js';
import { standingOf, stateIn } from './standings.js';

export const canWait = ({ answers }: Operation): boolean => standingOf(answers)?.busy !== undefined;

const firstPauseMs = 250;
const longestPauseMs = 5_000;

interface Waited {
  readonly operation: Operation;
  readonly operations: readonly Operation[];
  readonly client: ApiClient;
  readonly terminal: Terminal;
  readonly patience: Patience;
  /** Where the act was done. */
  readonly path: string;
}

/**
 * Reads what an act answered with until the platform does nothing with it by itself any more; each state is said once on standard error. To
 * end the waiting ends no work.
 */
export async function settled(answer: unknown, { operation, operations, client, terminal, patience, path }: Waited): Promise<unknown> {
  const { busy = [], read } = standingOf(operation.answers) ?? {};
  const reading = operations.find(({ command: { noun, verb } }) => `${noun} ${verb}` === read);
  const began = performance.now();
  const going = new GoingOn(terminal, patience);
  let now = answer;
  let said = '';
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const found = stateIn(now);
    if (found !== undefined && found.state !== said) {
      said = found.state;
      const seconds = String(Math.round((performance.now() - began) / 1000));
      terminal.err(pick(terminal, `${seconds} 秒：${said}\n`, `${seconds} s: ${said}\n`));
    }
    if (found === undefined || !busy.includes(found.state)) return now;
    await pause(pauseMs);
    const at = reading === undefined || found.id === undefined ? path : reading.path.replace('{id}', encodeURIComponent(found.id));
    now = await going.until(async () => jsonIn(await client.call({ method: 'GET', path: at })));
    going.gotOn();
  }
}

/** @throws CommandEnded (3) where what was waited for ended otherwise than it should */
export function demandDone({ answers }: Operation, answer: unknown, terminal: Terminal): void {
  const found = stateIn(answer);
  if (found === undefined || standingOf(answers)?.failed?.includes(found.state) !== true) return;
  const { cause, failure, troubles } = answer as Readonly<Record<string, unknown>>;
  const why = [cause, failure, troubles].find((one) => one !== undefined && one !== null);
  const reason = why === undefined ? '' : `: ${JSON.stringify(why)}`;
  throw new CommandEnded(
    exitCodes.refused,
    pick(terminal, `未能完成，状态为 ${found.state}${reason}`, `it ended as ${found.state}${reason}`),
  );
}

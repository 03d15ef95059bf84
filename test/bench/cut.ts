import { rm } from 'node:fs/promises';
import { spent } from './cpu.js';
import { atMost, figure, machine, percentile, type Say, type SuiteReport } from './report.js';
import { openWorld, type World } from './cut-world.js';

/** What is measured; smaller worlds are for those who look for where the time goes. */
export interface CutSizes {
  readonly domains: number;
  readonly atOnce: number;
  readonly singles: number;
  /** Folder for a processor profile of the revocations at once. */
  readonly profile?: string | undefined;
}

interface Cut {
  /** From the commit of the revocation to its receipt being there, as the database's clock has it. */
  readonly fromCommitMs: number;
  /** The same from the request having been sent. */
  readonly fromOrderMs: number;
  readonly toFirstTryMs: number;
  readonly toLookMs: number;
}

/** How fast a receipt is there, one alone and a hundred at once, while domains reconcile and every other lane is full. */
export async function benchCut(say: Say, { domains, atOnce, singles, profile }: CutSizes): Promise<SuiteReport> {
  const machineNow = machine();
  const world = await openWorld(say, singles + atOnce, domains);
  try {
    const { ready, wanted } = await world.load();
    const under = `${String(ready)} of ${String(wanted)} domains reconciling, all other lanes full`;
    say(`${under}: revoking ${String(singles)} seats one by one`);
    const alone: Cut[] = [];
    for (const seat of world.seats.slice(0, singles)) alone.push(...(await revoke(world, [seat])));
    say(`revoking ${String(atOnce)} seats at once`);
    const endProfile = profile === undefined ? undefined : await world.profile(profile);
    const from = new Date().toISOString();
    const cpuBefore = await world.cpu();
    const together = await revoke(world, world.seats.slice(singles, singles + atOnce));
    const until = new Date().toISOString();
    const cpu = spent(cpuBefore, await world.cpu());
    await endProfile?.();
    const requests = await world.requestsAbout(from, until);
    const passes = await world.passesSince(from);
    const of = (cuts: readonly Cut[], key: keyof Cut, share: number): number =>
      percentile(
        cuts.map((cut) => cut[key]),
        share,
      );
    return {
      suite: 'cut',
      machine: machineNow(),
      rows: [
        atMost(`one alone, receipt p95 (${String(singles)} revocations; ${under})`, of(alone, 'fromCommitMs', 0.95), 'ms', 1_000),
        figure('one alone, receipt p50', of(alone, 'fromCommitMs', 0.5), 'ms'),
        atMost(`${String(atOnce)} at once, receipt p50 (${under})`, of(together, 'fromCommitMs', 0.5), 'ms', 2_000),
        atMost(`${String(atOnce)} at once, receipt p95`, of(together, 'fromCommitMs', 0.95), 'ms', 5_000),
        figure(`${String(atOnce)} at once, the last receipt`, of(together, 'fromCommitMs', 1), 'ms'),
        figure(`${String(atOnce)} at once, p50 from commit to first attempt`, of(together, 'toFirstTryMs', 0.5), 'ms'),
        figure(`${String(atOnce)} at once, p50 from commit to the operator’s answer`, of(together, 'toLookMs', 0.5), 'ms'),
        figure(`${String(atOnce)} at once, p95 from the sending of the request`, of(together, 'fromOrderMs', 0.95), 'ms'),
        figure('requests to the API server about the seats’ domains per receipt, passes included', requests / atOnce, 'requests'),
        figure('domains over which a pass ended meanwhile', passes, 'domains'),
        ...cpu.map(([program, ms]) => figure(`processor time of ${program} per receipt, the load included`, ms / atOnce, 'ms')),
      ],
    };
  } finally {
    await world.close();
    await rm(world.dir, { recursive: true, force: true });
  }
}

/** Revokes all at once and waits for every receipt. */
async function revoke(world: World, seats: readonly string[]): Promise<readonly Cut[]> {
  const sent = await world.now();
  // Together, so that a revocation that is refused is what is told.
  const [seen] = await Promise.all([world.watchReceipts(seats.length), ...seats.map((seat) => world.revoke(seat))]);
  return seen.map(({ committedAt, triedAt, lookedAt, seenAt }) => ({
    fromCommitMs: seenAt - committedAt,
    fromOrderMs: seenAt - sent,
    toFirstTryMs: triedAt - committedAt,
    toLookMs: lookedAt - committedAt,
  }));
}

import { defineJob, lanes, newId, systemAct, systemClock, type ContextDeclaration, type JobType, type Lane } from '#kernel';
import { Job, laneConfig, type JobRun } from '#platform/queue';
import { Injectable, Module } from '@nestjs/common';
import { once } from 'node:events';
import type { Medium } from '../support/medium.js';

type HeldLane = Exclude<Lane, 'cuts'>;
const held = lanes.filter((lane): lane is HeldLane => lane !== 'cuts');
const jobs = Object.fromEntries(held.map((lane) => [lane, defineJob(`bench.${lane}`, lane, { goesOn: 'a measurement’s' })])) as Readonly<
  Record<HeldLane, JobType>
>;

/** Work that takes a place of its lane and keeps it until it is let go. */
@Injectable()
class HeldWork {
  @Job(jobs.lapses)
  lapses(run: JobRun): Promise<void> {
    return hold(run);
  }

  @Job(jobs.events)
  events(run: JobRun): Promise<void> {
    return hold(run);
  }

  @Job(jobs.terminations)
  terminations(run: JobRun): Promise<void> {
    return hold(run);
  }

  @Job(jobs.work)
  work(run: JobRun): Promise<void> {
    return hold(run);
  }

  @Job(jobs.trials)
  trials(run: JobRun): Promise<void> {
    return hold(run);
  }
}

/** Until the worker drains. */
async function hold({ signal }: JobRun): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  signal.throwIfAborted();
}

@Module({})
class HeldModule {}

export const heldContext: ContextDeclaration = {
  name: 'bench',
  module: HeldModule,
  controllers: [],
  jobs: [HeldWork],
  reconcilers: [],
  entities: [],
  migrations: [],
  grants: { tables: {} },
  auditActions: {},
  refusals: {},
  endings: { belongs: {}, acts: {} },
};

/** Fills every place of every lane but the cuts', with more waiting behind, for as long as the worker runs. */
export async function fillLanes(medium: Medium): Promise<void> {
  const config = laneConfig.parse(undefined);
  const places = held.reduce((sum, lane) => sum + config[lane].places, 0);
  const { unitOfWork } = medium.platform;
  for (const lane of held) {
    // Shares are per unit and person: each order is another unit's.
    for (let order = 0; order < config[lane].places + 5; order += 1)
      await unitOfWork.run(systemAct('bench', 'bench.filled', systemClock.now()), (tx) =>
        tx.enqueue(jobs[lane], { key: newId(), unitId: newId() }),
      );
  }
  await medium.until(
    async () => {
      const [leased] = await medium.sql<{ n: string }>(
        `SELECT count(*) AS n FROM platform.work WHERE name LIKE 'bench.%' AND state = 'leased'`,
      );
      return Number(leased?.n) >= places;
    },
    'every lane to be full',
    60,
  );
}

import { lanes, type Id, type Instant, type Lane } from '#kernel';
import { waitingLimits, type Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { presentSeconds } from './presence.js';
import type { LaneConfig } from './lanes.js';

/** One lane at one moment, in pieces of work. */
export interface LaneView {
  readonly lane: Lane;
  /** Over all workers that are there; 0 where none is. */
  readonly places: number;
  readonly running: number;
  /** Due and not taken. */
  readonly waiting: number;
  /** Since when the longest due has waited. */
  readonly waitingSince: Instant | null;
  /** Ordered for later, or to be tried again then. */
  readonly later: number;
  readonly dead: number;
  /** How much of one unit or person runs at once: the least that a worker which is there gives; null: no such limit. */
  readonly perUnit: number | null;
  readonly perPerson: number | null;
  /** How much of one unit or person may wait and run before orders are refused; null: no such limit. */
  readonly openPerUnit: number | null;
  readonly openPerPerson: number | null;
}

/** A unit or person whose due work waits because as much of it runs as the lane lets one have. */
export interface HeldBack {
  readonly lane: Lane;
  readonly share: 'unit' | 'person';
  readonly id: Id;
  readonly running: number;
  readonly waiting: number;
}

const heldShown = 100;

/** Due work whose unit (or person) has its whole share of the lane running, as `claim` skips it. */
const heldBy = (share: 'unit' | 'person'): string => `
  SELECT due.lane, '${share}' AS share, due.${share}_id AS id, taken.running, count(*)::int AS waiting
    FROM platform.work due
    JOIN (SELECT lane, ${share}_id, count(*)::int AS running FROM platform.work WHERE state = 'leased' GROUP BY lane, ${share}_id) taken
      USING (lane, ${share}_id)
    JOIN unnest($1::text[], $2::int[], $3::int[]) AS lanes (lane, unit_share, person_share) USING (lane)
   WHERE due.state = 'due' AND due.due_at <= now() AND taken.running >= ${share}_share
   GROUP BY due.lane, due.${share}_id, taken.running`;

/** Every lane as it stands, with the workers that are there and whose share is full, most waiting first, at most {@link heldShown}. */
export async function readLanes(tx: Tx): Promise<{ workers: number; lanes: LaneView[]; heldBack: HeldBack[] }> {
  const manager = managerOf(tx);
  const workers: { lanes: LaneConfig }[] = await manager.query(
    'SELECT lanes FROM platform.workers WHERE seen_at > now() - make_interval(secs => $1)',
    [presentSeconds],
  );
  const counts: { lane: Lane; running: number; waiting: number; since: Date | null; later: number; dead: number }[] = await manager.query(
    `SELECT lane, count(*) FILTER (WHERE state = 'leased')::int AS running,
       count(*) FILTER (WHERE state = 'due' AND due_at <= now())::int AS waiting,
       min(due_at) FILTER (WHERE state = 'due' AND due_at <= now()) AS since,
       count(*) FILTER (WHERE state = 'due' AND due_at > now())::int AS later, count(*) FILTER (WHERE state = 'dead')::int AS dead
       FROM platform.work WHERE state IN ('due', 'leased') OR state = 'dead' GROUP BY lane -- an index of each side`,
  );
  const least = (lane: Lane, share: 'perUnit' | 'perPerson'): number | null =>
    workers.reduce<number | null>((most, worker) => {
      const own = worker.lanes[lane][share];
      return most === null || (own !== null && own < most) ? own : most;
    }, null);
  const shares = lanes.map((lane) => ({ lane, perUnit: least(lane, 'perUnit'), perPerson: least(lane, 'perPerson') }));
  const heldBack: HeldBack[] = await manager.query(
    `${heldBy('unit')} UNION ALL ${heldBy('person')} ORDER BY waiting DESC, lane, id LIMIT ${String(heldShown)}`,
    [shares.map(({ lane }) => lane), shares.map(({ perUnit }) => perUnit), shares.map(({ perPerson }) => perPerson)],
  );
  return {
    workers: workers.length,
    heldBack,
    lanes: shares.map((share) => {
      const { running = 0, waiting = 0, since = null, later = 0, dead = 0 } = counts.find(({ lane }) => lane === share.lane) ?? {};
      const { unit: openPerUnit = null, person: openPerPerson = null } = waitingLimits[share.lane] ?? {};
      return {
        ...share,
        places: workers.reduce((sum, worker) => sum + worker.lanes[share.lane].places, 0),
        running,
        waiting,
        waitingSince: since?.toISOString() ?? null,
        later,
        dead,
        openPerUnit,
        openPerPerson,
      };
    }),
  };
}

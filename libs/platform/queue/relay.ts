import { lanes, newId, type Id, type Lane } from '#kernel';
import { counter, type Logger } from '#platform/telemetry';
import type { DataSource } from 'typeorm';
import type { Bell } from './bell.js';
import type { EventHandler } from './handlers.js';
import type { LaneConfig } from './lanes.js';
import { Turns } from './turns.js';

/** A due order that nobody took is rung again after this long: a lost ring costs seconds, not work. */
const ringAgainSeconds = 5;
const idleMs = 100;
/** Events of one turn. */
const atOnce = 100;
/** How many workers one turn wakes in a lane at the most; who is not woken looks by himself soon. */
const wakes = 4;
const rings = counter('opdomain_work_rings', 'bells rung for due work');

/** The longest due of each lane that was not rung just now: as much as a turn wakes workers for, however much is due. */
export const claimDueSql = `
  UPDATE platform.work SET rung_at = now() WHERE id = ANY (ARRAY(
    SELECT next.id FROM unnest($2::text[]) AS of (lane) CROSS JOIN LATERAL (
      SELECT id FROM platform.work WHERE state = 'due' AND due_at <= now() AND lane = of.lane
        AND (rung_at IS NULL OR rung_at < now() - make_interval(secs => $1))
      ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) next)) RETURNING lane`;

/**
 * Turns outbox rows into one work row per consumer, rings the bell of each lane that has due work, and takes back lapsed leases. Claims with
 * FOR UPDATE SKIP LOCKED, so several relays share the load and none waits for a commit that came out of order.
 */
export class Relay {
  /** Workers look at some lanes as often as a relay does: there a ring would cost more than it hastens. */
  static rung = (config: LaneConfig): readonly Lane[] => lanes.filter((lane) => config[lane].lookMs > idleMs);
  private readonly turns = new Turns({
    take: async () => ((await this.turn()) ? 0 : idleMs),
    failed: (fault) => {
      this.log.error('relay.turn-failed', fault);
      return idleMs;
    },
  });

  constructor(
    private readonly dataSource: DataSource,
    private readonly bell: Bell,
    private readonly consumers: readonly EventHandler[],
    private readonly log: Logger,
    private readonly rung: readonly Lane[] = lanes,
  ) {}

  start(): void {
    this.turns.start();
  }

  stop(): Promise<void> {
    return this.turns.stop();
  }

  /** One turn. @returns whether more events stand to be expanded. */
  async turn(): Promise<boolean> {
    const expanded = await this.expand();
    await this.takeBack();
    const due = await this.claimDue();
    for (const lane of due) this.ring(lane);
    return expanded === atOnce;
  }

  /** Nobody waits for the bell: workers look by themselves, so a ring that is lost costs a moment. */
  private ring(lane: Lane): void {
    this.bell.ring(lane).then(
      () => {
        rings.add(1, { lane });
      },
      (fault: unknown) => {
        this.log.error('relay.bell-silent', fault, { lane });
      },
    );
  }

  private expand(): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const events: { id: Id; type: string; key: Id; traceparent: string | null }[] = await manager.query(
        'SELECT id, type, key, traceparent FROM platform.outbox WHERE expanded_at IS NULL ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED',
        [atOnce],
      );
      for (const event of events) {
        for (const consumer of this.consumers.filter((candidate) => candidate.event.name === event.type)) {
          await manager.query(
            `INSERT INTO platform.work (id, kind, name, lane, key, event_id, traceparent) VALUES ($1, 'event', $2, 'events', $3, $4, $5)
             ON CONFLICT (event_id, name) DO NOTHING`,
            [newId(), consumer.name, event.key, event.id, event.traceparent],
          );
        }
        await manager.query('UPDATE platform.outbox SET expanded_at = now() WHERE id = $1', [event.id]);
      }
      return events.length;
    });
  }

  private async takeBack(): Promise<void> {
    await this.dataSource.query(
      `UPDATE platform.work SET state = 'due', losses = losses + 1, lease_owner = NULL, lease_until = NULL, rung_at = NULL
       WHERE state = 'leased' AND lease_until < now()`,
    );
  }

  private async claimDue(): Promise<Lane[]> {
    const [rows]: [{ lane: Lane }[], number] = await this.dataSource.query(claimDueSql, [ringAgainSeconds, this.rung, wakes]);
    return rows.map((row) => row.lane);
  }
}

import pg from 'pg';

/** Rows of one table that a long life would have left, by their number n. */
interface Seed {
  readonly what: string;
  /** Puts in the rows of n in 1..$1. */
  readonly insert: string;
  /** Of n: whether such a row is put in, and whether the rule keeps it. */
  readonly of: string;
  readonly stays: string;
  /** The row of n, where it is. */
  readonly row: string;
  /** How many there are. */
  readonly all: string;
}

/** Half of it is older than the rule keeps, half is not. */
const age = `make_interval(hours => CASE WHEN n % 2 = 0 THEN 240 ELSE 1 END)`;
const id = (kind: string): string => `md5('${kind} ' || n)::uuid`;
const each = 'FROM generate_series(1, $1::int) n';
/** So many of the first have open work, or were given up: they stay, however old. */
const unfinished = 2_000;
const ownedBy = 'growth';

/** Events, of which half have one consumer's work; jobs; what is due in a month; answers. The tables of an installation that ran for long. */
const seeds: readonly Seed[] = [
  {
    what: 'outbox',
    insert: `INSERT INTO platform.outbox (id, type, key, payload, created_at, expanded_at)
      SELECT ${id('event')}, 'growth.seeded.v1', ${id('key')}, '{}', now() - ${age}, now() - ${age} ${each}`,
    of: 'true',
    stays: `n % 2 = 1 OR n <= ${String(unfinished)}`,
    row: `SELECT 1 FROM platform.outbox WHERE id = ${id('event')}`,
    all: `SELECT count(*) FROM platform.outbox WHERE type = 'growth.seeded.v1'`,
  },
  {
    what: 'inbox',
    insert: `INSERT INTO platform.inbox (event_id, consumer, consumed_at) SELECT ${id('event')}, '${ownedBy}', now() - ${age} ${each}`,
    of: 'true',
    stays: `n % 2 = 1 OR n <= ${String(unfinished)}`,
    row: `SELECT 1 FROM platform.inbox WHERE event_id = ${id('event')} AND consumer = '${ownedBy}'`,
    all: `SELECT count(*) FROM platform.inbox WHERE consumer = '${ownedBy}'`,
  },
  {
    what: 'work of events',
    insert: `INSERT INTO platform.work (id, kind, name, lane, key, event_id, state, due_at, finished_at, created_at)
      SELECT ${id('consumed')}, 'event', 'growth.consumer', 'events', ${id('key')}, ${id('event')},
        CASE WHEN n <= ${String(unfinished)} THEN 'due' ELSE 'done' END,
        CASE WHEN n <= ${String(unfinished)} THEN now() + interval '30 days' ELSE now() - ${age} END,
        CASE WHEN n > ${String(unfinished)} THEN now() - ${age} END, now() - ${age} ${each} WHERE n <= $1::int / 2`,
    of: 'n <= $1::int / 2',
    stays: `n % 2 = 1 OR n <= ${String(unfinished)}`,
    row: `SELECT 1 FROM platform.work WHERE id = ${id('consumed')}`,
    all: `SELECT count(*) FROM platform.work WHERE name = 'growth.consumer'`,
  },
  {
    what: 'work of jobs',
    insert: `INSERT INTO platform.work (id, kind, name, lane, key, state, due_at, finished_at, created_at)
      SELECT ${id('job')}, 'job', 'growth.job', (ARRAY['work', 'lapses', 'trials'])[1 + n % 3], ${id('key')},
        CASE WHEN n <= $1::int / 2 + ${String(unfinished)} THEN 'dead' WHEN n % 10 < 2 THEN 'cancelled' ELSE 'done' END,
        now() - ${age}, now() - ${age}, now() - ${age} ${each} WHERE n > $1::int / 2`,
    of: 'n > $1::int / 2',
    stays: `n % 2 = 1 OR n <= $1::int / 2 + ${String(unfinished)}`,
    row: `SELECT 1 FROM platform.work WHERE id = ${id('job')}`,
    all: `SELECT count(*) FROM platform.work WHERE name = 'growth.job'`,
  },
  {
    what: 'work due later',
    insert: `INSERT INTO platform.work (id, kind, name, lane, key, due_at)
      SELECT ${id('later')}, 'job', 'growth.later', (ARRAY['work', 'lapses', 'trials'])[1 + n % 3], ${id('key')}, now() + interval '30 days'
      ${each} WHERE n <= $1::int / 10`,
    of: 'n <= $1::int / 10',
    stays: 'true',
    row: `SELECT 1 FROM platform.work WHERE id = ${id('later')}`,
    all: `SELECT count(*) FROM platform.work WHERE name = 'growth.later'`,
  },
  {
    what: 'idempotency',
    insert: `INSERT INTO platform.idempotency (key_digest, owner, action, created_at) SELECT md5('answer ' || n), '${ownedBy}', 'growth', now() - ${age} ${each}`,
    of: 'true',
    stays: 'n % 2 = 1',
    row: `SELECT 1 FROM platform.idempotency WHERE key_digest = md5('answer ' || n) AND owner = '${ownedBy}'`,
    all: `SELECT count(*) FROM platform.idempotency WHERE owner = '${ownedBy}'`,
  },
];

export interface Standing {
  readonly what: string;
  readonly there: number;
  /** That the rule keeps. */
  readonly toStay: number;
}

/** The rows of a long life in an installation's database, put in and looked at as the owner of its tables. */
export class GrownRows {
  private constructor(
    private readonly owner: pg.Client,
    private readonly rows: number,
  ) {}

  static async open(url: string, rows: number): Promise<GrownRows> {
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    return new GrownRows(owner, rows);
  }

  close(): Promise<void> {
    return this.owner.end();
  }

  async seed(): Promise<void> {
    for (const { insert } of seeds) await this.owner.query(insert, [this.rows]);
    await this.owner.query('ANALYZE platform.outbox, platform.inbox, platform.work, platform.idempotency');
  }

  standing(): Promise<readonly Standing[]> {
    return this.each(async ({ what, all, of, stays }) => ({
      what,
      there: await this.count(all),
      toStay: await this.count(`SELECT count(*) ${each} WHERE ${of} AND (${stays})`, [this.rows]),
    }));
  }

  /** Rows that the rule keeps and that are gone, by what they are. */
  async lost(): Promise<readonly string[]> {
    const lost = await this.each(async ({ what, of, stays, row }) => {
      const gone = await this.count(`SELECT count(*) ${each} WHERE ${of} AND (${stays}) AND NOT EXISTS (${row})`, [this.rows]);
      return gone === 0 ? [] : [`${String(gone)} of ${what}`];
    });
    return lost.flat();
  }

  /** Work that was given up, beside what was put in so. */
  dead(): Promise<number> {
    return this.count(`SELECT count(*) FROM platform.work WHERE state = 'dead' AND name NOT LIKE 'growth.%'`);
  }

  private async each<T>(look: (seed: Seed) => Promise<T>): Promise<T[]> {
    const found: T[] = [];
    for (const seed of seeds) found.push(await look(seed));
    return found;
  }

  private async count(sql: string, parameters: unknown[] = []): Promise<number> {
    const { rows } = await this.owner.query<{ count: string }>(sql, parameters);
    return Number(rows[0]?.count);
  }
}

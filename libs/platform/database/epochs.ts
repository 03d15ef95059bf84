import { Batched, epochKey, type EpochKind, type EpochRef, type Epochs, type Id, type Instant } from '#kernel';
import type { DataSource } from 'typeorm';

/** Every raise of an epoch is told here after its commit; it hastens a reader, who reads anew, and is never itself believed. */
export const epochChannel = 'opdomain_epochs';

/** Of one epoch: raised by one, rested on by many. @param ref SQL of ours that yields its {@link epochKey} */
export const epochLock = (ref: string): string => `hashtext('opdomain.epoch'), hashtext(${ref})`;

export interface EpochAt {
  readonly epoch: number;
  /** When it was last raised; undefined for what was never cut. */
  readonly bumpedAt?: Instant;
}
interface EpochRow {
  readonly kind: EpochKind;
  readonly id: Id;
  readonly epoch: string;
}

const byRef = (rows: readonly EpochRow[]): Epochs => new Map(rows.map((row) => [epochKey(row), Number(row.epoch)]));

/** The database's own clock, on whichever connection asks. */
export async function readClock(query: (sql: string) => Promise<{ readonly at: Date }[]>): Promise<Instant> {
  const [row] = await query('SELECT clock_timestamp() AS at');
  return (row?.at ?? new Date(NaN)).toISOString();
}

/** The same, read once for all who ask at the same time. */
export const sharedClock = (query: (sql: string) => Promise<{ readonly at: Date }[]>): Batched<undefined, Instant> =>
  new Batched(
    async (asked) => {
      const at = await readClock(query);
      return asked.map(() => at);
    },
    { gatherMs: 0 },
  );

/** One indexed query, on whichever connection asks. */
export async function readEpochs(
  query: (sql: string, parameters: unknown[]) => Promise<EpochRow[]>,
  refs: readonly EpochRef[],
): Promise<Epochs> {
  if (refs.length === 0) return new Map();
  const rows = await query(
    `SELECT e.kind, e.id, e.epoch FROM unnest($1::text[], $2::uuid[]) AS wanted (kind, id) JOIN platform.epochs e USING (kind, id)`,
    [refs.map(({ kind }) => kind), refs.map(({ id }) => id)],
  );
  return byRef(rows);
}

/** The same, read once they are locked against being raised until the transaction ends. */
export async function holdEpochs(
  query: (sql: string, parameters: unknown[]) => Promise<EpochRow[]>,
  refs: readonly EpochRef[],
): Promise<Epochs> {
  if (refs.length === 0) return new Map();
  const rows = await query('SELECT kind, id, epoch FROM platform.hold_epochs($1)', [refs.map(epochKey).sort()]);
  return byRef(rows);
}

/** Reads access epochs: the truth that every request compares (proofs: revocation). */
export class EpochReader {
  private readonly clock = sharedClock((sql) => this.dataSource.query(sql));

  constructor(private readonly dataSource: DataSource) {}

  async at(kind: EpochKind, id: Id): Promise<EpochAt> {
    const rows: { epoch: string; bumped_at: Date }[] = await this.dataSource.query(
      'SELECT epoch, bumped_at FROM platform.epochs WHERE kind = $1 AND id = $2',
      [kind, id],
    );
    const row = rows[0];
    return row === undefined ? { epoch: 0 } : { epoch: Number(row.epoch), bumpedAt: row.bumped_at.toISOString() };
  }

  /** The database's own clock, read after this was asked; once for all who ask at the same time. */
  now(): Promise<Instant> {
    return this.clock.ask(undefined);
  }

  of(refs: readonly EpochRef[]): Promise<Epochs> {
    return readEpochs((sql, parameters) => this.dataSource.query(sql, parameters), refs);
  }
}

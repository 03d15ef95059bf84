import {
  defineEvent,
  defineJob,
  lanes,
  newId,
  systemAct,
  systemClock,
  type EventType,
  type Id,
  type JobSettings,
  type JobType,
  type Lane,
} from '#kernel';
import { createDataSource, JournalSealer, platformUniques, UnitOfWork, type Tx } from '#platform/database';
import { createMasterKeyFile, SealedKeyFile } from '#platform/keys';
import {
  laneConfig,
  openBell,
  Relay,
  WorkRunner,
  type Bell,
  type EventHandler,
  type JobHandler,
  type JobRun,
  type QueueConfig,
} from '#platform/queue';
import type { WorkOver } from '#platform/seams';
import { createLogger } from '#platform/telemetry';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { startRedis } from '../../deploy/embedded/servers/index.js';
import { openDatabase, type TestDatabase } from './database.js';
import type { TcpProxy } from './tcp-proxy.js';

export const bells = ['postgres', 'redis'] as const;

/** A row of the work table. */
export interface StandingWork {
  readonly state: string;
  readonly attempts: number;
  readonly losses: number;
  readonly waits_for: string | null;
  readonly waits_since: Date | null;
  readonly due_at: Date;
  readonly last_error: string | null;
  readonly lease_owner: string | null;
}

/** A queue of one kind over a database of its own, whose workers and relays a test starts and ends as processes would. */
export interface WorkBench {
  readonly unitOfWork: UnitOfWork;
  readonly dataSource: DataSource;
  /** Where its database listens. */
  readonly databasePort: number;
  readonly bell: Bell;
  /** A worker with its own connections. `die` cuts them in the middle of whatever it does: it can neither finish nor renew. */
  worker(handlers: {
    jobs?: readonly JobHandler[];
    consumers?: readonly EventHandler[];
    overs?: readonly WorkOver[];
    places?: z.input<typeof laneConfig>;
    /** Its database stands behind this. */
    behind?: TcpProxy;
  }): Promise<{ die(): Promise<void>; stop(): Promise<void> }>;
  relay(consumers?: readonly EventHandler[], rung?: readonly Lane[]): Relay;
  /** Empties the queue's own memory: every ring that was under way is lost. */
  loseRings(): Promise<void>;
  order(job: JobType, key?: Id, unitId?: Id): Promise<Id>;
  work(id: Id): Promise<StandingWork>;
  until<T>(check: () => Promise<T | undefined | false>, what: string, seconds?: number): Promise<T>;
  close(): Promise<void>;
}

/** Defines work and says who does it. */
export const job = (name: string, run: (run: JobRun) => Promise<void>, options: Partial<JobSettings> = {}): JobHandler => {
  const { lane = 'work', ...settings } = options;
  return { job: defineJob(name, lane, { goesOn: 'a test’s' }, { backoffSeconds: 0.1, ...settings }), run };
};
/** Ends when the run is told to, as long work does. */
export const untilAborted = (run: JobRun): Promise<void> =>
  new Promise((_, reject) => {
    const end = (): void => {
      reject(run.signal.reason instanceof Error ? run.signal.reason : new Error('aborted'));
    };
    if (run.signal.aborted) end();
    else run.signal.addEventListener('abort', end);
  });
/** Ends what a test's job was for when that is given up. */
export const over = (of: JobHandler, giveUp: WorkOver['giveUp']): WorkOver => ({ jobs: [of.job], by: 'test', action: 'test.done', giveUp });
export const anyEvent = (name: `${string}.v${number}`): EventType => defineEvent(name, z.object({}));
export const consumer = (event: EventType, name: string, consume: EventHandler['consume']): EventHandler => ({ event, name, consume });

async function queueOf(
  kind: (typeof bells)[number],
  dir: string,
  database: TestDatabase,
): Promise<{ config: QueueConfig; lose: (dataSource: DataSource) => Promise<void>; stop: () => Promise<void> }> {
  if (kind === 'postgres')
    return {
      config: { kind: 'postgres', urlFile: database.urlFiles.worker, schema: 'bullmq' },
      lose: async (dataSource) => {
        const tables: { name: string }[] = await dataSource.query(
          `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename NOT LIKE '%migration%'`,
        );
        await dataSource.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')} CASCADE`);
      },
      stop: () => Promise.resolve(),
    };
  const redis = await startRedis({ dir });
  const passwordFile = join(dir, 'queue.password');
  await writeFile(passwordFile, redis.password, { mode: 0o600 });
  return {
    config: { kind: 'redis', host: '127.0.0.1', port: redis.port, passwordFile, tls: false },
    lose: async () => {
      const client = new Redis(redis.url, { maxRetriesPerRequest: null });
      await client.flushall();
      await client.quit();
    },
    stop: () => redis.stop(),
  };
}

export async function openWorkBench(kind: (typeof bells)[number], root: string): Promise<WorkBench> {
  const dir = join(root, kind);
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711);
  const database = await openDatabase(dir, []);
  const queue = await queueOf(kind, dir, database);
  const masterKeyFile = join(dir, 'master.key');
  await createMasterKeyFile(masterKeyFile);
  const keys = await SealedKeyFile.open({ path: join(dir, 'keys'), masterKeyFile });
  const log = createLogger('test', process.env['OPDOMAIN_TEST_LOG'] ?? 'silent');
  const connect = async (behind?: TcpProxy) => {
    const urlFile = behind === undefined ? database.urlFile : join(dir, `through-${newId()}`);
    if (behind !== undefined) await writeFile(urlFile, behind.through((await readFile(database.urlFile, 'utf8')).trim()), { mode: 0o600 });
    return createDataSource({ urlFile, poolSize: 5 }, []).initialize();
  };
  const unitOfWorkOn = async (dataSource: DataSource) =>
    new UnitOfWork(
      dataSource,
      await JournalSealer.open(dataSource, keys),
      systemClock,
      new Set(['test.ordered', 'test.done', 'platform.event-consumed']),
      platformUniques,
    );
  const dataSource = await connect();
  const unitOfWork = await unitOfWorkOn(dataSource);
  const bell = await openBell(queue.config);
  const relays: Relay[] = [];
  const living: { die(): Promise<void> }[] = [];
  return {
    unitOfWork,
    dataSource,
    databasePort: Number(new URL((await readFile(database.urlFile, 'utf8')).trim()).port),
    bell,
    async worker({ jobs = [], consumers = [], overs = [], places = {}, behind }) {
      const own = await connect(behind);
      const ownBell = await openBell(queue.config);
      const start = (unitOfWorkOfOwn: UnitOfWork): WorkRunner =>
        new WorkRunner(
          own,
          unitOfWorkOfOwn,
          systemClock,
          ownBell,
          new Map(jobs.map((one) => [one.job.name, one])),
          consumers,
          overs,
          log,
          laneConfig.parse(places),
        );
      const runner = await unitOfWorkOn(own)
        .then(start)
        .catch(async (fault: unknown) => {
          await own.destroy();
          await ownBell.close();
          throw fault;
        });
      runner.start();
      let dead = false;
      const one = {
        async die() {
          if (dead) return;
          dead = true;
          await own.destroy();
          await runner.stop().catch(() => undefined);
          await ownBell.close();
        },
        async stop() {
          if (dead) return;
          dead = true;
          await runner.stop();
          await own.destroy();
          await ownBell.close();
        },
      };
      living.push(one);
      return one;
    },
    relay(consumers = [], rung = lanes) {
      const relay = new Relay(dataSource, bell, consumers, log, rung);
      relays.push(relay);
      relay.start();
      return relay;
    },
    loseRings: () => queue.lose(dataSource),
    order: (job, key = newId(), unitId) =>
      unitOfWork.run(systemAct('test', 'test.ordered', systemClock.now()), (tx: Tx) =>
        tx.enqueue(job, { key, ...(unitId === undefined ? {} : { unitId }) }),
      ),
    async work(id) {
      const rows: StandingWork[] = await dataSource.query('SELECT * FROM platform.work WHERE id = $1', [id]);
      if (rows[0] === undefined) throw new Error('no such work');
      return rows[0];
    },
    async until(check, what, seconds = 20) {
      const deadline = Date.now() + seconds * 1000;
      for (;;) {
        const found = await check();
        if (found !== undefined && found !== false) return found;
        if (Date.now() > deadline) throw new Error(`gave up waiting for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close() {
      for (const relay of relays) await relay.stop();
      for (const one of living) await one.die();
      await bell.close();
      await dataSource.destroy();
      await keys.close();
      await queue.stop();
      await database.drop();
    },
  };
}

import { lanes, newId, type Lane } from '#kernel';
import { defaultLimits, type Limits } from '#platform/config';
import { BoundedClient, boundedBy, type DatabaseLimits } from '#platform/database';
import type { Job, Queue, Worker } from 'bullmq';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

/** The queue is a bell: its messages name a lane only, may be lost, doubled or late, and the work table is unharmed. */
export interface Bell {
  /** Wakes one worker's lane. @throws Error where nobody can be reached; a later ring may. */
  ring(lane: Lane): Promise<void>;
  /** Calls `heard` for each ring, from whenever it can be heard. @returns what stops listening. */
  listen(heard: (lane: Lane) => void): () => Promise<void>;
  /** @throws Error where it does not answer. */
  health(): Promise<void>;
  close(): Promise<void>;
}

export const queueConfig = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('postgres'), urlFile: z.string(), schema: z.string().default('bullmq') }).strict(),
  z
    .object({
      kind: z.literal('redis'),
      host: z.string(),
      port: z.number().int(),
      passwordFile: z.string().optional(),
      tls: z.boolean().default(false),
    })
    .strict(),
]);
export type QueueConfig = z.infer<typeof queueConfig>;

const queueName = 'opdomain-work';
/** BullMQ remembers nothing: a kept job id would silently swallow the next ring. */
const forget = { removeOnComplete: true, removeOnFail: true } as const;

type Ring = { readonly lane: Lane };
/** Rings are heard at once: what they start runs elsewhere. */
const concurrency = 4;

type BellLimits = Pick<Limits, 'bell' | 'database'>;

/** BullMQ on Redis or on PostgreSQL, by configuration. */
export async function openBell(config: QueueConfig, limits: BellLimits = defaultLimits): Promise<Bell> {
  const backend = config.kind === 'redis' ? await redisBackend(config, limits) : await postgresBackend(config, limits);
  // A bell that is away keeps neither a relay nor a drain.
  const within = <T>(work: Promise<T>): Promise<T> => settledWithin(work, limits.bell.ringMs);
  const queue = backend.queue();
  queue.on('error', () => undefined);
  let pending = 0;
  return {
    async ring(lane) {
      if (pending >= lanes.length) throw new Error('earlier rings are still on their way');
      pending += 1;
      // With an id of our own: without one the backend makes a sequence for the queue, for which no process has the right.
      const rung = queue.add('ring', { lane }, { ...forget, jobId: newId() }).finally(() => (pending -= 1));
      await within(rung);
    },
    listen(heard) {
      const worker = backend.worker((job) => {
        if (lanes.includes(job.data.lane)) heard(job.data.lane);
        return Promise.resolve();
      }, concurrency);
      worker.on('error', () => undefined);
      return async () => {
        // Closed while it still connects, it would leave a connection behind. Without force it would first block on who is away, and its
        // timers would keep the process: nothing is lost with a ring.
        await within(worker.waitUntilReady()).catch(() => undefined);
        await within(worker.close(true)).catch(() => undefined);
      };
    },
    async health() {
      await within(queue.count());
    },
    async close() {
      await within(queue.close()).catch(() => undefined);
      backend.end();
    },
  };
}

/** @throws Error when it takes longer; what was begun goes on unheard. */
async function settledWithin<T>(work: Promise<T>, ms: number): Promise<T> {
  work.catch(() => undefined);
  const limit = new AbortController();
  try {
    return await Promise.race([
      work,
      pause(ms, undefined, { signal: limit.signal }).then(() => {
        throw new Error('the bell does not answer');
      }),
    ]);
  } finally {
    limit.abort();
  }
}

interface Backend {
  queue(): Queue<Ring>;
  worker(handler: (job: Job<Ring>) => Promise<void>, concurrency: number): Worker<Ring>;
  /** Cuts what is still connected; nothing is waited for. */
  end(): void;
}

async function redisBackend(config: Extract<QueueConfig, { kind: 'redis' }>, { bell }: BellLimits): Promise<Backend> {
  const bull = await import('bullmq');
  const { Redis } = await import('ioredis');
  const connection = new Redis({
    host: config.host,
    port: config.port,
    ...(config.passwordFile === undefined ? {} : { password: readFileSync(config.passwordFile, 'utf8').trim() }),
    ...(config.tls ? { tls: {} } : {}),
    maxRetriesPerRequest: null,
    connectTimeout: bell.connectMs,
    // Without it a connection that nobody answers any more would be asked for ever.
    socketTimeout: bell.silentMs,
    commandTimeout: bell.silentMs,
  });
  connection.on('error', () => undefined);
  // A worker blocks on a connection of its own, which it can close only where somebody answers.
  const connections = [connection];
  const duplicate = connection.duplicate.bind(connection);
  connection.duplicate = (override) => {
    const own = duplicate(override);
    own.on('error', () => undefined);
    connections.push(own);
    return own;
  };
  return {
    queue: () => new bull.Queue<Ring>(queueName, { connection }),
    worker: (handler, concurrency) => new bull.Worker<Ring>(queueName, handler, { connection, concurrency }),
    end: () => {
      for (const one of connections) one.disconnect();
    },
  };
}

async function postgresBackend(config: Extract<QueueConfig, { kind: 'postgres' }>, { bell, database }: BellLimits): Promise<Backend> {
  const { withBackend, createPostgresBackend } = await import('bullmq');
  const connectionString = readFileSync(config.urlFile, 'utf8').trim();
  const bull = withBackend(createPostgresBackend as never) as unknown as { Queue: typeof Queue; Worker: typeof Worker };
  const limits = boundedBy({ ...database, connectMs: bell.connectMs, placeMs: bell.connectMs, answerMs: bell.silentMs });
  // The connection that listens is made by the library itself, of pg's own client.
  const connection = { connectionString, max: 3, schema: config.schema, ...limits, query_timeout: bell.silentMs } as never;
  return {
    queue: () => new bull.Queue<Ring>(queueName, { connection }),
    worker: (handler, concurrency) => new bull.Worker<Ring>(queueName, handler, { connection, concurrency }),
    end: () => undefined,
  };
}

/**
 * Runs BullMQ's own migrations as the owner of the database, where the queue lives in it.
 * @returns the schema and who uses its rows at run time: the worker alone rings and listens.
 */
export async function queueSchema(
  config: QueueConfig,
  ownerUrlFile: string,
  limits: DatabaseLimits,
): Promise<{ name: string; users: ['worker'] }[]> {
  if (config.kind !== 'postgres') return [];
  const { runMigrations } = await import('bullmq');
  const client = new BoundedClient({ connectionString: readFileSync(ownerUrlFile, 'utf8').trim(), ...boundedBy(limits) });
  // What broke is told by the statement that met it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await runMigrations(client, config.schema);
  } finally {
    await client.end();
  }
  return [{ name: config.schema, users: ['worker'] }];
}

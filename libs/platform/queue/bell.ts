import { newId } from '#kernel';
import { Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The queue is a bell: its messages carry a key only, may be lost, doubled or late, and the work table is unharmed. */
export interface Bell {
  ring(workId: string): Promise<void>;
  /** Calls `heard` for each ring, at most `concurrency` at once. @returns what stops listening, after running calls ended. */
  listen(heard: (workId: string) => Promise<void>, concurrency: number): Promise<() => Promise<void>>;
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

type Ring = { readonly workId: string };

/** BullMQ on Redis or on PostgreSQL, by configuration. */
export async function openBell(config: QueueConfig): Promise<Bell> {
  const backend = config.kind === 'redis' ? redisBackend(config) : await postgresBackend(config);
  const queue = backend.queue();
  queue.on('error', () => undefined);
  return {
    async ring(workId) {
      // With an id of our own: without one the backend makes a sequence for the queue, for which no process has the right.
      await queue.add('ring', { workId }, { ...forget, jobId: newId() });
    },
    async listen(heard, concurrency) {
      const worker = backend.worker((job) => heard(job.data.workId), concurrency);
      worker.on('error', () => undefined);
      await worker.waitUntilReady();
      return () => worker.close();
    },
    async close() {
      await queue.close();
      await backend.end();
    },
  };
}

interface Backend {
  queue(): Queue<Ring>;
  worker(handler: (job: Job<Ring>) => Promise<void>, concurrency: number): Worker<Ring>;
  end(): Promise<void>;
}

function redisBackend(config: Extract<QueueConfig, { kind: 'redis' }>): Backend {
  const connection = new Redis({
    host: config.host,
    port: config.port,
    ...(config.passwordFile === undefined ? {} : { password: readFileSync(config.passwordFile, 'utf8').trim() }),
    ...(config.tls ? { tls: {} } : {}),
    maxRetriesPerRequest: null,
  });
  connection.on('error', () => undefined);
  return {
    queue: () => new Queue<Ring>(queueName, { connection }),
    worker: (handler, concurrency) => new Worker<Ring>(queueName, handler, { connection, concurrency }),
    end: async () => {
      await connection.quit().catch(() => {
        connection.disconnect();
      });
    },
  };
}

async function postgresBackend(config: Extract<QueueConfig, { kind: 'postgres' }>): Promise<Backend> {
  const { withBackend, createPostgresBackend } = await import('bullmq');
  const connectionString = readFileSync(config.urlFile, 'utf8').trim();
  const bull = withBackend(createPostgresBackend as never) as unknown as { Queue: typeof Queue; Worker: typeof Worker };
  const connection = { connectionString, max: 3, schema: config.schema } as never;
  return {
    queue: () => new bull.Queue<Ring>(queueName, { connection }),
    worker: (handler, concurrency) => new bull.Worker<Ring>(queueName, handler, { connection, concurrency }),
    end: () => Promise.resolve(),
  };
}

/**
 * Runs BullMQ's own migrations as the owner of the database, where the queue lives in it.
 * @returns the schema and who uses its rows at run time: the worker alone rings and listens.
 */
export async function queueSchema(config: QueueConfig, ownerUrlFile: string): Promise<{ name: string; users: ['worker'] }[]> {
  if (config.kind !== 'postgres') return [];
  const { runMigrations } = await import('bullmq');
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: readFileSync(ownerUrlFile, 'utf8').trim() });
  await client.connect();
  try {
    await runMigrations(client, config.schema);
  } finally {
    await client.end();
  }
  return [{ name: config.schema, users: ['worker'] }];
}

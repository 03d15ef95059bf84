import { z } from 'zod';

const limit = (ms: number, why: string) => z.number().int().min(10).max(86_400_000).default(ms).describe(why);
const row = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape).prefault({} as never);

/**
 * When a call that leaves this process ends, whoever is asked: milliseconds, each with its reason. The one table of them; a client
 * without a row here has no limit and fails a test. A limit that ends a write leaves open whether it was done: nothing may be taken
 * as done, nor as not done, because of it.
 */
const table = z.strictObject({
  database: row({
    connectMs: limit(5_000, 'To a connection of PostgreSQL: a host that is away answers nothing'),
    placeMs: limit(10_000, 'For a connection of the pool to become free: longer, and an outage piles requests up'),
    statementMs: limit(30_000, 'PostgreSQL ends a statement: below the lease of work, or another worker takes what is still being written'),
    lockMs: limit(15_000, 'PostgreSQL ends the wait for a lock: below the statement, so that the answer says which of the two it was'),
    answerMs: limit(
      40_000,
      'We end a statement without an answer and drop its connection: above the statement, so that PostgreSQL speaks first where it can',
    ),
    idleInTransactionMs: limit(
      60_000,
      'PostgreSQL ends a transaction of ours that does nothing, e.g. of a process that is stopped: its locks hold up everyone. Above what the key store may take meanwhile',
    ),
    deadPeerMs: limit(30_000, 'Either side drops a connection whose bytes nobody acknowledges'),
    idleMs: limit(10_000, 'Unused connections are closed, so that a pool renews itself after an outage'),
  }),
  migrations: row({
    statementMs: limit(3_600_000, 'One statement of a migration rewrites a whole table'),
    lockMs: limit(60_000, 'A migration that waits for its lock holds up all who come after it'),
    turnMs: limit(7_200_000, 'A second `migrate` waits for the first, which may be long at it'),
  }),
  access: row({
    answerMs: limit(5_000, 'One reading of what open transfers rest on: well within the lease, so that a second one has a chance'),
  }),
  bell: row({
    connectMs: limit(2_000, 'To a connection of the bell: nobody waits for it, since workers look by themselves'),
    ringMs: limit(2_000, 'A ring, and a goodbye'),
    silentMs: limit(15_000, 'A connection that was asked and on which no byte came: above the ten seconds for which a listener asks'),
  }),
  keys: row({
    requestMs: limit(5_000, 'One try of a request, to the last byte: keys are asked inside transactions'),
    placeMs: limit(8_000, 'One call, all its tries together, while a person’s transaction waits for it and others wait for its place'),
  }),
  objects: row({
    connectMs: limit(5_000, 'To a connection of the object store'),
    requestMs: limit(60_000, 'One try of a request, to its answer: 16 MB over a slow line are 30 s'),
    silentMs: limit(20_000, 'A connection on which no byte moves: a long read is taken up again where it broke'),
    placeMs: limit(8_000, 'One call, all its tries together, while a person’s transaction waits for it and others wait for its place'),
  }),
  cluster: row({
    connectMs: limit(5_000, 'To a connection of the API server'),
    requestMs: limit(15_000, 'One try of a request, to the last byte: a lead is lost within such a time'),
    watchSilentMs: limit(90_000, 'A watch without a byte is begun anew: API servers send a bookmark each minute'),
  }),
  issuer: row({ requestMs: limit(5_000, 'One answer of the issuer, from connecting to its last byte: sign-in waits for it') }),
  replicas: row({
    rehearseMs: limit(1_000, 'A replica asked before a cut: the cut waits for it'),
    answerMs: limit(5_000, 'A replica asked after a cut'),
  }),
  cli: row({
    answerMs: limit(120_000, 'The command line, until an answer begins: what takes longer is answered at once and watched'),
    silentMs: limit(60_000, 'The command line, for the next byte of an answer'),
    issuerMs: limit(15_000, 'The command line, one answer of the issuer'),
    goOnMs: limit(600_000, 'An upload of the command line that gets no further though it is tried again: longer than an upgrade takes'),
  }),
  engine: row({ runMs: limit(1_800_000, 'One run of the engine, which is then killed with all that it started') }),
  telemetry: row({ exportMs: limit(10_000, 'Spans to their collector: what it does not take is dropped') }),
  health: row({
    askMs: limit(3_000, 'Readiness waits this long for one dependency'),
    poolMs: limit(
      90_000,
      'Liveness fails when connections are wanted and none was given out or came back for so long: above every limit of a statement',
    ),
    loopMs: limit(30_000, 'Liveness fails after the event loop stood still for so long'),
  }),
});

/** A pair of limits, by path, of which the first must be below the second. */
const below = [
  ['database.lockMs', 'database.statementMs', 'the wait for a lock is part of the statement'],
  ['database.statementMs', 'database.answerMs', 'PostgreSQL would never say that it ended a statement'],
  ['database.answerMs', 'health.poolMs', 'a slow statement would count as a pool that is stuck'],
  ['database.idleInTransactionMs', 'health.poolMs', 'a transaction at rest would count as a pool that is stuck'],
  ['database.placeMs', 'health.poolMs', 'a busy pool would count as one that is stuck'],
  ['migrations.lockMs', 'migrations.statementMs', 'the wait for a lock is part of the statement'],
  ['bell.ringMs', 'bell.silentMs', 'a ring would outlive its connection'],
  ['keys.requestMs', 'database.idleInTransactionMs', 'keys are asked inside transactions'],
  ['objects.silentMs', 'objects.requestMs', 'a request would end before its silence is noticed'],
] as const;

/** `limits` of the configuration. Refused where two of them contradict one another. */
export const limitsConfig = table
  .superRefine((limits, context) => {
    const at = (path: string): number => {
      const [name = '', key = ''] = path.split('.');
      return (limits as unknown as Record<string, Record<string, number>>)[name]?.[key] ?? NaN;
    };
    for (const [less, more, why] of below)
      if (!(at(less) < at(more)))
        context.addIssue({
          code: 'custom',
          path: less.split('.'),
          message: `must be below limits.${more} (${String(at(more))}): ${why}`,
        });
  })
  .prefault({});
export type Limits = z.output<typeof limitsConfig>;

/** The process's {@link Limits}. */
export const LIMITS = Symbol('Limits');

/** What holds where nothing else is configured. */
export const defaultLimits: Limits = limitsConfig.parse({});

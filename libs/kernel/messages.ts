/** Reads a value as what it should be, or throws; a zod schema is one. */
export interface Schema<T> {
  parse(value: unknown): T;
}

const defined = Symbol('defined');

/**
 * A versioned event of the publisher's contract. The payload holds ids and figures only; consumers read again what they need.
 * Publisher and consumer import the same definition, so a name that nobody defined does not compile.
 */
export interface EventType<P extends object = object> {
  readonly name: string;
  readonly schema: Schema<P>;
  readonly [defined]: 'event';
}
export const defineEvent = <P extends object>(name: `${string}.v${number}`, schema: Schema<P>): EventType<P> => ({
  name,
  schema,
  [defined]: 'event',
});

/**
 * Lanes of queued work, each with places of its own in every worker: what fills one holds up no other. Cuts, lapses and events are what
 * revocations and deadlines rest on; terminations wait for namespaces to go; work and trials are what people order.
 */
export const lanes = ['cuts', 'lapses', 'events', 'terminations', 'work', 'trials'] as const;
export type Lane = (typeof lanes)[number];

export interface JobSettings {
  readonly lane: Lane;
  /** Tries before the work is a dead letter. */
  readonly maxAttempts: number;
  /** Seconds a worker may be silent before another takes the work over. Running work renews it. */
  readonly leaseSeconds: number;
  /** Seconds before the second try; doubles each time, 10 minutes at most. */
  readonly backoffSeconds: number;
}

/**
 * What becomes of ordered work when its person, unit, scenario, authorisation, domain or seat is cut: it is ended by the cut, or it goes on,
 * and why; a receipt tells the reason.
 */
export type JobCut = 'with-its-scope' | { readonly goesOn: string };

/** Queued work by its name. An order carries a key and nothing else: whoever does the work reads again. */
export interface JobType extends JobSettings {
  readonly name: string;
  readonly cut: JobCut;
  readonly [defined]: 'job';
}
export const defineJob = (name: string, lane: Lane, cut: JobCut, settings: Partial<Omit<JobSettings, 'lane'>> = {}): JobType => ({
  name,
  lane,
  cut,
  maxAttempts: 5,
  leaseSeconds: 60,
  backoffSeconds: 2,
  ...settings,
  [defined]: 'job',
});

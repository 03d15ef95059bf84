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
/**
 * Seconds for which work of a lane is taken, and after which another may take it over: what a worker that dies there costs. A cut and an
 * event are short, many rest on them, and doing one twice does nothing twice.
 */
export const leaseSecondsOf = { cuts: 12, lapses: 60, events: 15, terminations: 60, work: 60, trials: 60 } as const satisfies Record<
  Lane,
  number
>;

/** When work is given up. Its subject ends in the same transaction, by the seam `work-over`. */
export interface Patience {
  /** Tries that came to nothing by the work's own fault. */
  readonly tries: number;
  /** How long one dependency may stay away before that is the end, in minutes. */
  readonly outageMinutes: number;
}

export interface JobSettings {
  readonly lane: Lane;
  /** Without it the work is never given up: it is tried until it is done, and shows how often it failed. */
  readonly patience?: Patience;
  /** Seconds a worker may be silent before another takes the work over. Running work renews it. */
  readonly leaseSeconds: number;
  /** Seconds that running work may show no progress; then it is told to end and its lease lapses. */
  readonly stillSeconds: number;
  /** Seconds before the second try; doubles each time, up to what the lane bears. */
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
  leaseSeconds: leaseSecondsOf[lane],
  stillSeconds: 900,
  backoffSeconds: 2,
  ...settings,
  [defined]: 'job',
});

import { belongsTo, type Actor, type Digest, type Id } from '#kernel';
import type { Plan } from '../contract.js';
import type { Choice } from './anonymity/choice.js';
import { rungName } from './anonymity/rungs.js';
import { refuse } from './refusals.js';
import type { PlanState } from './states.js';

/** What the search for a plan's k would come to, as whoever decides on the plan may know it: in steps, and without any figure of a row. */
export interface ShownLoss {
  readonly lossPercent: number;
  readonly leftOutPercent: number;
  /** No choice loses less; otherwise the search had to stop somewhere. */
  readonly least: boolean;
  readonly fields: readonly {
    readonly column: string;
    readonly level: number;
    readonly levels: number;
    readonly becomes: string;
    readonly lossPercent: number;
  }[];
}
/** Of one revision, by its digest. */
export type LossPreview = { readonly digest: Digest } & (
  { readonly state: 'measuring' } | ({ readonly state: 'measured' } & ShownLoss) | { readonly state: 'failed'; readonly cause: string }
);

/** What of a plan decides on it. */
interface Previewed {
  readonly state: PlanState;
  readonly content: Plan | null;
  readonly digest: Digest | null;
  readonly loss: LossPreview | null;
}

const step = 5;
/** A step of the rows that are left out has this many rows at least: a smaller one would tell of single persons. */
const leastRows = 50;

const nearest = (share: number): number => Math.round((share * 100) / step) * step;
/** Upwards, and never nothing: whether anybody at all is rare is not told either. */
function upwards(count: number, rows: number): number {
  const size = Math.max(1, Math.ceil((100 * leastRows) / Math.max(1, rows)));
  return Math.min(100, Math.max(1, Math.ceil((100 * count) / Math.max(1, rows) / size)) * size);
}

export function shownLoss({ climbing, node, measured, rows, least, losses }: Choice): ShownLoss {
  return {
    lossPercent: nearest(measured.loss),
    leftOutPercent: upwards(measured.suppressed, rows),
    least,
    fields: climbing.map(({ column, rungs, decision }, i) => {
      const level = node[i] ?? 0;
      const rung = rungs[level] ?? { rung: 'all' };
      // How wide bins are comes from the least and the greatest value there is.
      const becomes = rung.rung === 'floor' ? 'to bins' : rungName(rung, decision.technique.kind);
      return { column, level, levels: rungs.length - 1, becomes, lossPercent: nearest(losses[i]?.[level] ?? 0) };
    }),
  };
}

/** @throws Refusal `desensitisation.loss-not-for-unit`: comparing plans would tell those who are to see samples alone about all rows */
export function assertNotOfUnit({ unitId }: { readonly unitId: Id }, actor: Actor): void {
  if (belongsTo(actor, unitId)) throw refuse('desensitisation.loss-not-for-unit');
}

/** @throws Refusal `desensitisation.plan-not-draft`, `desensitisation.nothing-to-preview` */
export function previewable({ state, content, digest }: Omit<Previewed, 'loss'>) {
  if ((state !== 'draft' && state !== 'approved') || content === null || digest === null)
    throw refuse('desensitisation.plan-not-draft', { state });
  if (content.singlingOut === undefined) throw refuse('desensitisation.nothing-to-preview');
  return { content, digest };
}

/** What there is of the plan as it stands; nothing of an earlier revision. */
export const standingLoss = ({ loss, digest }: Pick<Previewed, 'loss' | 'digest'>): LossPreview | undefined =>
  loss !== null && loss.digest === digest ? loss : undefined;

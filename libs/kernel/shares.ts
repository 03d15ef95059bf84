import type { Id } from './ids.js';

/** Who takes a place: a person, and the organisation that the person acts for. */
export interface Taker {
  readonly person: Id;
  readonly unit: Id;
}
/** Places at once: of everyone together, and how many of them one person and one unit may have. */
export interface Places {
  readonly all: number;
  readonly person: number;
  readonly unit: number;
}
export type WhoseShare = keyof Places;

/** Whose share of what is open is full, the person's before the unit's: as the details of a refusal. */
export function fullShare(
  open: Readonly<Record<'person' | 'unit', number>>,
  limits: Readonly<Record<'person' | 'unit', number>>,
): { readonly whose: 'person' | 'unit'; readonly open: number; readonly limit: number } | undefined {
  const whose = (['person', 'unit'] as const).find((one) => open[one] >= limits[one]);
  return whose && { whose, open: open[whose], limit: limits[whose] };
}

/** Places that are taken and given back, each person and unit within a share, so that none takes all of them. */
export class Shares {
  private all = 0;
  private readonly held = { person: new Map<Id, number>(), unit: new Map<Id, number>() };

  constructor(readonly places: Places) {}

  /** Whose share is full; undefined where there is a place. */
  fullFor(taker: Taker): WhoseShare | undefined {
    for (const whose of ['person', 'unit'] as const) if ((this.held[whose].get(taker[whose]) ?? 0) >= this.places[whose]) return whose;
    return this.all >= this.places.all ? 'all' : undefined;
  }

  /** Takes a place before anything else is waited for. @returns what gives it back, once; or whose share is full. */
  take(taker: Taker): (() => void) | WhoseShare {
    const full = this.fullFor(taker);
    if (full !== undefined) return full;
    this.count(taker, 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.count(taker, -1);
      isHeld = false;
    };
  }

  private count(taker: Taker, by: 1 | -1): void {
    this.all += by;
    for (const whose of ['person', 'unit'] as const) {
      const now = (this.held[whose].get(taker[whose]) ?? 0) + by;
      if (now === 0) this.held[whose].delete(taker[whose]);
      else this.held[whose].set(taker[whose], now);
    }
  }
}

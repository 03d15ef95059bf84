import type { Id } from './ids.js';

/** What ends for good, with everything under it. */
export type EndKind = 'authorisation' | 'scenario' | 'domain';
/** `closing`: rights have ended, nothing new begins, what is there is decided and destroyed. `ended`: certified; nothing goes on. */
export type EndStage = 'closing' | 'ended';

export interface Ending {
  readonly kind: EndKind;
  readonly id: Id;
  readonly unitId: Id;
  readonly authorityId: Id;
}

/** Something that an act begins or goes on with, and the stage from which it is refused. */
export interface Under {
  readonly kind: string;
  readonly id: Id;
  readonly until: EndStage;
}

/**
 * How an act stands to what can end: the thing that its input names (by the path of its id, or of `{ kind, id }`), or why no ending
 * touches it: `nothing` is begun under one, or it is done `afterwards` (settling, filing, the ending itself).
 */
export type ActUnder = 'nothing' | 'afterwards' | { readonly kind?: string; readonly at: string; readonly until: EndStage };

/** The table of a kind, and its columns with the ids of what it belongs to. */
export interface Belonging {
  readonly table: string;
  readonly columns: Partial<Readonly<Record<EndKind, string>>>;
}

/** A context's part of the rule that everything ended refuses at once. Every route that changes something stands in one of these. */
export interface EndingRules {
  readonly belongs: Readonly<Record<string, Belonging>>;
  readonly acts: Readonly<Record<string, ActUnder | readonly ActUnder[]>>;
}

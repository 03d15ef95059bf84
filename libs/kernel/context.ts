import type { EndingRules } from './endings.js';
import type { Grants } from './grants.js';
import type { kernelRefusals } from './kernel-refusals.js';
import type { RefusalCatalogue } from './refusal.js';

/** What an audit action says it concerns, in both languages, and how long its entries are kept at least (AUD-05: 5 years). */
export interface AuditAction {
  readonly object: string;
  readonly zh: string;
  readonly en: string;
}
export type AuditActions = Readonly<Record<string, AuditAction>>;

/** `schema.constraint` → refusal code; the refusal's details name the fields, never their values. */
export type UniqueRefusals<Code extends string = string> = Readonly<Record<string, Code>>;

/** What of the platform's mechanics is kept for a time and then goes: the names of `retention` in the configuration. */
export type Kept = 'answersHours' | 'workHours' | 'ordersHours' | 'rehearsalsHours';

/** Rows that only did the work and show nothing: they go by their age alone. */
export interface Outgrown {
  readonly table: string;
  /** The column with the time from which a row is of no use any more; NULL where it still is. Indexed. */
  readonly since: string;
  readonly kept: Kept;
}

type Constructor = abstract new (...args: never[]) => unknown;

/** What a context hands to the applications that compose it; the app merges these and edits no central list. */
export interface ContextDeclaration<Refusals extends RefusalCatalogue = RefusalCatalogue> {
  readonly name: string;
  /** Nest module with the context's use cases and repositories. */
  readonly module: Constructor;
  readonly controllers: readonly Constructor[];
  /** Everything that its contract exports: the zod schemas among it stand in the API's description by the names that they have there. */
  readonly schemas?: Readonly<Record<string, unknown>>;
  /** Queue consumers and event consumers: run by the worker. */
  readonly jobs: readonly Constructor[];
  /** Level-triggered reconcilers: run by the operator. */
  readonly reconcilers: readonly Constructor[];
  readonly entities: readonly Constructor[];
  /** Its tables whose rows change: what they are called, their states, and the parties by which it is decided who sees a row. */
  readonly tables?: readonly { readonly what: string }[];
  readonly migrations: readonly Constructor[];
  /** What each process may do with what the migrations make. */
  readonly grants: Grants;
  /** Its part of the configuration: the member's name, its zod schema (every setting has a default) and the token it is injected by. */
  readonly config?: { readonly name: string; readonly schema: unknown; readonly token: symbol };
  readonly auditActions: AuditActions;
  readonly refusals: Refusals;
  /** What of it stands under an authorisation, scenario or domain, and how each of its acts does. */
  readonly endings: EndingRules;
  /** Its tables of mere mechanics, whose rows go when what they were for is over and old enough. */
  readonly outgrown?: readonly Outgrown[];
  /** Each unique constraint or index of its tables, by name, and the refusal that a violation is answered with. */
  readonly uniques?: UniqueRefusals<(keyof Refusals & string) | keyof typeof kernelRefusals>;
}

import { canonicalJson, digestOf, sm3, type ActContext, type Id, type Instant, type Json, type JsonObject } from '#kernel';
import type { JournalSealer } from './journal-sealer.js';
import type { JournalFact } from './tx.js';

/** The canonical text of one entry (RFC 8785) and the columns by which it is found. */
export interface JournalEntry {
  readonly id: Id;
  readonly canonical: string;
  readonly sm3: string;
}

const optional = (fields: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter((field): field is [string, Json] => field[1] !== undefined));

/**
 * Builds an entry: who (person, on whose behalf, session and address sealed), what, on which object, under which authorisation and
 * scenario, the decision with its reasons, digests before and after, when decided and when recorded (proofs: Audit).
 */
export function journalEntry(id: Id, fact: JournalFact, context: ActContext, recordedAt: Instant, sealer: JournalSealer): JournalEntry {
  const { actor } = context;
  const personal = optional({
    source: context.source,
    session: actor.kind === 'person' ? actor.sessionId : undefined,
  });
  const entry = optional({
    id,
    action: fact.action,
    outcome: fact.outcome ?? 'done',
    actor:
      actor.kind === 'person'
        ? { person: actor.personId, organisation: actor.organisationId, roles: [...new Set(actor.grants.map((g) => g.role))].sort() }
        : { system: actor.component },
    object: { kind: fact.object.kind, id: fact.object.id },
    unitId: fact.unitId,
    authorisationId: fact.authorisationId,
    scenarioId: fact.scenarioId,
    domainId: fact.domainId,
    reasons: fact.reasons === undefined ? undefined : [...fact.reasons],
    before: fact.before === undefined ? undefined : digestOf(fact.before),
    after: fact.after === undefined ? undefined : digestOf(fact.after),
    details: fact.details,
    decidedAt: fact.decidedAt ?? context.at,
    recordedAt,
    intentOf: fact.intentOf,
    traceparent: context.traceparent,
    personal: Object.keys(personal).length === 0 ? undefined : { ...sealer.seal(id, personal) },
  });
  const canonical = canonicalJson(entry);
  // A longer entry fits no bundle of the published log (C2SP tlog-tiles): long lists belong into a document, its digest into the entry.
  if (Buffer.byteLength(canonical, 'utf8') > 65_535) throw new RangeError('an audit entry of more than 65,535 bytes');
  return { id, canonical, sm3: sm3(canonical) };
}

/** A row of the journal as it is written; its names are the columns'. */
export interface JournalRow {
  readonly id: Id;
  readonly recorded_at: Instant;
  readonly decided_at: Instant;
  readonly action: string;
  readonly outcome: string;
  readonly person_id: Id | null;
  readonly organisation_id: Id | null;
  readonly object_kind: string;
  readonly object_id: string;
  readonly unit_id: Id | null;
  readonly authorisation_id: Id | null;
  readonly scenario_id: Id | null;
  readonly domain_id: Id | null;
  readonly canonical: string;
  readonly sm3: string;
}

export function journalRow(entry: JournalEntry, fact: JournalFact, { actor, at }: ActContext, recordedAt: Instant): JournalRow {
  return {
    id: entry.id,
    recorded_at: recordedAt,
    decided_at: fact.decidedAt ?? at,
    action: fact.action,
    outcome: fact.outcome ?? 'done',
    person_id: actor.kind === 'person' ? actor.personId : null,
    organisation_id: actor.kind === 'person' ? actor.organisationId : null,
    object_kind: fact.object.kind,
    object_id: fact.object.id,
    unit_id: fact.unitId ?? null,
    authorisation_id: fact.authorisationId ?? null,
    scenario_id: fact.scenarioId ?? null,
    domain_id: fact.domainId ?? null,
    canonical: entry.canonical,
    sm3: entry.sm3,
  };
}

const written = [
  'id',
  'recorded_at',
  'decided_at',
  'action',
  'outcome',
  'person_id',
  'organisation_id',
  'object_kind',
  'object_id',
  'unit_id',
  'authorisation_id',
  'scenario_id',
  'domain_id',
  'canonical',
  'sm3',
] as const satisfies readonly (keyof JournalRow)[];

/** Entries of one act, as a JSON list of rows. */
export const insertEntries = `INSERT INTO platform.journal (txid, ${written.join(', ')})
  SELECT pg_current_xact_id(), ${written.join(', ')} FROM json_populate_recordset(NULL::platform.journal, $1::json)`;

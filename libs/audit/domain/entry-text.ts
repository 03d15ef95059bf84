import { canonicalJson, type Digest, issuingActions, type JsonObject, type TypedDocument } from '#kernel';
import { refuse } from './refusals.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads one entry of the log and insists on its one spelling: two readers of the same leaf must never see different things.
 * @param index position in the log, for the error only
 * @throws Refusal `audit.entry-not-canonical`
 */
export function parseEntry(bytes: Uint8Array, index: number): JsonObject {
  try {
    const text = utf8.decode(bytes);
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && canonicalJson(value) === text) return value as JsonObject;
  } catch {
    // Neither UTF-8 nor JSON: the same answer as for a second spelling.
  }
  throw refuse('audit.entry-not-canonical', { index });
}

/**
 * That an entry issued the document with this digest: the digest is that of the state after the act, and the act is the one that issues
 * documents of this type and was done, as acts are whose entry does not say otherwise.
 * @throws Refusal `audit.document-not-in-entry`, `audit.entry-issues-other`
 */
export function assertIssues(entry: JsonObject, index: number, { type }: TypedDocument, digest: Digest): void {
  if (entry['after'] !== digest) throw refuse('audit.document-not-in-entry', { index });
  const { action = '', outcome = 'done' } = entry;
  const wanted = Object.entries(issuingActions).find(([known]) => known === type)?.[1];
  if (action !== wanted || outcome !== 'done') throw refuse('audit.entry-issues-other', { index, action, outcome, type });
}

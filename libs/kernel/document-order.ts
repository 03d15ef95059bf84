import type { documentTypes } from './document-types.js';
import { refuse } from './kernel-refusals.js';
import type { TypedDocument } from './signed-document.js';

/**
 * Moments that came one after the other, by where they stand; equal ones are in order. With `each` they are members of every such item
 * (`*` stands for every element of a list), and `^` leads back to the document. `?`: may be missing.
 */
interface Sequence {
  readonly each?: string;
  readonly order: readonly string[];
}
interface DocumentOrder {
  /** When it was issued: never later than the clock by which it is signed. */
  readonly issued: string;
  readonly sequences: readonly Sequence[];
}

const receipt: DocumentOrder = {
  issued: 'assembledAt',
  sequences: [
    { order: ['committedAt', 'assembledAt'] },
    { each: 'paths.*.cuts.*', order: ['^committedAt', 'cutAt', 'probe.at', '^assembledAt'] },
    { each: 'used.*', order: ['^committedAt', 'at', '^assembledAt'] },
  ],
};

/** What can only have happened one after the other, of every type of document that is signed. */
export const documentOrders: Readonly<Record<(typeof documentTypes)[number], DocumentOrder>> = {
  'opdomain.revocation-receipt/v1': receipt,
  'opdomain.revocation-receipt/v2': receipt,
  'opdomain.destruction-certificate/v1': {
    issued: 'issuedAt',
    sequences: [
      { order: ['openedAt', 'keysDestroyedAt', 'issuedAt', 'networkLogsKeptUntil'] },
      { each: 'confirmedBy.*', order: ['^openedAt', 'at', '^keysDestroyedAt'] },
      { each: 'exits.*', order: ['^openedAt', 'decidedAt?', '^issuedAt'] },
      { each: 'recovery.*', order: ['before.at?', 'after.at', '^issuedAt'] },
      { each: 'recovery.*', order: ['^keysDestroyedAt', 'after.at'] },
    ],
  },
  'opdomain.pending-notice/v1': {
    issued: 'issuedAt',
    sequences: [
      { order: ['openedAt', 'issuedAt', 'retryAt'] },
      { order: ['issuedAt', 'networkLogsKeptUntil'] },
      { each: 'confirmedBy.*', order: ['^openedAt', 'at', '^issuedAt'] },
    ],
  },
  'opdomain.release-manifest/v1': { issued: 'releasedAt', sequences: [{ each: 'reviews.*', order: ['decidedAt', '^releasedAt'] }] },
  'opdomain.compliance-board/v1': {
    issued: 'issuedAt',
    sequences: [{ each: 'requirements.*.evidence.*', order: ['at', '^issuedAt'] }],
  },
  'opdomain.audit-package/v1': { issued: 'issuedAt', sequences: [{ order: ['period.from', 'period.until'] }] },
};

/** When a document says that it was issued, unchecked; undefined for a type that is not known. */
export const issuedAt = (document: TypedDocument): unknown =>
  document[(documentOrders as Readonly<Record<string, DocumentOrder>>)[document.type]?.issued ?? ''];

interface Found {
  readonly where: string;
  readonly value: unknown;
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

/** What stands at a path; with `*`, of every element. */
const at = (root: Found, path: string): readonly Found[] =>
  path.split('.').reduce<readonly Found[]>(
    (found, name) =>
      found.flatMap(({ where, value }) => {
        const inside = (key: string, one: unknown): Found => ({ where: where === '' ? key : `${where}.${key}`, value: one });
        if (name !== '*') return [inside(name, member(value, name))];
        return Array.isArray(value) ? value.map((one, index) => inside(String(index), one)) : [];
      }),
    [root],
  );

const isMoment = ({ value }: Found): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const msOf = ({ value }: Found): number => Date.parse(value as string);

interface Disorder {
  readonly missing: readonly Found[];
  /** Of each: what is said to be the earlier, and the later. */
  readonly impossible: readonly (readonly [Found, Found])[];
}

function disorderOf(document: TypedDocument): Disorder {
  const orders: Readonly<Record<string, DocumentOrder>> = documentOrders;
  const { sequences = [], issued } = orders[document.type] ?? {};
  const whole: Found = { where: '', value: document };
  const missing: Found[] = issued === undefined ? [] : at(whole, issued).filter((moment) => !isMoment(moment));
  const impossible: [Found, Found][] = [];
  for (const { each, order } of sequences)
    for (const item of each === undefined ? [whole] : at(whole, each)) {
      let earlier: Found | undefined;
      for (const step of order) {
        const path = step.replace(/[\^?]/g, '');
        const [moment] = at(step.startsWith('^') ? whole : item, path);
        if (moment === undefined || !isMoment(moment)) {
          if (moment !== undefined && !step.endsWith('?')) missing.push(moment);
          continue;
        }
        if (earlier !== undefined && msOf(moment) < msOf(earlier)) impossible.push([earlier, moment]);
        earlier = moment;
      }
    }
  return { missing, impossible };
}

/** For who reads a document, perhaps of an older version: what it leaves out it does not contradict. @throws Refusal `document.impossible-order` */
export function assertPossible(document: TypedDocument): void {
  const [first] = disorderOf(document).impossible;
  if (first !== undefined)
    throw refuse('document.impossible-order', { type: document.type, earlier: first[0].where, later: first[1].where });
}

/**
 * For who signs it. Time mends what a database that was put back to an earlier clock brings about, so that it is worth trying again.
 * @param nowMs the clock by which it is signed, in milliseconds since 1970
 * @throws Refusal `document.impossible-order` (503); Error for a document without its moments, which is ours to mend.
 */
export function assertSignable(document: TypedDocument, nowMs: number): void {
  const { missing } = disorderOf(document);
  if (missing.length > 0) throw new Error(`${document.type} lacks moments: ${missing.map(({ where }) => where).join(', ')}`);
  assertPossible(document);
  const { issued } = (documentOrders as Readonly<Record<string, DocumentOrder>>)[document.type] ?? {};
  const [moment] = issued === undefined ? [] : at({ where: '', value: document }, issued);
  if (moment !== undefined && msOf(moment) > nowMs)
    throw refuse('document.impossible-order', { type: document.type, earlier: moment.where, later: 'signature' });
}

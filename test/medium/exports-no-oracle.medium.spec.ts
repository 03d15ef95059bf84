import { sha256 } from '#kernel';
import { OBJECTS, type Objects } from '#platform/objects';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvedScenario, inForce, ok, openCast, type Cast } from '../support/authorised.js';
import { deliver, exportingContexts, runOnRaw, seatHolder, type Field } from '../support/exporting.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

const fields: readonly Field[] = [
  { name: 'person_no', type: 'text', sensitive: true },
  { name: 'district', type: 'text', sensitive: false },
  { name: 'born', type: 'date', sensitive: true },
  { name: 'income', type: 'integer', sensitive: true },
];
/** Two sets of people that differ in everything but their kind: other numbers, days, incomes, and more of them. */
const people = (seed: number): string[][] =>
  Array.from({ length: 900 + seed * 137 }, (_, index) => [
    `P${String(90_000 + index * (7 + seed))}`,
    ['上城区', '拱墅区', '西湖区', '滨江区'][(index * (seed + 1)) % 4] ?? '',
    `${String(1950 + ((index * (13 + seed)) % 50))}-0${String(1 + (index % 9))}-${String(10 + (index % (18 - seed)))}`,
    String(3000 + seed + ((index * (37 + seed)) % 4000)),
  ]);
/** Blocked by every check that a run's result can meet, and one that people review. */
const queries = [
  ['rows', `SELECT district, born, income FROM residents WHERE born < DATE '1975-01-01'`, 'blocked'],
  ['counts', `SELECT district, count(*) AS people FROM residents GROUP BY ALL`, 'in-review'],
] as const;

let medium: Medium;
let cast: Cast;
let requester: Caller;
let reviewer: Caller;
let scenarioId: string;
const copies: string[] = [];

beforeAll(async () => {
  medium = await openMedium({ contexts: exportingContexts, worker: true });
  cast = await openCast(medium);
  scenarioId = (await approvedScenario(cast, (await inForce(cast)).id)).id;
  for (const seed of [0, 1]) copies.push((await deliver(medium, cast, scenarioId, fields, people(seed))).copyId);
  requester = await seatHolder(medium, cast, scenarioId);
  reviewer = await medium.person(await medium.organisation('evaluator'), ['export-reviewer']);
});
afterAll(() => medium.close());

async function submitted(copyId: string, sql: string): Promise<{ id: string; runId: string }> {
  const runId = await runOnRaw(medium, cast, requester, scenarioId, copyId, sql);
  const body = { scenarioId, codeRunId: runId, purpose: '信贷审批额度模型', recipient: '某商业银行' };
  const { id } = ok(await requester.post<{ id: string }>('/export-requests', body));
  ok(await requester.post(`/export-requests/${id}/submissions`));
  await medium.until(
    async () => ['blocked', 'in-review'].includes(ok(await requester.get<{ state: string }>(`/export-requests/${id}`)).state),
    'the checks',
  );
  return { id, runId };
}

/** Ids, instants and what names them; all else must be equal. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'id')
      .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'instant')
      // Over the code and the ids of its inputs: nothing of the data.
      .replace(/"codeDigest":"[^"]*"/g, '"codeDigest":"code"'),
  );

/** What those see who review. */
const whole = async (by: Caller, { id }: { id: string }): Promise<{ files: { bytes: number; digest: string }[] }> =>
  ok(await by.get(`/export-requests/${id}`));

/** Everything that the requester's side can read of a request and of the run behind it. */
async function seenBy(by: Caller, { id, runId }: { id: string; runId: string }): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const part of ['', '/checks', '/previews', '/reviews', '/manifest']) {
    const { status, body } = await by.get(`/export-requests/${id}${part}`);
    found[`request${part}`] = { status, body: plain({ ...body, instance: null, requestId: null }) };
  }
  for (const [list, of] of [
    ['/export-requests', id],
    ['/code-runs', runId],
  ] as const) {
    const { items } = ok(await by.get<{ items: { id: string }[] }>(`${list}?scenarioId=${scenarioId}`));
    found[list] = plain(items.find((one) => one.id === of));
  }
  found['code run'] = plain(ok(await by.get(`/code-runs/${runId}`)));
  found['issue'] = plain((await by.post<object>(`/export-requests/${id}/downloads`, { fileId: id })).status);
  return found;
}

describe('what is not released is no oracle', () => {
  it.each(queries)(
    '%s over other people look the same to the requester’s side, in every field of every view [EXP-02]',
    async (_, sql, state) => {
      const [one, other] = [await submitted(copies[0] ?? '', sql), await submitted(copies[1] ?? '', sql)];
      expect(ok(await reviewer.get<{ state: string }>(`/export-requests/${one.id}`)).state).toBe(state);
      for (const by of [requester, cast.manager]) expect(await seenBy(by, one)).toEqual(await seenBy(by, other));
      // The comparison can fail: those who review see where the two differ.
      expect((await whole(reviewer, one)).files).not.toEqual((await whole(reviewer, other)).files);
    },
  );

  it('shows no digest that a guess could be compared with, in views, journal or database, and keys those of equal contents apart', async () => {
    const [, sql] = queries[1];
    const [one, again] = [await submitted(copies[0] ?? '', sql), await submitted(copies[0] ?? '', sql)];
    const [first, second] = [await whole(reviewer, one), await whole(reviewer, again)];
    const stored = await medium.sql<{ key: string; version: string }>(
      `SELECT files->0->>'objectKey' AS key, files->0->>'objectVersion' AS version FROM exports.export_requests WHERE id = ANY($1)`,
      [[one.id, again.id]],
    );
    const objects = medium.app.get<Objects>(OBJECTS);
    const contents = await Promise.all(
      stored.map(async ({ key, version }) => {
        const pieces: Uint8Array[] = [];
        for await (const piece of await objects.get(key, { sealedBy: `scenario/${scenarioId}`, version })) pieces.push(piece);
        return Buffer.concat(pieces).toString('utf8');
      }),
    );
    expect(contents[0]).toBe(contents[1]);
    expect(first.files[0]?.digest).toMatch(/^hmac-sha256:/);
    expect(first.files[0]?.digest).not.toBe(second.files[0]?.digest);
    const guess = sha256(contents[0] ?? '').slice('sha256:'.length);
    const kept = await medium.sql<{ text: string }>(
      `SELECT row_to_json(r)::text AS text FROM exports.export_requests r UNION ALL SELECT row_to_json(j)::text FROM platform.journal j
       UNION ALL SELECT row_to_json(c)::text FROM exports.check_rounds c`,
    );
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.filter(({ text }) => text.includes(guess))).toEqual([]);
    const results = await medium.sql<{ sha256: string }>(`SELECT sha256 FROM coderuns.runs WHERE mode = 'production'`);
    const journal = await medium.sql<{ text: string }>(`SELECT canonical AS text FROM platform.journal`);
    for (const result of results) expect(journal.filter(({ text }) => text.includes(result.sha256.slice(7)))).toEqual([]);
  });
});

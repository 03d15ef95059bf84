import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvedScenario, inForce, ok, openCast, type Cast } from '../support/authorised.js';
import { registrationOf } from '../support/dataset-registration.js';
import { agreeTo, deliver, exportingContexts, runOnRaw, seatHolder, type Delivered, type Field } from '../support/exporting.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

const people: readonly Field[] = [
  { name: 'person_no', type: 'text', sensitive: true },
  { name: 'code', type: 'text', sensitive: false },
  { name: 'income', type: 'decimal', sensitive: true, release: 'rounded' },
];
const list: readonly Field[] = ['code', 'label'].map((name) => ({ name, type: 'text', sensitive: false, release: 'public' }));
const codes = Array.from({ length: 60 }, (_, at) => [`3301${String(10_000 + at * 137)}`, `文一街道第${String(at + 1)}社区`]);
const residents = Array.from({ length: 1_500 }, (_, at) => [
  ...[`P${String(90_000 + at * 7)}`, codes[at % 50]?.[0] ?? ''],
  (3_000.25 + ((at * 37) % 4_000)).toFixed(2),
]);

let medium: Medium;
let cast: Cast;
let scenarioId: string;
let persons: Delivered;
let catalogue: Delivered;
let requester: Caller;
beforeAll(async () => {
  medium = await openMedium({ contexts: exportingContexts, worker: true });
  cast = await openCast(medium);
  scenarioId = (await approvedScenario(cast, (await inForce(cast)).id)).id;
  persons = await deliver(medium, cast, scenarioId, people, residents);
  catalogue = await deliver(medium, cast, scenarioId, list, codes);
  requester = await seatHolder(medium, cast, scenarioId);
}, 300_000);
afterAll(() => medium.close());

interface Checked {
  readonly state: string;
  readonly vetoes: readonly string[];
  readonly lineage: readonly string[];
}
/** Run over raw data and put to the gate: how the request stands, what the gate vetoes, and what the result is said to derive from. */
async function exported(sql: string): Promise<Checked> {
  const copies = { residents: persons.copyId, codes: catalogue.copyId };
  const codeRunId = await runOnRaw(medium, cast, requester, scenarioId, copies, sql);
  const [run] = await medium.sql<{ lineage: { reversibility: string }[] }>('SELECT lineage FROM coderuns.runs WHERE id = $1', [codeRunId]);
  const body = {
    scenarioId,
    codeRunId,
    purpose: '就业结构统计',
    recipient: '某商业银行',
    ...(sql === figures ? { declaration: { counts: ['n'], magnitudes: [] } } : {}),
  };
  const { id } = ok(await requester.post<{ id: string }>('/export-requests', body));
  ok(await requester.post(`/export-requests/${id}/submissions`));
  const { state } = await medium.until(async () => {
    const now = ok(await requester.get<{ state: string }>(`/export-requests/${id}`));
    return ['in-review', 'blocked'].includes(now.state) && now;
  }, 'the checks');
  const { checks } = ok(
    await requester.get<{ checks: { items: { finding: string; answer: string }[] }[] }>(`/export-requests/${id}/checks`),
  );
  const vetoes = checks.flatMap(({ items }) => items.filter(({ answer }) => answer === 'veto').map(({ finding }) => finding));
  return { state, vetoes, lineage: run?.lineage.map(({ reversibility }) => reversibility) ?? [] };
}

const figures = 'SELECT label, count(*) AS n, sum(income) AS total FROM residents JOIN codes USING (code) GROUP BY label';

describe('a release rule of the provider’s', () => {
  it('is refused for what is not public, and by the provider alone', async () => {
    const field = (more: object) => ({ name: 'x', type: 'text', class: 'public', grade: 'L1', sensitiveType: 'none', ...more });
    const register = (more: object) => cast.steward.post('/datasets', registrationOf(cast.provider, { fields: [field(more)] }));
    expect(await register({ release: 'public', grade: 'L2' })).toMatchObject({ status: 400 });
    expect(await register({ release: 'public', sensitiveType: 'name' })).toMatchObject({ status: 400 });
    expect(await register({ release: 'rounded' })).toMatchObject({ status: 400 });
    expect(await register({ release: 'public' })).toMatchObject({ status: 400, body: { code: 'dataset.release-not-agreed' } });
  });

  it('lets a list that anybody may have leave as it stands, and names groups of others by it', async () => {
    expect(await exported('SELECT code, label FROM codes')).toMatchObject({ vetoes: [], lineage: ['irreversible', 'irreversible'] });
    expect((await exported(figures)).vetoes).toEqual([]);
    expect(await exported('SELECT person_no, label FROM residents JOIN codes USING (code)')).toMatchObject({ state: 'blocked' });
  }, 300_000);

  it('holds as it is today: what is no list any more leaves no more, whatever it was when it was delivered', async () => {
    await agreeTo(
      cast,
      catalogue.datasetId,
      list.map(({ name }) => ({ name, release: name === 'label' ? 'aggregate' : 'public' })),
    );
    const now = await exported('SELECT code, label FROM codes');
    expect(now.state).toBe('blocked');
    expect(now.lineage).toEqual(['raw', 'raw']);
    expect(now.vetoes).toContain('rows-of-the-source');
  }, 300_000);
});

import { identityContext } from '#identity';
import { dayOf, newId, systemAct, systemClock, type Usage } from '#kernel';
import { meteringContext } from '#metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

interface Charge {
  id: string;
  kind: string;
  item: string;
  sourceId: string;
  amountFen: string | null;
  quantity: string;
  month: string;
  usedAt: string;
  linksId: string | null;
}
interface Statement {
  state: string;
  costFen: string;
  incomeFen: string;
  unpriced: number;
  late: { usedAt: string }[];
  digest: string;
  digestWhenLocked: string | null;
  agrees: boolean;
  lines: { side: string; item: string; amountFen: string; quantity: string }[];
}

let medium: Medium;
let authority: Caller;
let elsewhere: Caller;
let manager: Caller;
let otherManager: Caller;
const agreement = { authorisationId: newId(), scenarioId: newId(), unitId: '' };
const now = systemClock.now();
const month = dayOf(now).slice(0, 7);
const daysAgo = (days: number): string => new Date(Date.parse(now) - days * 86_400_000).toISOString();

/** The published view that a composition with authorisations has; this file composes metering with identity alone. */
async function publishAgreements(rows: readonly { id: string; unitId: string; authorityId: string }[]): Promise<void> {
  await medium.sql('CREATE SCHEMA authorisations');
  await medium.sql(
    `CREATE VIEW authorisations.v_authorisations AS SELECT id, unit_id, authority_id FROM (VALUES ${rows
      .map((row) => `('${row.id}'::uuid, '${row.unitId}'::uuid, '${row.authorityId}'::uuid)`)
      .join(', ')}) AS known (id, unit_id, authority_id)`,
  );
  await medium.sql('GRANT USAGE ON SCHEMA authorisations TO PUBLIC');
  await medium.sql('GRANT SELECT ON authorisations.v_authorisations TO PUBLIC');
}

beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, meteringContext], worker: true });
  const county = await medium.organisation('authority');
  const other = await medium.organisation('authority');
  agreement.unitId = await medium.organisation('unit');
  const otherUnit = await medium.organisation('unit');
  authority = await medium.person(county, ['authority']);
  elsewhere = await medium.person(other, ['authority']);
  manager = await medium.person(agreement.unitId, ['unit-manager']);
  otherManager = await medium.person(otherUnit, ['unit-manager']);
  await publishAgreements([{ id: agreement.authorisationId, unitId: agreement.unitId, authorityId: county }]);
});
afterAll(() => medium.close());

const usage = (change: Partial<Usage> = {}): Usage => ({
  ...agreement,
  item: 'code-run',
  quantity: 1,
  sourceKind: 'code-run',
  sourceId: newId(),
  usedAt: now,
  ...change,
});
const publish = (...usages: readonly Usage[]): Promise<void> =>
  medium.platform.unitOfWork.run(systemAct('test', 'charge.recorded', now), async (tx) => {
    for (const one of usages) await tx.use(one);
  });
const charges = async (query: string, by: Caller = manager): Promise<Charge[]> =>
  (await by.get<{ items: Charge[] }>(`/charges?limit=200&${query}`)).body.items;
const chargesOf = (sourceId: string, count: number): Promise<Charge[]> =>
  medium.until(
    async () => {
      const found = (await charges('')).filter((one) => one.sourceId === sourceId);
      return found.length >= count && found;
    },
    `${String(count)} entries of ${sourceId}`,
  );
const statement = async (of = month, by: Caller = manager): Promise<Statement> =>
  (await by.get<Statement>(`/statements?authorisationId=${agreement.authorisationId}&month=${of}`)).body;
const price = (item: string, priceFen: string, more: Record<string, unknown> = {}) => ({
  item,
  unit: '次',
  priceFen,
  validFrom: dayOf(daysAgo(400)),
  legalBasis: '市发展改革部门批复',
  ...more,
});

describe('prices', () => {
  it('are versions with unit and validity, set by the authority, and a day that had a price keeps it [META-02]', async () => {
    expect((await manager.post('/price-lists', price('code-run', '1'))).body).toMatchObject({ code: 'http.role-missing' });
    expect((await elsewhere.post('/price-lists', price('code-run', '1'))).body).toMatchObject({ code: 'metering.beyond-region' });
    const set = await authority.post<{ id: string }>('/price-lists', price('code-run', '1250'));
    expect(set).toMatchObject({ status: 201, body: { priceFen: '1250', unit: '次', validUntil: null } });
    expect((await authority.post('/price-lists', price('code-run', '900', { validFrom: dayOf(daysAgo(1)) }))).body).toMatchObject({
      code: 'metering.price-fixed',
    });
    await expect(medium.sql('UPDATE metering.prices SET price_fen = 1 WHERE id = $1', [set.body.id])).rejects.toMatchObject({
      code: 'OD003',
    });
  });

  it('of an agreement come before the platform’s, and are no other unit’s to see', async () => {
    const own = price('workspace-start', '10', { authorisationId: agreement.authorisationId });
    expect((await elsewhere.post('/price-lists', own)).body).toMatchObject({ code: 'metering.agreement-not-found', status: 404 });
    await authority.post('/price-lists', own);
    await authority.post('/price-lists', price('workspace-start', '99'));
    const used = usage({ item: 'workspace-start' });
    await publish(used);
    expect(await chargesOf(used.sourceId, 1)).toMatchObject([{ amountFen: '10' }]);
    const seen = async (by: Caller) => (await by.get<{ items: { priceFen: string }[] }>('/price-lists?item=workspace-start')).body.items;
    expect((await seen(manager)).map(({ priceFen }) => priceFen).sort()).toEqual(['10', '99']);
    expect((await seen(otherManager)).map(({ priceFen }) => priceFen)).toEqual(['99']);
  });
});

describe('charges', () => {
  it('are exactly one for each finished use, however often its event comes [META-02]', async () => {
    const used = usage({ quantity: 1.5 });
    await publish(used, used);
    await publish(used);
    const last = usage();
    await publish(last);
    await chargesOf(last.sourceId, 1);
    await medium.until(
      async () => (await medium.sql(`SELECT 1 FROM platform.work WHERE name = 'metering.charge' AND state <> 'done'`)).length === 0,
      'all usage to be consumed',
    );
    expect(await chargesOf(used.sourceId, 1)).toMatchObject([{ kind: 'use', quantity: '1.500', amountFen: '1875' }]);
  });

  it('are seen by their unit and its authority and are nothing to any other [ISO-02]', async () => {
    expect((await charges('', authority)).length).toBeGreaterThan(0);
    expect((await charges('', medium.auditor)).length).toBeGreaterThan(0);
    expect(await charges('', otherManager)).toEqual([]);
    expect(await charges('', elsewhere)).toEqual([]);
    const strange = await otherManager.get(`/statements?authorisationId=${agreement.authorisationId}&month=${month}`);
    expect(strange.body).toMatchObject({ code: 'metering.agreement-not-found', status: 404 });
  });

  it('without a price are kept, flagged and listed, and priced by an act when a price arrives [META-02]', async () => {
    const used = usage({ item: 'export-release', sourceKind: 'export-request', quantity: 2 });
    await publish(used);
    expect(await chargesOf(used.sourceId, 1)).toMatchObject([{ amountFen: null }]);
    expect(await charges('unpriced=true')).toMatchObject([{ sourceId: used.sourceId }]);
    expect((await statement()).unpriced).toBe(1);
    const { body: version } = await authority.post<{ id: string }>('/price-lists', price('export-release', '300'));
    const applied = await authority.post(`/price-lists/${version.id}/applications`);
    expect(applied.body).toEqual({ priceId: version.id, priced: 1, amountFen: '600', left: 0 });
    expect((await authority.post(`/price-lists/${version.id}/applications`)).body).toMatchObject({ priced: 0 });
    const [pricing, use] = await chargesOf(used.sourceId, 2);
    expect(pricing).toMatchObject({ kind: 'pricing', amountFen: '600', linksId: use?.id });
    expect(await charges('unpriced=true')).toEqual([]);
    expect((await statement()).lines.find(({ item }) => item === 'export-release')).toMatchObject({ quantity: '2.000', amountFen: '600' });
  });

  it('are corrected by linked reversing entries and never edited, also not by the owner of the table [META-02]', async () => {
    const used = usage({ quantity: 4 });
    await publish(used);
    const [charge] = await chargesOf(used.sourceId, 1);
    const before = BigInt((await statement()).costFen);
    const id = charge?.id ?? '';
    const body = { reason: '任务只运行了三次', correctedQuantity: '3' };
    expect((await manager.post(`/charges/${id}/reversals`, body)).status).toBe(403);
    expect((await elsewhere.post(`/charges/${id}/reversals`, body)).body).toMatchObject({ code: 'charge.not-found' });
    const key = { 'idempotency-key': newId() };
    const reversed = await authority.post(`/charges/${id}/reversals`, body, key);
    expect(reversed.body).toMatchObject({
      reversal: { kind: 'reversal', amountFen: '-5000', linksId: id },
      correction: { kind: 'correction', amountFen: '3750', linksId: id },
    });
    expect((await authority.post(`/charges/${id}/reversals`, body, key)).body).toEqual(reversed.body);
    expect((await authority.post(`/charges/${id}/reversals`, body)).body).toMatchObject({ code: 'metering.already-reversed' });
    expect(BigInt((await statement()).costFen)).toBe(before - 1250n);
    await expect(medium.sql('UPDATE metering.entries SET amount_fen = 0 WHERE id = $1', [id])).rejects.toMatchObject({ code: 'OD003' });
    await expect(medium.sql('DELETE FROM metering.entries')).rejects.toMatchObject({ code: 'OD003' });
    await expect(medium.sql('TRUNCATE metering.entries CASCADE')).rejects.toMatchObject({ code: 'OD003' });
  });

  it('cannot be guessed from a malformed usage: its event becomes a dead letter that says why', async () => {
    await publish(usage({ sourceId: newId(), quantity: -1 }));
    const failed = await medium.until(
      async () =>
        (
          await medium.sql<{ last_error: string }>(
            `SELECT last_error FROM platform.work WHERE name = 'metering.charge' AND last_error IS NOT NULL`,
          )
        )[0],
      'the usage to be refused',
    );
    expect(failed.last_error).toBe('metering.usage-malformed');
  });
});

describe('statements', () => {
  it('list costs and product income apart, each tied to an agreement, and recompute to the same fen and digest [META-04]', async () => {
    const declared = {
      authorisationId: agreement.authorisationId,
      product: '企业信用评估接口',
      declarationId: newId(),
      amountFen: '880000',
      earnedOn: dayOf(now),
    };
    expect((await otherManager.post('/product-incomes', declared)).body).toMatchObject({ code: 'metering.agreement-not-found' });
    expect((await manager.post('/product-incomes', declared)).status).toBe(201);
    expect((await manager.post('/product-incomes', declared)).body).toMatchObject({ code: 'metering.income-declared' });
    const first = await statement();
    expect(first).toMatchObject({ state: 'open', incomeFen: '880000', agrees: true });
    expect(first.lines.find(({ side }) => side === 'income')).toMatchObject({ item: '企业信用评估接口', amountFen: '880000' });
    expect(BigInt(first.costFen)).toBe(first.lines.reduce((sum, line) => (line.side === 'cost' ? sum + BigInt(line.amountFen) : sum), 0n));
    expect(await statement()).toEqual(first);
    await expect(
      medium.sql(`INSERT INTO metering.entries (id, recorded_at, side, kind, source_kind, source_id, item, authorisation_id, unit_id, quantity, used_at, month)
        VALUES (gen_random_uuid(), now(), 'cost', 'use', 'x', gen_random_uuid(), 'code-run', gen_random_uuid(), gen_random_uuid(), 1, now(), '2026-01')`),
    ).rejects.toMatchObject({ code: '23503' });
  });

  it('lock when their month is over, and late use goes to the next with the time of its use shown [META-04]', async () => {
    const usedAt = daysAgo(70);
    const old = dayOf(usedAt).slice(0, 7);
    await publish(usage({ usedAt }));
    const locked = await medium.until(async () => {
      const found = await statement(old);
      return found.state === 'locked' && found;
    }, 'the old month to be locked');
    expect(locked).toMatchObject({ costFen: '1250', agrees: true });
    expect(locked.digestWhenLocked).toBe(locked.digest);
    const late = usage({ usedAt });
    await publish(late);
    const [charge] = await chargesOf(late.sourceId, 1);
    expect(charge?.usedAt).toBe(usedAt);
    expect((charge?.month ?? '') > old).toBe(true);
    expect((await statement(charge?.month)).late).toContainEqual(expect.objectContaining({ usedAt }));
    expect(await statement(old)).toEqual(locked);
  });
});

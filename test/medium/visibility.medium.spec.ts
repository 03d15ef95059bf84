import 'reflect-metadata';
import { type Actor, type Grant, newId, partyKinds, sees, systemAct } from '#kernel';
import { type Page, type PageRequest, tablesOf, type Tx, type UnitOfWork } from '#platform/database';
import type { VersionedTable, Versioned } from '#platform/database/persistence';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DataSource, QueryRunner } from 'typeorm';
import { contexts } from '../../apps/composition/contexts.js';
import { insertRow, openLoosened, type LoosenedDatabase } from '../support/rows.js';

/** Few ids, so that people and objects meet; each stands for a unit, an authority, a holding or a person, whichever asks. */
const ids = Array.from({ length: 5 }, () => newId());
const anyId = fc.constantFrom(...ids);
const day = fc.constantFrom('2026-04-29', '2026-04-30', '2026-05-01', '2026-05-02');
const scope: fc.Arbitrary<Grant['scope']> = fc.oneof(
  { arbitrary: fc.constant({ kind: 'platform' as const }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('unit' as const), organisationId: anyId }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('region' as const), authorityId: anyId }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('dataset' as const), datasetId: anyId }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('mandate' as const), organisationId: anyId, from: day, until: day }), weight: 4 },
);
const person: fc.Arbitrary<Actor> = fc.record({
  kind: fc.constant('person' as const),
  personId: anyId,
  organisationId: anyId,
  sessionId: fc.constant('s'),
  grants: fc.array(fc.record({ id: anyId, organisationId: anyId, role: fc.constant('authority' as const), scope }), { maxLength: 3 }),
  organisationIds: fc.uniqueArray(anyId, { maxLength: 2 }),
  regions: fc.record(Object.fromEntries(ids.map((id) => [id, fc.uniqueArray(anyId, { maxLength: 2 })]))),
});
/** The last and first instants of a day in Asia/Shanghai, and noon. */
const moment = fc.constantFrom('2026-04-30T15:59:59.999Z', '2026-04-30T16:00:00.000Z', '2026-04-30T04:00:00.000Z');

type AnyTable = VersionedTable<Versioned>;
const listed = tablesOf(contexts).filter((table) => table.hasList) as unknown as AnyTable[];

let loosened: LoosenedDatabase;
let dataSource: DataSource;
let runner: QueryRunner;
let unitOfWork: UnitOfWork;
beforeAll(async () => {
  loosened = await openLoosened((dataSource) => dataSource.entityMetadatas.map(({ target }) => target));
  ({ dataSource, runner, unitOfWork } = loosened);
});
afterAll(() => loosened.close());

const reading = <T>(actor: Actor, at: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  unitOfWork.read({ ...systemAct('test', 'test.read', at), actor }, work);

/** Every page of a list, three items at a time. */
async function whole(page: (request: PageRequest) => Promise<Page<Versioned>>): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | undefined; ;) {
    const { items, next } = await page({ limit: 3, cursor });
    found.push(...items.map(({ id }) => id));
    if (next === null) return found;
    cursor = next;
  }
}

/** What rows stand on that parties are found in: reviews, items, agreements, affiliations; everything of them by chance from few ids. */
async function beside(): Promise<void> {
  const entity = (name: string) => dataSource.entityMetadatas.find((one) => one.tablePath === name)?.target as never;
  const slots = JSON.stringify([{ organisationId: ids[0] }, { organisationId: null }]);
  const older = JSON.stringify([{ organisationId: ids[1] }]);
  for (const subjectId of ids)
    for (const subjectKind of ['authorisation', 'scenario', 'partner', 'data-request-item']) {
      await insertRow(runner, entity('authorisations.approvals'), { subjectKind, subjectId, slots: older, state: 'voided' });
      await insertRow(runner, entity('authorisations.approvals'), { subjectKind, subjectId, slots, state: 'open' });
    }
  const one = (at: number): string => ids[at % ids.length] ?? '';
  for (const [at, id] of ids.entries()) {
    await insertRow(runner, entity('authorisations.authorisations'), { id, unitId: one(at + 1), authorityId: one(at + 2), state: 'draft' });
    await insertRow(runner, entity('authorisations.scenarios'), { id, authorisationId: one(at + 3), unitId: one(at + 1), state: 'draft' });
    await insertRow(runner, entity('domains.operation_domains'), { id, authorisationId: one(at + 4), state: 'requested' });
    await insertRow(runner, entity('seats.seats'), { id, personId: one(at + 2), unitId: one(at), state: 'active' });
    await insertRow(runner, entity('authorisations.data_request_items'), {
      ...{ id, requestId: one(at + 1), providerId: one(at + 2), datasetId: one(at + 3), state: 'draft' },
    });
    const kind = ['authority', 'unit', 'authority', 'unit', 'provider'][at];
    await insertRow(runner, entity('identity.organisations'), { id, kind, parentId: at === 3 ? null : one(at + 1) });
    const affiliation = { personId: one(at + 2), organisationId: id };
    await insertRow(runner, entity('identity.affiliations'), { ...affiliation, from: '2026-01-01', until: at % 2 ? '2026-04-30' : null });
    await insertRow(runner, entity('identity.people'), { id });
  }
}

describe('what a person sees', () => {
  it('is listed exactly, over all pages, by every table that has a list [ISO-02] [ADM-03] [EVAL-06]', async () => {
    await beside();
    expect(listed.length).toBeGreaterThan(15);
    for (const table of listed) {
      const { columns } = dataSource.getMetadata(table.entity);
      const uuids = columns.filter(({ type, isArray, isPrimary }) => type === 'uuid' && !isArray && !isPrimary);
      const kinds = ['authorisation', 'scenario', 'unit', 'domain', 'person', 'seat'];
      for (let at = 0; at < 12; at += 1) {
        const values: Record<string, unknown> = {};
        for (const [place, { propertyName, isNullable }] of uuids.entries())
          values[propertyName] = isNullable && at % 4 === 0 ? null : ids[(at * (place + 1) + Math.floor(at / 3)) % ids.length];
        for (const { propertyName } of columns)
          if (propertyName === 'scopeKind' || propertyName === 'targetKind') values[propertyName] = kinds[at % kinds.length];
        await insertRow(runner, table.entity, values);
      }
      const everyone: Versioned[] = await reading(
        systemAct('test', 'x', '2026-01-01T00:00:00.000Z').actor,
        '2026-05-01T00:00:00.000Z',
        (tx) => table.where(tx, {}),
      );
      await fc.assert(
        fc.asyncProperty(person, moment, async (actor, at) =>
          reading(actor, at, async (tx) => {
            const expected: string[] = [];
            for (const row of everyone) {
              const seen = table.parties === 'everyone' || sees(actor, await table.partiesOf(tx, row), at);
              expect(await table.sees(tx, row)).toBe(seen);
              if (seen) expected.push(row.id);
            }
            expect([table.what, await whole((request) => table.page(tx, {}, request))]).toEqual([
              table.what,
              expected.toSorted((a, b) => (a < b ? 1 : -1)),
            ]);
          }),
        ),
        { numRuns: 12 },
      );
    }
  }, 400_000);

  it('is decided by every party that a row names', () => {
    const undeclared = listed.flatMap((table) => {
      const { parties } = table;
      if (parties === 'everyone') return [];
      const names = dataSource.getMetadata(table.entity).columns.map(({ propertyName }) => propertyName);
      return partyKinds.filter((kind) => names.includes(kind) && parties[kind] === undefined).map((kind) => `${table.what}: ${kind}`);
    });
    expect(undeclared).toEqual([]);
  });

  it('refuses a cursor of another making, as the input that it is', async () => {
    for (const cursor of ['nonsense', Buffer.from('nonsense').toString('base64url'), Buffer.from(`${newId()} `).toString('base64url')])
      await expect(
        reading(systemAct('test', 'x', '2026-01-01T00:00:00.000Z').actor, '2026-05-01T00:00:00.000Z', (tx) =>
          (listed[0] as AnyTable).page(tx, {}, { cursor }),
        ),
      ).rejects.toMatchObject({ code: 'http.invalid-input' });
  });
});

import { authorisationsContext } from '#authorisations';
import { domainsContext } from '#domains';
import { identityContext } from '#identity';
import { parseSignedDocument, sha256, type JsonObject } from '#kernel';
import { type Receipt, seatsContext } from '#seats';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { ComposedModule } from '../../apps/composition/platform.module.js';
import { OperatorDesk } from '../../libs/domains/application/operator-desk.js';
import { Receipts } from '../../libs/seats/application/receipts.js';
import { workspaceName } from '../../libs/seats/manifests/workspace.manifests.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { filePerson, inDays, ok, openOperating, type Operating } from '../support/operating.js';

const image = `opdomain/workspace-python@${sha256('workspace-python')}`;
let medium: Medium;
let operating: Operating;
let operator: INestApplicationContext;
let domainId = '';

beforeAll(async () => {
  const contexts = [identityContext, authorisationsContext, { ...domainsContext, jobs: [] }, seatsContext];
  medium = await openMedium({ contexts, worker: true });
  operating = await openOperating(medium);
  // The operator's own desk without its loops: the test says when it answers.
  const module = ComposedModule.of(await medium.platformOf('operator'), {});
  operator = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  domainId = ok(await medium.operator.post('/operation-domains', { authorisationId: operating.authorisationId })).id;
  ok(await medium.operator.post('/catalogue-images', { image, title: 'Python', purpose: 'workspace', zones: ['dev'] }));
  await medium.sql(
    `BEGIN; SET LOCAL session_replication_role = replica; UPDATE domains.operation_domains SET state = 'ready' WHERE id = '${domainId}'; COMMIT`,
  );
});
afterAll(async () => {
  await operator.close();
  await medium.close();
});

async function granted(): Promise<{ id: string; person: Caller }> {
  const person = await medium.person(operating.unitId, ['unit-developer']);
  await filePerson(operating.authority, person.personId);
  const body = { personId: person.personId, scenarioId: operating.scenarioId, clause: '授权协议第四条', endsOn: inDays(60) };
  const { id } = ok(await operating.manager.post('/seats', body));
  ok(await operating.authority.post(`/seats/${id}/grants`, {}));
  return { id, person };
}
async function working(): Promise<string> {
  const { id, person } = await granted();
  ok(await person.post(`/seats/${id}/workspaces`, { image }));
  return id;
}
const revoke = async (seatId: string): Promise<string> =>
  ok(await operating.authority.post(`/seats/${seatId}/revocations`, { ground: 'incident', reason: '演练' })).id;

interface Row {
  readonly state: string;
  readonly open: readonly { readonly path: string; readonly reason: string; readonly detail: string }[];
  readonly shown: readonly { readonly path: string; readonly shownAt: string; readonly rows: readonly unknown[] }[];
  readonly attempts: number;
  readonly last_error: string | null;
}
const rowOf = async (id: string): Promise<Row> => {
  const [row] = await medium.sql<Row>(
    `SELECT r.state, r.open, r.shown, w.attempts, w.last_error FROM seats.revocations r
     JOIN platform.work w ON w.key = r.id AND w.name = 'seats.cut' WHERE r.id = $1 ORDER BY w.created_at DESC LIMIT 1`,
    [id],
  );
  return row as Row;
};
const reached = (id: string, what: string, check: (row: Row) => boolean, seconds?: number): Promise<Row> =>
  medium.until(
    async () => {
      const row = await rowOf(id);
      return check(row) && row;
    },
    what,
    seconds,
  );
const runsOf = async (id: string): Promise<number> =>
  Number(
    (
      await medium.sql<{ n: string }>(`SELECT count(*) AS n FROM platform.journal WHERE action = 'revocation.cut' AND object_id = $1`, [id])
    )[0]?.n,
  );

/** Answers every open order of a kind, as the operator does. @returns how many there were */
async function answer(kind: 'pods' | 'access', result: JsonObject): Promise<number> {
  const desk = operator.get(OperatorDesk);
  const orders = await desk.beginLooks(domainId, [kind]);
  await desk.answer(
    orders.map(({ id }) => id),
    { result },
  );
  return orders.length;
}
const answered = (kind: 'pods' | 'access', result: JsonObject): Promise<number | false> =>
  medium.until(async () => (await answer(kind, result)) || false, `an order for ${kind}`);
const ordersOf = async (kind: string): Promise<number> =>
  Number((await medium.sql<{ n: string }>('SELECT count(*) AS n FROM domains.cluster_orders WHERE kind = $1', [kind]))[0]?.n);
const nobody: JsonObject = { zones: [] };
const refusedZone = (namespace: string): JsonObject => ({
  zones: [{ namespace, zone: 'dev', bindings: [], foreign: [], probe: { how: 'asked for a shell', refused: true, answer: '403' } }],
});

describe('a cut that waits for the operator', () => {
  it('holds no place: of 21 the one that needs no operator is done at once, while 20 wait without a try spent', async () => {
    const seats = await Promise.all(Array.from({ length: 20 }, working));
    const { id: alone } = await granted();
    const waiting = await Promise.all(seats.map(revoke));
    for (const id of waiting) await reached(id, 'the operator to be asked', ({ shown }) => shown.length > 0);
    await reached(await revoke(alone), 'the cut that waits for nobody', ({ state }) => state === 'closed', 4);
    for (const id of waiting) {
      const row = await rowOf(id);
      expect(row).toMatchObject({ state: 'cutting', last_error: null });
      expect(row.attempts).toBeLessThanOrEqual(1);
      expect(row.open).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ path: 'workspace-pods', reason: 'probe-unknown', detail: 'domain.operator-silent' }),
        ]),
      );
      // Said once, not at every look.
      expect(await runsOf(id)).toBe(1);
    }
    const following = `SELECT attempts, last_error FROM platform.work WHERE name = 'seats.workspace' AND (attempts > 1 OR last_error IS NOT NULL)`;
    expect(await medium.sql(following)).toEqual([]);
    // Each had an order that its own cut came before; none has two while one is open.
    expect(await ordersOf('pods')).toBeLessThanOrEqual(20);
    await answered('pods', { pods: [] });
    await answered('access', refusedZone('zone-dev'));
    for (const id of waiting) await reached(id, 'one answer to close all', ({ state }) => state === 'closed');
  }, 300_000);

  it('asks only the open paths again: what was shown stays as it was shown, and was shown after the cut', async () => {
    const id = await revoke(await working());
    const first = await reached(id, 'what can be shown at once', ({ shown }) => shown.some(({ path }) => path === 'api-tokens'));
    await answered('access', refusedZone('zone-dev'));
    await reached(id, 'the bindings to be shown', ({ shown }) => shown.some(({ path }) => path === 'cluster-bindings'));
    const asked = await ordersOf('access');
    const [workspace] = await medium.sql<{ id: string; namespace: string }>(
      'SELECT w.id, w.namespace FROM seats.workspaces w JOIN seats.revocations r ON w.seat_id = r.scope_id WHERE r.id = $1',
      [id],
    );
    const pod = `${workspace?.namespace ?? ''}/${workspaceName(workspace?.id ?? '')}`;
    for (let looks = 0; looks < 3; looks += 1) await answered('pods', { pods: [pod] });
    await reached(id, 'the pod to be seen', ({ open }) =>
      open.some(({ reason, detail }) => reason === 'probe-passed' && detail === 'still there'),
    );
    await answered('pods', { pods: [] });
    await reached(id, 'the receipt', ({ state }) => state === 'closed');
    expect(await ordersOf('access')).toBe(asked);
    const receipt = parseSignedDocument(ok<Record<string, unknown>>(await operating.authority.get(`/revocations/${id}/receipt`)))
      .document as unknown as Receipt;
    const kept = first.shown.filter(({ path }) => path === 'api-tokens').flatMap(({ rows }) => rows);
    const paths = new Map(receipt.paths.map(({ path, cuts }) => [path, cuts]));
    expect(paths.get('api-tokens')).toEqual(kept);
    expect(receipt.paths.flatMap(({ cuts }) => cuts).every(({ probe }) => probe.at >= receipt.committedAt)).toBe(true);
    expect(paths.get('workspace-pods')?.[0]?.probe.at.localeCompare(paths.get('cluster-bindings')?.[0]?.probe.at ?? '')).toBe(1);
  });

  it('takes no answer to an order that was placed before it', async () => {
    const early = await revoke(await working());
    await reached(early, 'the operator to be asked', ({ open }) => open.some(({ detail }) => detail === 'domain.operator-silent'));
    const seat = await working();
    await answered('pods', { pods: [] });
    await answered('access', refusedZone('zone-dev'));
    await reached(early, 'the first', ({ state }) => state === 'closed');
    const late = await revoke(seat);
    await reached(late, 'to be asked anew', ({ open }) => open.some(({ detail }) => detail === 'domain.operator-silent'));
    expect((await rowOf(late)).shown.map(({ path }) => path)).not.toContain('workspace-pods');
    await answered('pods', { pods: [] });
    await answered('access', nobody);
    await answered('access', refusedZone('zone-dev'));
    await reached(late, 'the second', ({ state }) => state === 'closed');
  });

  it('is answered by a look that begins after it, whoever ordered that, and by none that began before; it orders once', async () => {
    const [first, second, third] = [await working(), await working(), await working()];
    const desk = operator.get(OperatorDesk);
    await answer('pods', { pods: [] });
    const before = await ordersOf('pods');
    const early = await revoke(first);
    await reached(early, 'the operator to be asked', ({ open }) => open.some(({ detail }) => detail === 'domain.operator-silent'));
    const along = await revoke(second);
    await reached(along, 'to wait too', ({ open }) => open.some(({ detail }) => detail === 'domain.operator-silent'));
    expect(await ordersOf('pods')).toBe(before + 2);
    const begun = await desk.beginLooks(domainId, ['pods', 'access']);
    const late = await revoke(third);
    await reached(late, 'to wait for a look of its own', ({ open }) => open.some(({ detail }) => detail === 'domain.operator-silent'));
    for (const [kind, result] of [
      ['pods', { pods: [] }],
      ['access', refusedZone('zone-dev')],
    ] as const)
      await desk.answer(
        begun.filter((order) => order.kind === kind).map(({ id }) => id),
        { result },
      );
    for (const id of [early, along]) await reached(id, 'the look to close both', ({ state }) => state === 'closed');
    expect((await rowOf(late)).shown.map(({ path }) => path)).not.toContain('workspace-pods');
    expect(await ordersOf('pods')).toBe(before + 3);
    await answered('pods', { pods: [] });
    await answered('access', refusedZone('zone-dev'));
    await reached(late, 'the last', ({ state }) => state === 'closed');
  });

  it('is committed at once while a pass over its domain reports, and rings the next one all the same', async () => {
    const seat = await working();
    const desk = operator.get(OperatorDesk);
    await desk.hear(domainId);
    const { wanted } = (await desk.wanted(domainId)).reconciliation;
    const reporting = new pg.Client({ connectionString: (await readFile(medium.superuserUrlFile, 'utf8')).trim() });
    await reporting.connect();
    await reporting.query('BEGIN');
    await reporting.query('SELECT 1 FROM domains.reconciliations WHERE domain_id = $1 FOR UPDATE', [domainId]);
    const id = await revoke(seat);
    await reporting.query('COMMIT');
    await reporting.end();
    expect(await desk.urgent()).toContain(domainId);
    await desk.hear(domainId);
    expect((await desk.wanted(domainId)).reconciliation.wanted).toBe(wanted + 1);
    await reached(id, 'the operator to be asked', ({ open }) => open.some(({ detail }) => detail === 'domain.operator-silent'));
    await answered('pods', { pods: [] });
    await answered('access', refusedZone('zone-dev'));
    await reached(id, 'the receipt', ({ state }) => state === 'closed');
  });

  it('takes an answer from before its first attempt where the look began with an order of the cut itself, and no other', async () => {
    const [first, second] = [await working(), await working()];
    const worker = await medium.worker();
    await medium.endWorker();
    const receipts = worker.get(Receipts);
    const desk = operator.get(OperatorDesk);
    const lookNow = async (order: () => Promise<string>): Promise<string> => {
      const begun = await desk.beginLooks(domainId, ['pods', 'access']);
      const id = await order();
      for (const { id: look, kind } of begun)
        await desk.answer([look], { result: kind === 'pods' ? { pods: [] } : refusedZone('zone-dev') });
      return id;
    };
    const id = await revoke(first);
    const late = await lookNow(() => revoke(second));
    expect(await receipts.work(id)).toBeUndefined();
    expect((await rowOf(id)).state).toBe('closed');
    expect(await receipts.work(late)).toBeDefined();
    expect((await rowOf(late)).shown.map(({ path }) => path)).not.toContain('workspace-pods');
    await lookNow(() => Promise.resolve(late));
    expect(await receipts.work(late)).toBeUndefined();
  });
});

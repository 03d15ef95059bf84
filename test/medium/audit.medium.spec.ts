import { auditContext } from '#audit';
import {
  cosignatureBytes,
  cosignedMessage,
  formatSignature,
  noteSignature,
  parseNote,
  parseProofBundle,
  verifyAuditPackage,
  verifyBundle,
  verifyCheckpoint,
  verifyConsistencyBundle,
  verifyDocument,
  verifyLogCopy,
} from '#audit/offline';
import { documentDigest, formatVerifierKey, newId, parseSignedDocument, systemAct, type TypedDocument } from '#kernel';
import { SignedDocuments } from '#platform/documents';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inOrder } from '../fixtures/document-times.js';
import { SignedLog } from '../fixtures/signed-log.js';
import { type Caller, type Medium } from '../support/medium.js';
import { openAuditBench, type AuditBench } from '../support/audit.js';

interface Entry {
  id: string;
  index: number | null;
  standing: string;
  recordedAt: string;
  keepUntil: string;
  entry: { action: string; personal?: unknown };
}

let bench: AuditBench;
let medium: Medium;
beforeAll(async () => {
  bench = await openAuditBench();
  medium = bench.medium;
});
afterAll(() => medium.close());

const issue = (document: TypedDocument) => bench.issue(document);
const newestOf = async (caller: Caller, query = ''): Promise<Entry> => {
  const page = await caller.get<{ items: Entry[] }>(`/audit-entries?limit=1${query}`);
  const [entry] = page.body.items;
  if (entry === undefined) throw new Error('no entry');
  return entry;
};

describe('the sequencer', () => {
  it('gives every entry its place once, and signs a checkpoint over all of them within the bound [AUD-01] [AUD-04]', async () => {
    await medium.organisation('unit');
    await bench.sequence();
    const [counted] = await medium.sql<{ all: string; placed: string; last: string }>(
      'SELECT count(*) AS all, count(index) AS placed, max(index) AS last FROM platform.journal',
    );
    expect(counted?.placed).toBe(counted?.all);
    expect(Number(counted?.last)).toBe(Number(counted?.all) - 1);
    const status = await bench.status();
    expect(status).toMatchObject({ size: Number(counted?.all), withinBound: true });
    expect(status.checkpoint?.size).toBe(status.size);
  });

  it('misses nothing when commits overtake one another: an older entry that commits later still gets its place [AUD-01]', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slowId = newId();
    let recorded: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (recorded = resolve));
    const slow = medium.platform.unitOfWork.run(systemAct('test', 'organisation.registered', new Date().toISOString()), async (tx) => {
      await tx.record({ action: 'organisation.registered', object: { kind: 'organisation', id: slowId } });
      recorded();
      await held;
    });
    await started;
    const fastId = await medium.organisation('unit');
    await bench.sequence();
    release();
    await slow;
    await bench.sequence();
    const rows = await medium.sql<{ object_id: string; index: string; id: string }>(
      `SELECT object_id, index, id FROM platform.journal WHERE object_id IN ($1, $2) AND outcome = 'done' ORDER BY id`,
      [slowId, fastId],
    );
    expect(rows.map((row) => row.object_id)).toEqual([slowId, fastId]);
    expect(Number(rows[0]?.index)).toBeGreaterThan(Number(rows[1]?.index));
  });

  it('lets one of many sequence at a time and the tree still fits every entry [AUD-04]', async () => {
    await Promise.all(Array.from({ length: 12 }, () => medium.organisation('unit')));
    await Promise.all(Array.from({ length: 6 }, () => bench.sequencer.turn()));
    await bench.sequence();
    const [counted] = await medium.sql<{ n: string; distinct: string }>(
      'SELECT count(index) AS n, count(DISTINCT index) AS distinct FROM platform.journal',
    );
    expect(counted?.n).toBe(counted?.distinct);
    await bench.cosign();
    const { findings } = verifyLogCopy(await bench.mirror(), await bench.trusted());
    expect(findings).toEqual([]);
  });

  it('shows a stopped sequencer as an open window that grows', async () => {
    await bench.sequence();
    const before = (await bench.status()).unsigned.entries;
    await medium.organisation('unit');
    await medium.organisation('unit');
    expect((await bench.status()).unsigned.entries).toBeGreaterThanOrEqual(before + 2);
  });
});

describe('proofs', () => {
  it('of an entry verify from the answer alone, and are final by themselves where the platform holds the witness’s key [AUD-04]', async () => {
    await medium.organisation('provider');
    const fresh = await newestOf(medium.auditor, '&action=organisation.registered&outcome=done');
    expect(fresh.standing).toBe('recorded');
    expect((await medium.auditor.get(`/audit-entries/${fresh.id}/proof`)).body).toMatchObject({
      code: 'audit.not-under-checkpoint',
      status: 409,
    });
    await bench.sequence();
    const bundle = parseProofBundle((await medium.auditor.get(`/audit-entries/${fresh.id}/proof`)).body);
    const verified = verifyBundle(bundle, await bench.trusted());
    expect(verified.checkpoint.cosignedBy.map(({ key }) => key)).toEqual(['held']);
    expect(verified).toMatchObject({ final: true, entry: { id: fresh.id, action: 'organisation.registered' } });
    expect((await medium.auditor.get<Entry>(`/audit-entries/${fresh.id}`)).body.standing).toBe('final');
  });

  it('of a signed document is found by its digest, and the two make a file that is final [DEST-03]', async () => {
    const receipt = { ...inOrder('opdomain.revocation-receipt/v1').document, seatId: newId() };
    const signed = await medium.app.get(SignedDocuments).sign('receipts', receipt);
    const digest = documentDigest(receipt);
    expect((await medium.auditor.get(`/audit/documents/${digest}/proof`)).body).toMatchObject({ code: 'audit.no-such-document' });
    await issue(receipt);
    await bench.sequence();
    const inclusion = (await medium.auditor.get(`/audit/documents/${digest}/proof`)).body;
    const file = parseSignedDocument(JSON.parse(JSON.stringify({ ...signed, inclusion })));
    expect(verifyDocument(file, await bench.trusted())).toMatchObject({
      final: true,
      signedBy: [`${medium.platform.installation}/receipts/signing`],
    });
  });

  it('show that a later checkpoint extends an earlier one', async () => {
    await bench.sequence();
    const first = (await bench.cosign()).body.size;
    await medium.organisation('unit');
    await bench.sequence();
    const bundle = (await medium.auditor.get(`/audit/consistency?first=${String(first)}`)).body;
    const { second } = verifyConsistencyBundle(bundle as never, await bench.trusted());
    expect(second.size).toBeGreaterThan(first);
  });

  it('carry a second signature in SM2 over the same checkpoint', async () => {
    await bench.sequence();
    const note = Buffer.from(await bench.raw('/audit/checkpoint')).toString('utf8');
    expect(note.match(/^— /gm)).toHaveLength(3);
    expect(verifyCheckpoint(note, await bench.trusted()).signedBy).toHaveLength(1);
    expect(verifyCheckpoint(note, await bench.trusted()).sm2).toBe(true);
    const sm2 = (await bench.trusted()).filter(({ type }) => type === 0xff);
    expect(sm2).toHaveLength(1);
  });

  it('are not given out for tiles beyond what was signed, nor for paths spelled otherwise', async () => {
    for (const path of ['tile/0/999', 'tile/0/000.p/256', 'tile/0/0', 'tile/9/000', 'tile/entries/x001/000', 'sm3/999'])
      expect((await medium.auditor.get(`/audit/${path}`)).body).toMatchObject({ code: 'audit.no-such-tile' });
    expect((await medium.operator.get('/audit/tile/entries/000')).status).toBe(403);
  });
});

describe('a witness', () => {
  it('outside the platform registers its key and cosigns by a line of its own', async () => {
    const { witness } = new SignedLog();
    const key = formatVerifierKey(witness.key);
    expect((await medium.operator.post('/audit/witnesses', { key })).status).toBe(403);
    expect((await medium.auditor.post('/audit/witnesses', { key })).status).toBe(201);
    expect((await medium.auditor.post('/audit/witnesses', { key })).body).toMatchObject({ code: 'audit-witness.name-taken' });
    await bench.sequence();
    const note = Buffer.from(await bench.raw('/audit/checkpoint')).toString('utf8');
    const text = parseNote(note).text;
    const size = Number(text.split('\n')[1]);
    const seconds = Math.floor(Date.now() / 1000);
    const line = (message: string) =>
      formatSignature(noteSignature(witness.key, cosignatureBytes(seconds, witness.sign(cosignedMessage(message, seconds)))));
    expect((await medium.auditor.post('/audit/cosignatures', { size, line: line(`${text}x`) })).body).toMatchObject({
      code: 'audit.signature-invalid',
    });
    const done = await medium.auditor.post<{ note: string }>('/audit/cosignatures', { size, line: line(text) });
    expect(done.status).toBe(201);
    expect(verifyCheckpoint(done.body.note, [...(await bench.trusted())]).cosignedBy.map(({ name }) => name)).toContain(witness.key.name);
  });
});

describe('reading the log', () => {
  it('shows a unit its own entries alone, and another unit’s entry does not exist [ISO-02]', async () => {
    const [unitA, unitB] = [await medium.organisation('unit'), await medium.organisation('unit')];
    const manager = await medium.person(unitA, ['unit-manager']);
    for (const unitId of [unitA, unitB])
      await medium.platform.unitOfWork.run(systemAct('test', 'organisation.registered', new Date().toISOString()), (tx) =>
        tx.record({ action: 'organisation.registered', object: { kind: 'organisation', id: unitId }, unitId }),
      );
    const mine = await manager.get<{ items: Entry[] }>('/audit-entries?limit=200');
    expect(mine.body.items).toHaveLength(1);
    const theirs = await newestOf(medium.auditor, `&unitId=${unitB}`);
    expect((await manager.get(`/audit-entries/${theirs.id}`)).body).toMatchObject({ code: 'audit-entry.not-found', status: 404 });
    expect((await manager.get(`/audit-entries/${theirs.id}/proof`)).status).toBe(404);
  });

  it('pages without losing or doubling an entry, and filters', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: Entry[]; next: string | null } = (
        await medium.auditor.get<{ items: Entry[]; next: string | null }>(
          `/audit-entries?limit=20&outcome=done${cursor === '' ? '' : `&cursor=${cursor}`}`,
        )
      ).body;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    const [counted] = await medium.sql<{ n: string }>(`SELECT count(*) AS n FROM platform.journal WHERE outcome = 'done'`);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(Number(counted?.n));
    expect(await medium.auditor.get('/audit-entries?cursor=bm9uc2Vuc2U')).toMatchObject({
      status: 400,
      body: { code: 'http.invalid-input' },
    });
  });

  it('opens the caller’s address for audit and security administrators alone [AUD-08]', async () => {
    const entry = await newestOf(medium.auditor, '&outcome=read');
    expect((await medium.auditor.get(`/audit-entries/${entry.id}`)).body).toMatchObject({ personal: { source: '127.0.0.1' } });
    const authorityId = await medium.organisation('authority');
    const officer = await medium.person(authorityId, ['authority']);
    await officer.get('/audit/status');
    const own = await newestOf(officer);
    expect((await officer.get(`/audit-entries/${own.id}`)).body).toMatchObject({ id: own.id, personal: null });
  });

  it('says of each entry that it is kept five years at least, and a configuration that says less does not start [AUD-05]', async () => {
    const { recordedAt, keepUntil } = await newestOf(medium.auditor);
    expect(Number(keepUntil.slice(0, 4)) - Number(recordedAt.slice(0, 4))).toBe(5);
    const { schema } = auditContext.config as { schema: { safeParse(value: unknown): { success: boolean } } };
    expect(schema.safeParse({ retentionYears: 4 }).success).toBe(false);
    expect(schema.safeParse({ retentionYears: 10 }).success).toBe(true);
  });
});

describe('an audit case', () => {
  it('is a signed package that verifies offline, says what it cannot show, and stays unknown to the audited unit [AUD-07]', async () => {
    const unitId = await medium.organisation('unit');
    const manager = await medium.person(unitId, ['unit-manager']);
    const record = () =>
      medium.platform.unitOfWork.run(systemAct('test', 'organisation.registered', new Date().toISOString()), (tx) =>
        tx.record({ action: 'organisation.registered', object: { kind: 'organisation', id: unitId }, unitId }),
      );
    await record();
    await record();
    await bench.sequence();
    await bench.cosign();
    await record();
    const asked = { from: '2020-01-01T00:00:00.000Z', until: '2120-01-01T00:00:00.000Z', unitId };
    const opened = await medium.auditor.post<{ id: string; entries: number }>('/audit-cases', asked);
    expect(opened).toMatchObject({ status: 201, body: { entries: 2 } });
    const file = JSON.parse(Buffer.from(await bench.raw(`/audit-cases/${opened.body.id}/package`)).toString('utf8')) as unknown;
    const verified = verifyAuditPackage(parseSignedDocument(file), await bench.trusted());
    expect(verified.entries).toHaveLength(2);
    expect(verified.content.gaps).toEqual([expect.objectContaining({ count: 1 })]);
    expect(verified.checkpoint.cosignedBy).toHaveLength(1);
    const seen = await manager.get<{ items: Entry[] }>('/audit-entries?limit=200');
    expect(seen.body.items.map(({ entry }) => entry.action)).not.toContain('audit-case.issued');
    expect((await manager.get('/audit-cases')).status).toBe(403);
  });
});

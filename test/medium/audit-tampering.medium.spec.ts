import { Sequencer } from '#audit';
import {
  cosignatureBytes,
  cosignedMessage,
  formatSignature,
  noteSignature,
  parseNote,
  parseProofBundle,
  verifyBundle,
  verifyAuditPackage,
  verifyDocument,
  verifyLogCopy,
} from '#audit/offline';
import { documentTypes, formatVerifierKey, newId, parseSignedDocument, signatureTypes, signingRoles, systemAct } from '#kernel';
import { type DocumentKind, documentKeys, SignedDocuments } from '#platform/documents';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { composeWorker } from '../../apps/worker/app.js';
import { inOrder } from '../fixtures/document-times.js';
import { keyPair } from '../fixtures/signed-log.js';
import { type Medium } from '../support/medium.js';
import { openAuditBench, type AuditBench } from '../support/audit.js';

let bench: AuditBench;
let medium: Medium;
beforeAll(async () => {
  bench = await openAuditBench();
  medium = bench.medium;
  for (let n = 0; n < 25; n += 1) await medium.organisation('unit');
});
afterAll(() => medium.close());

describe('what is handed out as the proof of a document', () => {
  it('is of the entry that issued it, for every type; one of a refusal or of another act proves nothing [DEST-03]', async () => {
    const documents = medium.app.get(SignedDocuments);
    const act = systemAct('test', 'audit-case.issued', new Date().toISOString());
    const issued = [];
    for (const type of documentTypes) {
      const kind = (Object.keys(documentKeys) as DocumentKind[]).find((one) => documentKeys[one] === signingRoles[type]) as DocumentKind;
      for (const [more, taken] of [
        [{}, true],
        [{ outcome: 'refused' }, false],
        [{ outcome: 'intent' }, false],
        [{ action: 'organisation.registered' }, false],
      ] as const) {
        const document = { ...inOrder(type).document, subject: newId() };
        await bench.issue(document, more);
        issued.push({ type, taken, signed: await documents.sign(kind, document) });
      }
    }
    await bench.sequence();
    const trusted = await bench.trusted();
    for (const { type, taken, signed } of issued) {
      const file = parseSignedDocument(JSON.parse(JSON.stringify(await documents.handedOut(act, signed))));
      if (taken) expect([type, verifyDocument(file, trusted).final]).toEqual([type, true]);
      else expect(() => verifyDocument(file, trusted)).toThrow(expect.objectContaining({ code: 'audit.entry-issues-other' }));
    }
  });

  it('makes an audit package final, and not the checkpoint that it carries [AUD-07]', async () => {
    await bench.sequence();
    const asked = { from: '2020-01-01T00:00:00.000Z', until: '2120-01-01T00:00:00.000Z', action: 'organisation.registered' };
    const { id } = (await medium.auditor.post<{ id: string }>('/audit-cases', asked)).body;
    const trusted = await bench.trusted();
    const read = async () =>
      verifyAuditPackage(parseSignedDocument(JSON.parse(Buffer.from(await bench.raw(`/audit-cases/${id}/package`)).toString())), trusted);
    const early = await read();
    expect([early.final, early.checkpoint.cosignedBy.length]).toEqual([false, 1]);
    await bench.sequence();
    expect(await read()).toMatchObject({ final: true, inclusion: { entry: { action: 'audit-case.issued' } } });
  });
});

describe('a line of an outside witness', () => {
  it('of a time before the checkpoint or later than now is not taken, as no verifier would take it [AUD-04]', async () => {
    const witness = keyPair('witness.example/clocks', signatureTypes.cosignature);
    expect((await medium.auditor.post('/audit/witnesses', { key: formatVerifierKey(witness.key) })).status).toBe(201);
    await bench.sequence();
    const { text } = parseNote(Buffer.from(await bench.raw('/audit/checkpoint')).toString('utf8'));
    const now = Math.floor(Date.now() / 1000);
    const send = (seconds: number) => {
      const bytes = cosignatureBytes(seconds, witness.sign(cosignedMessage(text, seconds)));
      const line = formatSignature(noteSignature(witness.key, bytes));
      return medium.auditor.post('/audit/cosignatures', { size: Number(text.split('\n')[1]), line });
    };
    for (const seconds of [0, now - 3600, now + 3600, 8_640_000_000_000])
      expect((await send(seconds)).body).toMatchObject({ code: 'audit-witness.time-implausible', status: 422 });
    expect((await send(now)).body).toMatchObject({ key: 'external' });
  });
});

describe('tampering', () => {
  const asOwner = async (text: string, parameters: unknown[] = []) => {
    await medium.sql('ALTER TABLE platform.journal DISABLE TRIGGER keep_journal');
    await medium.sql(text, parameters);
    await medium.sql('ALTER TABLE platform.journal ENABLE TRIGGER keep_journal');
  };

  it('with a row of the journal shows in a copy of the log, with its position [AUD-04]', async () => {
    await bench.sequence();
    await bench.cosign();
    const index = 7;
    const [before] = await medium.sql<{ canonical: string }>('SELECT canonical FROM platform.journal WHERE index = $1', [index]);
    await asOwner(`UPDATE platform.journal SET canonical = replace(canonical, '"action":"', '"action":"x') WHERE index = $1`, [index]);
    const { findings } = verifyLogCopy(await bench.mirror(), await bench.trusted());
    expect(findings.map(({ code, details }) => [code, details.index])).toContainEqual(['audit.entry-differs', index]);
    const [entry] = await medium.sql<{ id: string }>('SELECT id FROM platform.journal WHERE index = $1', [index]);
    const bundle = parseProofBundle((await medium.auditor.get(`/audit-entries/${entry?.id ?? ''}/proof`)).body);
    const keys = await bench.trusted();
    expect(() => verifyBundle(bundle, keys)).toThrow('audit.inclusion-fails');
    await asOwner('UPDATE platform.journal SET canonical = $2 WHERE index = $1', [index, before?.canonical]);
  });

  it('by deleting a row is named when the log is served [AUD-04]', async () => {
    const [row] = await medium.sql('SELECT * FROM platform.journal WHERE index = 9');
    await asOwner('DELETE FROM platform.journal WHERE index = 9');
    const answer = await medium.auditor.get('/audit/tile/entries/000.p/20');
    expect(answer.body).toMatchObject({ code: 'audit.entry-missing', details: { from: 9 } });
    const names = Object.keys(row ?? {});
    await medium.sql(
      `INSERT INTO platform.journal (${names.join(', ')}) VALUES (${names.map((_, at) => `$${String(at + 1)}`).join(', ')})`,
      Object.values(row ?? {}),
    );
  });

  it('with tiles, checkpoints or the size of the tree is refused by the database, also for the owner of the tables', async () => {
    for (const text of [
      "UPDATE audit.tiles SET hashes = decode(repeat('00', 32), 'hex') WHERE level = 0",
      'DELETE FROM audit.tiles',
      'UPDATE audit.log SET size = size - 1',
      `UPDATE audit.checkpoints SET note = ''`,
      'DELETE FROM audit.cosignatures',
      'TRUNCATE audit.tiles',
    ])
      await expect(medium.sql(text)).rejects.toMatchObject({ code: 'OD001' });
  });

  it('with the tree in the database makes the next checkpoint be refused, not signed [AUD-04]', async () => {
    await bench.sequence();
    const [tile] = await medium.sql<{ hashes: Buffer; index: string }>(
      'SELECT index, hashes FROM audit.tiles WHERE level = 0 ORDER BY index DESC LIMIT 1',
    );
    const forged = Buffer.from(tile?.hashes ?? []);
    forged.writeUInt8(forged.readUInt8(0) ^ 1, 0);
    const put = async (hashes: Buffer) => {
      await medium.sql('ALTER TABLE audit.tiles DISABLE TRIGGER only_grow');
      await medium.sql('UPDATE audit.tiles SET hashes = $1 WHERE level = 0 AND index = $2', [hashes, tile?.index]);
      await medium.sql('ALTER TABLE audit.tiles ENABLE TRIGGER only_grow');
    };
    const sizeBefore = (await bench.status()).checkpoint?.size;
    await put(forged);
    await expect(bench.sequence()).rejects.toThrow('audit.consistency-fails');
    const [stored] = await medium.sql<{ size: string }>('SELECT max(size) AS size FROM audit.checkpoints');
    expect(Number(stored?.size)).toBe(sizeBefore);
    expect((await bench.status()).matchesExternal).toBe(false);
    const [grown] = await medium.sql<{ hashes: Buffer }>('SELECT hashes FROM audit.tiles WHERE level = 0 AND index = $1', [tile?.index]);
    const repaired = Buffer.from(grown?.hashes ?? []);
    repaired.writeUInt8(repaired.readUInt8(0) ^ 1, 0);
    await put(repaired);
    await bench.sequence();
  });

  it('by restoring an old backup stops the sequencer, in a running process and in a new one [AUD-04]', async () => {
    await bench.sequence();
    const size = (await bench.cosign()).body.size;
    const tables = ['platform.journal', 'audit.log', 'audit.tiles', 'audit.checkpoints', 'audit.cosignatures'];
    const triggers = (state: 'ENABLE' | 'DISABLE') =>
      Promise.all(tables.map((table) => medium.sql(`ALTER TABLE ${table} ${state} TRIGGER USER`)));
    await triggers('DISABLE');
    await medium.sql('DELETE FROM audit.cosignatures WHERE size > $1', [size - 3]);
    await medium.sql('DELETE FROM audit.checkpoints WHERE size > $1', [size - 3]);
    await medium.sql('DELETE FROM platform.journal WHERE index >= $1', [size - 3]);
    await medium.sql('UPDATE audit.log SET size = $1', [size - 3]);
    await medium.sql(
      'UPDATE audit.tiles SET hashes = substring(hashes FROM 1 FOR length(hashes) - 96) WHERE level = 0 AND length(hashes) < 8192',
    );
    await triggers('ENABLE');
    await medium.organisation('unit').catch(() => undefined);
    await expect(bench.sequencer.turn()).rejects.toMatchObject({
      code: 'audit.tree-behind',
      details: { size: size - 3, externalSize: size },
    });
    const restarted = await composeWorker(await medium.platformOf('worker'));
    try {
      await expect(restarted.get(Sequencer, { strict: false }).turn()).rejects.toMatchObject({ code: 'audit.tree-behind' });
    } finally {
      await restarted.close();
    }
    expect(await bench.status()).toMatchObject({ size: size - 3, matchesExternal: false });
  });
});

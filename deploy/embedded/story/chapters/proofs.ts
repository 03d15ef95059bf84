import { documentDigest, type SignedDocument } from '#kernel';
import type { AuditEntryPage, AuditStatus } from '#audit/contract';
import type { SealedSegments, SegmentCheck, SegmentPage } from '#networklogs/contract';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { projectRoot } from '../../processes/project-root.js';
import { until } from '../client.js';
import type { Teller } from '../teller.js';
import { keep, type World } from '../world.js';

/** The network logs outlive the domain; then everything that was handed out is verified offline, from files and public keys alone. */
export async function proofsChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('network-log segments stay and refuse deletion, for every role', async () => {
    await world.as('an').post<z.output<typeof SealedSegments>>('/network-log-segments', {});
    const page = await world.as('an').get<z.output<typeof SegmentPage>>('/network-log-segments');
    const [segment] = page.items;
    if (segment === undefined) throw new Error('there is no segment');
    const check = await world.as('shen').get<z.output<typeof SegmentCheck>>(`/network-log-segments/${segment.id}/verification`);
    const refusals: Record<string, string> = {};
    for (const who of ['lin', 'an', 'shen', 'zhou'])
      refusals[who] = (await world.as(who).refusedAny('DELETE', `/network-log-segments/${segment.id}`)).code;
    return {
      segments: page.items.length,
      events: page.items.reduce((sum, one) => sum + one.events, 0),
      'counted and digested anew': check.ok,
      'kept until': segment.keepUntil,
      'deletion by': refusals,
    };
  });

  await teller.step('audit tree cosigned by the audit administrator; proofs taken home', async () => {
    await until('the entries to be in the tree and cosigned', async () => {
      await world.as('shen').send('POST', '/audit/cosignatures', {});
      const status = await world.as('shen').get<z.output<typeof AuditStatus>>('/audit/status');
      return status.cosigned !== null && status.uncosigned.entries < 50 ? status : undefined;
    });
    for (const name of ['receipt', 'manifest', 'certificate']) await attachProof(world, name);
    const entries = await world.as('shen').get<z.output<typeof AuditEntryPage>>(`/audit-entries?action=seat.granted&limit=1`);
    const [entry] = entries.items;
    if (entry === undefined) throw new Error('the grant of the seat is not in the log');
    await keep(world, 'entry.json', await world.as('shen').get(`/audit-entries/${entry.id}/proof`));
    const status = await world.as('shen').get<z.output<typeof AuditStatus>>('/audit/status');
    return { entries: status.size, 'cosigned by': status.cosigned?.by, 'not yet cosigned': status.uncosigned.entries };
  });

  await teller.step('everything verified offline by `opdomain verify`; one changed byte is found', async () => {
    const keys = await world.as('shen').send('GET', '/audit/keys');
    await writeFile(join(world.folder, 'trusted.keys'), await keys.text());
    const files = ['entry.json', 'receipt.json', 'manifest.json', 'certificate.json'];
    const good = await verify(world, files);
    if (good.code !== 0) throw new Error(`opdomain verify ended with ${String(good.code)}: ${good.out}`);
    const forged = JSON.parse(readFileSync(join(world.folder, 'certificate.json'), 'utf8')) as { document: Record<string, unknown> };
    forged.document['unitId'] = world.organisation('provider');
    await keep(world, 'forged.json', forged);
    const bad = await verify(world, ['forged.json']);
    if (bad.code !== 1) throw new Error('a forged certificate was not found out');
    const { verdicts } = JSON.parse(good.out) as { verdicts: { file: string; kind: string; ok: boolean; final?: boolean }[] };
    return {
      verified: verdicts.map((verdict) => `${verdict.kind}${verdict.final === true ? ', final' : ''}`),
      'a certificate with one member changed': 'verification failed',
    };
  });
}

/** Adds the log's proof of a document to its file; it lies outside the signature. */
async function attachProof(world: World, name: string): Promise<void> {
  const signed = JSON.parse(readFileSync(join(world.folder, `${name}.json`), 'utf8')) as SignedDocument;
  const digest = documentDigest(signed.document);
  const inclusion = await until(`the proof of the ${name}`, async () => {
    const response = await world.as('shen').send('GET', `/audit/documents/${digest}/proof`);
    if (response.ok) return (await response.json()) as SignedDocument['inclusion'];
    await world.as('shen').send('POST', '/audit/cosignatures', {});
    return undefined;
  });
  const whole = { ...signed, inclusion };
  await keep(world, `${name}.json`, whole);
  if (name === 'receipt') world.receipt = whole;
  if (name === 'certificate') world.certificate = whole;
}

function verify(world: World, files: readonly string[]): Promise<{ code: number; out: string }> {
  const args = [join(projectRoot, 'dist/apps/cli/main.js'), 'verify', ...files, '--key', 'trusted.keys', '--final', '--json'];
  return new Promise((resolve) => {
    // An empty environment and the folder alone: nothing of the running system is asked.
    execFile(process.execPath, args, { cwd: world.folder, env: {} }, (fault, out, err) => {
      resolve({ code: fault === null ? 0 : typeof fault.code === 'number' ? fault.code : 1, out: out === '' ? err : out });
    });
  });
}

import type { AuditEntryPage, AuditStatus } from '#audit/contract';
import type { SealedSegments, SegmentCheck, SegmentPage } from '#networklogs/contract';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { projectRoot } from '../../processes/project-root.js';
import type { Teller } from '../teller.js';
import { UnexpectedAnswer } from '../waits.js';
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

  await teller.step('audit tree cosigned with the key held for the audit administrator; the proof of an entry taken home', async () => {
    const entry = await world.until('the entry of the seat’s grant to be final', async (saw) => {
      const { items } = await world.as('shen').get<z.output<typeof AuditEntryPage>>(`/audit-entries?action=seat.granted&limit=1`);
      saw(items[0]?.standing ?? 'no such entry');
      return items.find(({ standing }) => standing === 'final');
    });
    await keep(world, 'entry.json', await world.as('shen').get(`/audit-entries/${entry.id}/proof`));
    const status = await world.as('shen').get<z.output<typeof AuditStatus>>('/audit/status');
    return {
      entries: status.size,
      'cosigned by': status.cosigned?.by.map(({ name, key }) => `${name} (${key})`),
      'not yet cosigned': status.uncosigned.entries,
    };
  });

  await teller.step('everything verified offline by `opdomain verify`; one changed byte is found', async () => {
    const keys = await world.as('shen').send('GET', '/audit/keys');
    await writeFile(join(world.folder, 'trusted.keys'), await keys.text());
    const files = ['entry.json', 'receipt.json', 'manifest.json', 'certificate.json'];
    const good = await verify(world, files);
    if (good.code !== 0)
      throw new UnexpectedAnswer(
        `expected every file to verify; opdomain verify ended with ${String(good.code)} (${findingsIn(good.out)})`,
      );
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

/** Which file failed by which code. */
function findingsIn(out: string): string {
  if (!out.startsWith('{')) return out;
  const { verdicts } = JSON.parse(out) as { verdicts: { file: string; findings: { code: string }[] }[] };
  return verdicts.flatMap(({ file, findings }) => findings.map(({ code }) => `${file}: ${code}`)).join(', ');
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

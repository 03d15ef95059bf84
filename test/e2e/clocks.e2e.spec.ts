import type { TypedDocument } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listen } from '../../apps/api/app.js';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import { openMedium, type Medium } from '../support/medium.js';
import { movedDate } from '../support/moved-clock.js';
import { ok, openOperating, seatGranted } from '../support/operating.js';

/* A worker as a process of its own, all of whose `Date` is five minutes off: whatever reads the host's clock reads the wrong one. */
describe.each([300_000, -300_000])('a worker whose host is off by %d ms', (offMs) => {
  let medium: Medium;
  let worker: ChildProcess;
  let log = '';
  beforeAll(async () => {
    medium = await openMedium();
    await listen(medium.app, medium.platform);
    const config = medium.configOf('worker');
    const file = join(medium.dir, 'worker.json');
    const engine = { ...config.engine, scratchRoot: `${config.engine.scratchRoot}-worker` };
    await writeFile(file, JSON.stringify({ ...config, engine, telemetry: { ...config.telemetry, logLevel: 'info' } }));
    const main = join(projectRoot, 'dist/apps/worker/main.js');
    worker = spawn(process.execPath, ['--import', movedDate(offMs), main, '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    worker.stderr?.on('data', (text: Buffer) => (log += text.toString('utf8')));
  }, 300_000);
  afterAll(async () => {
    if (worker.exitCode === null) {
      const ended = once(worker, 'exit');
      worker.kill('SIGTERM');
      await ended;
    }
    await medium.close();
  }, 60_000);

  const databaseMs = async (): Promise<number> =>
    Number((await medium.sql<{ at: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS at'))[0]?.at);

  it('signs a receipt by the database’s clock, journals by it, and says how far off its host is [SEAT-03]', async () => {
    const unit = await openOperating(medium);
    const { seat } = await seatGranted(medium, unit);
    const before = await databaseMs();
    const { id } = ok(await unit.authority.post(`/seats/${seat.id}/revocations`, { ground: 'incident', reason: '演练' }));
    await medium.until(
      async () => ok<{ state: string }>(await unit.authority.get(`/revocations/${id}`)).state === 'closed',
      'the receipt',
      120,
    );
    const after = await databaseMs();
    const { document } = ok<{ document: TypedDocument & { paths: { cuts: { cutAt: string; probe: { at: string } }[] }[] } }>(
      await unit.authority.get(`/revocations/${id}/receipt`),
    );
    const moments = [
      document['committedAt'] as string,
      document['assembledAt'] as string,
      ...document.paths.flatMap(({ cuts }) => cuts.flatMap(({ cutAt, probe }) => [cutAt, probe.at])),
    ];
    expect(moments.filter((at) => Date.parse(at) < before - 1_000 || Date.parse(at) > after + 1_000)).toEqual([]);
    expect(document['cutWithinMs']).toBeLessThanOrEqual(after - before + 1_000);
    const [off] = await medium.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM platform.journal WHERE abs(extract(epoch FROM recorded_at - clock_timestamp())) > 240`,
    );
    expect(off?.n).toBe(0);
    const warned = log.split('\n').filter((line) => line.includes('clock.apart'));
    expect(warned).toHaveLength(1);
    const told = (JSON.parse(warned[0] ?? '{}') as { offsetMs: number }).offsetMs;
    expect(Math.abs(told - offMs)).toBeLessThan(2_000);
  }, 300_000);
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import { tiedSpawn } from '../../deploy/embedded/processes/tied-spawn.js';
import type { StepReport } from '../../deploy/embedded/story/teller.js';

const missing = process.env['OPDOMAIN_TEST_MISSING'] ?? '';
/** Says why, when this machine cannot run it; a skipped test never counts as passed. */
const describeHere = missing === '' ? describe : describe.skip;

/** Longer than anything that happens by itself at an interval: sequencing, cosigning, the bell, a waiting cut, a reconcile after an event. */
const lateMs = 3_000;

interface Told {
  readonly ok: boolean;
  readonly steps: readonly StepReport[];
  readonly waits: readonly { readonly condition: string; readonly late: boolean }[];
}

let dir = '';
const tellers: ChildProcess[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-late-'));
  await chmod(dir, 0o711);
});
afterAll(async () => {
  for (const teller of tellers) {
    if (teller.exitCode !== null || teller.signalCode !== null) continue;
    teller.kill('SIGKILL');
    await once(teller, 'exit');
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 10 });
});

function tell(which: 'odd' | 'even'): Promise<Told> {
  return new Promise((resolve, reject) => {
    const program = join(projectRoot, 'dist', 'test', 'fixtures', 'servers', 'late-story.js');
    const child = tiedSpawn(process.execPath, [program, join(dir, which), which, String(lateMs)], 'KILL', {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    tellers.push(child);
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.once('error', reject);
    child.once('close', () => {
      if (said === '') reject(new Error(`the story of the ${which} waits ended without a report`));
      else resolve(JSON.parse(said) as Told);
    });
  });
}

describeHere(`the story told by somebody who comes late${missing === '' ? '' : ` (skipped: ${missing})`}`, () => {
  /**
   * Two tellings side by side, each late at every second wait. So each wait of the story is late once while the waits before and after it
   * are not: lateness everywhere would let everything settle, and hide a step that acts before what it needs. The waits are those met.
   */
  it('succeeds at every step, whichever wait he comes late to', async () => {
    const [odd, even] = await Promise.all([tell('odd'), tell('even')]);
    for (const { steps, ok } of [odd, even]) expect([steps.filter((step) => !step.ok), ok]).toEqual([[], true]);
    expect(even.waits.map(({ condition }) => condition)).toEqual(odd.waits.map(({ condition }) => condition));
    expect(even.waits.map(({ late }) => late)).toEqual(odd.waits.map(({ late }) => !late));
    expect(odd.waits.length).toBeGreaterThan(10);
  }, 1_800_000);
});

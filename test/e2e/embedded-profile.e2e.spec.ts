import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#kernel';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signIn } from '../../deploy/embedded/issuer/sign-in.js';
import { scratchOf } from '../../deploy/embedded/profile/scratch.js';
import type { StoryReport } from '../../deploy/embedded/story/teller.js';
import { descendants, listens, notedPorts, startCommand, stillRunning, until, type Command } from '../support/command.js';

const missing = process.env['OPDOMAIN_TEST_MISSING'] ?? '';
/** Says why, when this machine cannot run it; a skipped test never counts as passed. */
const describeHere = missing === '' ? describe : describe.skip;

let base = '';
const commands: Command[] = [];
const start = (...of: Parameters<typeof startCommand>): Command => {
  const command = startCommand(...of);
  commands.push(command);
  return command;
};

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'opdomain-embedded-'));
  await chmod(base, 0o711);
});
afterEach(async () => {
  for (const command of commands.splice(0)) {
    command.kill('SIGKILL');
    await command.ended;
  }
});
afterAll(() => rm(base, { recursive: true, force: true, maxRetries: 10 }));

const atWork = async (dir: string): Promise<boolean> => (await readdir(scratchOf(dir)).catch(() => [])).length > 0;

describeHere(`the demo${missing === '' ? '' : ` (skipped: ${missing})`}`, () => {
  it('killed while its servers start, and again while raw data is in the engine, begins anew and tells the whole story', async () => {
    const dir = join(base, 'killed');
    const file = join(base, 'reports', 'killed.json');
    const args = ['--rows', '2000', '--dir', dir, '--report', file];

    const first = start('demo', args);
    await first.waitFor('ready: OIDC issuer');
    await until('the first of the cluster', 30, () => existsSync(join(dir, 'cluster', 'etcd.pid')));
    const ofTheFirst = await descendants(first.pid);
    first.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    expect(ofTheFirst.length).toBeGreaterThan(1);

    const second = start('demo', args);
    await second.waitFor('✓ data request approved');
    expect(await stillRunning(ofTheFirst)).toEqual([]);
    await until('the engine to work on the delivery', 60, () => atWork(dir));
    const ofTheSecond = await descendants(second.pid);
    second.kill('SIGKILL');
    expect(await second.ended).toBe('SIGKILL');
    await until('all that the second started to end by itself', 30, async () => (await stillRunning(ofTheSecond)).length === 0);
    const left = await readdir(scratchOf(dir), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => !entry.isDirectory())).toEqual([]);

    const third = start('demo', args);
    expect([await third.ended, third.said()]).toEqual([0, expect.stringContaining('every step ok')]);
    expect([existsSync(scratchOf(dir)), existsSync(dir)]).toEqual([false, false]);
    const report = JSON.parse(await readFile(file, 'utf8')) as StoryReport;
    expect(report).toMatchObject({ ok: true, receipt: { document: expect.anything() }, certificate: { document: expect.anything() } });
    for (const step of report.steps)
      expect(step).toEqual({ name: expect.any(String), ok: true, ms: expect.any(Number), evidence: expect.anything() });
  }, 400_000);

  it('ended by Ctrl-C, while it starts or in the midst of the story, leaves nothing running and nothing lying about', async () => {
    for (const [line, name] of [
      ['ready: PostgreSQL', 'starting'],
      ['✓ scenario reviewed', 'telling'],
    ] as const) {
      const dir = join(base, name);
      const demo = start('demo', ['--rows', '2000', '--dir', dir]);
      await demo.waitFor(line);
      const ports = await notedPorts(dir);
      const processes = await descendants(demo.pid);
      demo.kill('SIGINT');
      expect([await demo.ended, demo.said()]).toEqual([130, expect.not.stringContaining('✗')]);
      expect(await stillRunning(processes)).toEqual([]);
      for (const port of Object.values(ports)) expect(await listens(port)).toBe(false);
      expect([existsSync(scratchOf(dir)), existsSync(dir)]).toEqual([false, false]);
    }
  }, 200_000);
});

describeHere(`the profile for use${missing === '' ? '' : ` (skipped: ${missing})`}`, () => {
  const addressOf = (up: Command): string => /API +(\S+)\/api\/v1/.exec(up.said())?.[1] ?? '';
  const issuerOf = (up: Command): string => /issuer +(\S+)/.exec(up.said())?.[1] ?? '';
  const passcodeOf = (up: Command, subject: string): string => new RegExp(`^ +${subject} +(\\S+)`, 'm').exec(up.said())?.[1] ?? '';

  async function ask(up: Command, passcode: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const token = await signIn(issuerOf(up), 'lin', passcode);
    const response = await fetch(`${addressOf(up)}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': newId() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${String(response.status)} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  it('stops cleanly on Ctrl-C and finds its data, its people and its addresses again', async () => {
    const dir = join(base, 'up');
    const first = start('up', ['--dir', dir]);
    await first.waitFor('Ctrl-C stops everything');
    const passcode = passcodeOf(first, 'lin');
    const unit = { kind: 'evaluator', name: '再访数据有限公司', creditCode: '91330106MA2K54321X' };
    const { id } = await ask(first, passcode, '/organisations', unit);
    const processes = await descendants(first.pid);
    const ports = await notedPorts(dir);
    expect(Object.keys(ports)).toEqual(expect.arrayContaining(['ports/api', 'ports/issuer', 'postgres/ports/postgres']));
    first.kill('SIGINT');
    expect([await first.ended, first.said()]).toEqual([0, expect.stringMatching(/stopped\n$/)]);
    expect(await stillRunning(processes)).toEqual([]);
    for (const port of Object.values(ports)) expect(await listens(port)).toBe(false);
    expect(existsSync(scratchOf(dir))).toBe(false);

    const second = start('up', ['--dir', dir]);
    await second.waitFor('Ctrl-C stops everything');
    expect([addressOf(second), issuerOf(second), await notedPorts(dir)]).toEqual([addressOf(first), issuerOf(first), ports]);
    const { items } = await ask(second, passcode, '/organisations');
    expect(items).toEqual(expect.arrayContaining([expect.objectContaining({ id, name: unit.name })]));
    second.kill('SIGINT');
    expect(await second.ended).toBe(0);
  }, 200_000);
});

describe('without Go, cluster binaries or a kubeconfig', () => {
  const { KUBEBUILDER_ASSETS: _binaries, OPDOMAIN_KUBECONFIG: _kubeconfig, XDG_CACHE_HOME: _cache, ...rest } = process.env;

  it.each(['demo', 'up'] as const)('the command %s explains the three ways in a few lines and ends with 2', async (name) => {
    const [dir, empty] = [join(base, `without-${name}`), join(base, 'empty')];
    await mkdir(empty, { recursive: true });
    const command = start(name, ['--dir', dir], { ...rest, PATH: empty, HOME: empty });
    expect(await command.ended).toBe(2);
    const lines = command.said().trim().split('\n');
    for (const way of ['OPDOMAIN_KUBECONFIG=', 'KUBEBUILDER_ASSETS=', 'Go 1.26'])
      expect(lines.filter((line) => line.includes(way))).toHaveLength(1);
    expect(lines.length).toBeLessThan(10);
    expect(await readdir(empty)).toEqual([]);
    expect([existsSync(join(dir, 'postgres')), existsSync(scratchOf(dir))]).toEqual([false, false]);
  });
});

describe('a folder that holds something else', () => {
  it('is refused and left as it is', async () => {
    const dir = join(base, 'foreign');
    await mkdir(dir);
    await writeFile(join(dir, 'letter.txt'), 'not of opdomain');
    const demo = start('demo', ['--dir', dir]);
    expect([await demo.ended, demo.said()]).toEqual([1, expect.stringContaining('holds something else')]);
    expect(await readdir(dir)).toEqual(['letter.txt']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ScratchArea, type Scratch } from '#platform/engine';
import { Bubblewrap } from '../../libs/platform/engine/bubblewrap.js';
import { measure } from '../../libs/platform/engine/isolation.js';
import type { Launch } from '../../libs/platform/engine/launcher.js';
import { seccompFilters } from '../../libs/platform/engine/seccomp.js';
import { compileSeccomp } from '../../deploy/embedded/tools/index.js';
import { descendants, stillRunning, until } from '../support/command.js';

const missing = process.env['OPDOMAIN_TEST_MISSING'] ?? '';
const here = /bubblewrap|compiler/.test(missing) ? describe.skip : describe;
const uid = 60_700;
const postgres = Number(new URL(process.env['OPDOMAIN_TEST_POSTGRES_URL'] ?? 'postgres://127.0.0.1:5432').port);

here('a hostile binary in the engine’s place', () => {
  const root = `/dev/shm/opdomain-hostile-test-${String(process.pid)}`;
  const abstract = `opdomain-hostile-${String(process.pid)}`;
  let dir: string;
  let walls: Bubblewrap;
  let other: Scratch;
  let secrets: string[];
  const listeners: Server[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'hostile-'));
    chmodSync(dir, 0o755);
    execFileSync('gcc', ['-O1', '-Wall', '-static', '-o', join(dir, 'hostile'), 'test/fixtures/hostile/hostile.c']);
    const found = await Bubblewrap.find(uid);
    if (!(found instanceof Bubblewrap)) throw new Error(found.reason);
    walls = found;
    const area = new ScratchArea({ root, allowDiskScratch: false, owner: walls.owner });
    other = area.allocate(1_000_000);
    writeFileSync(other.file('raw.csv'), 'raw', { mode: 0o644 });
    other.handOver();
    // What an installation keeps, as readable as files can be: nothing but the walls is between.
    secrets = ['master.key', 'database.url', 'opdomain.yaml'].map((name) => join(dir, name));
    for (const path of secrets) writeFileSync(path, 'secret', { mode: 0o644 });
    for (const address of [{ host: '127.0.0.1', port: 0 }, { path: `\0${abstract}` }]) {
      const listener = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => listener.listen(address, resolve));
      listeners.push(listener);
    }
  });
  afterAll(() => {
    for (const listener of listeners) listener.close();
    for (const path of [dir, root]) rmSync(path, { recursive: true, force: true });
  });

  const loopback = (): number => (listeners[0]?.address() as { port: number }).port;
  const launch = (): Launch => ({ script: 'child', files: [], memoryMb: 64, scratchBytes: 500_000 });
  const program = (args: readonly string[]) => ({
    mounts: [{ from: join(dir, 'hostile'), to: '/engine/hostile' }],
    command: ['/engine/hostile', ...args],
  });
  const outside = (): string[] => [
    ...secrets,
    other.folder,
    ...['environ', 'mem', 'maps', 'cwd', 'root', `fd/${String(other.descriptor('raw.csv'))}`].map(
      (name) => `/proc/${String(process.pid)}/${name}`,
    ),
    ...['/etc/passwd', '/etc/shadow', '/root', '/home', '/run/secrets', '/var', '/sys', '/usr/bin/env', process.cwd()],
  ];
  /** The launcher's own command line, less the words of some of its guards. */
  const answersOf = async (args: readonly string[], without: readonly (readonly string[])[] = []): Promise<Record<string, string>> => {
    const command = walls.command(launch(), program(args));
    for (const words of without) {
      const found = command.findIndex((_, i) =>
        words.every((word, j) => command[i + j] === word || (word.endsWith('=') && command[i + j]?.startsWith(word))),
      );
      if (found < 0) throw new Error(`the launcher has no guard ${words.join(' ')}`);
      command.splice(found, words.length);
    }
    const child = spawned(command);
    const said = await text(child.stdio[3] as Readable);
    return Object.fromEntries(said.trim().split('\n').map((line) => line.split(/ (?=\S+$)/) as [string, string])); // prettier-ignore
  };
  const spawned = ([command = '', ...args]: string[]): ChildProcess => {
    const child = spawn(command, args, { cwd: '/', env: {}, detached: true, stdio: ['pipe', 'ignore', 'inherit', 'pipe', 'pipe'] });
    const filter = child.stdio[4] as Writable;
    filter.on('error', () => undefined);
    filter.end(Buffer.from(seccompFilters[process.arch] ?? '', 'base64'));
    return child;
  };
  const all = (): string[] => [...outside(), '--', String(postgres), abstract];

  it('reads no key, configuration, database URL, other run, parent, home or tool [DES-01]', async () => {
    for (const path of secrets) expect(readFileSync(path, 'utf8')).toBe('secret');
    const answers = await answersOf(all());
    for (const path of outside()) expect([path, answers[`read:${path}`]]).toEqual([path, 'ENOENT']);
    expect(answers).toMatchObject({ processes: '2', 'setuid-files': '0' });
  });

  it('reaches no PostgreSQL, loopback, abstract or other socket', async () => {
    for (const port of [postgres, loopback()]) {
      const answers = await answersOf(['--', String(port), abstract]);
      expect(answers).toMatchObject({ 'tcp': 'EPERM', 'abstract': 'EPERM', 'socket:unix': 'EPERM', 'socket:netlink': 'EPERM', 'socket:packet': 'EPERM' }); // prettier-ignore
    }
  });

  it('gains nothing: no capability, user, namespace, mount, trace, key ring or kernel interface; and writes nowhere outside its scratch', async () => {
    const answers = await answersOf(all());
    const refused = ['mount', 'remount', 'unshare', 'setns', 'chroot', 'trace-first', 'trace-me', 'keyring', 'memory-file', 'io-uring', 'userfaultfd', 'root', 'groups', 'capabilities', 'die-alone', 'session', 'raw-disk', 'shared-memory', 'fork']; // prettier-ignore
    for (const name of refused) expect([name, answers[name]]).toEqual([name, 'EPERM']);
    const written = Object.entries(answers).filter(([name]) => name.startsWith('write:'));
    expect(written).toHaveLength(5);
    for (const [name, answer] of written) expect([name, answer]).toEqual([name, expect.stringMatching(/^(EROFS|EACCES)$/)]);
  });

  it('fills neither memory nor files nor the process table', async () => {
    const answers = await answersOf(all());
    expect(Number(answers['memory-mib'])).toBeLessThan(64 * 2 + 1024);
    expect(Number(answers['tmp-kib'])).toBeLessThan(500);
    expect(Number(answers['threads'])).toBeLessThan(256);
  });

  it.each([
    ['fork', [['--seccomp', '4']], 'done'],
    ['unshare', [['--seccomp', '4']], 'done'],
    ['memory-file', [['--seccomp', '4']], 'done'],
    ['socket:unix', [['--seccomp', '4']], 'done'],
    ['tcp', [['--seccomp', '4'], ['--unshare-net']], 'done'],
    ['abstract', [['--seccomp', '4'], ['--unshare-net']], 'done'],
    ['threads', [['--nproc=']], '1024'],
    ['memory-mib', [['--data=']], '65536'],
    ['tmp-kib', [['--fsize=']], expect.stringMatching(/^(9|10)\d\d$/)],
  ] as const)('would come through at "%s" but for the guard %j', async (row, without, answer) => {
    expect((await answersOf(['--', String(loopback()), abstract], without))[row]).toEqual(answer);
  });

  it('is gone with its parent, however that died and whatever it ignores', async () => {
    const stays = program(['stay']);
    const parent = spawned(['/bin/sh', '-c', '"$@"; true', 'parent', ...walls.command(launch(), stays)]);
    const said: string[] = [];
    (parent.stdio[3] as Readable).on('data', (line) => said.push(String(line)));
    await until('the hostile program has started', 60, () => said.join('').includes('staying'));
    const started = await descendants(parent.pid ?? 0);
    expect(started.length).toBeGreaterThanOrEqual(3);
    parent.kill('SIGKILL');
    await until('nothing of it runs', 60, async () => (await stillRunning(started)).length === 0);
    expect(said.join('')).toContain('die-alone EPERM');
  });

  it('is what the probe at start measures: shown with every guard, not shown without one', async () => {
    expect(await measure(walls)).toMatchObject({ state: 'shown', by: expect.stringMatching(/^bubblewrap \d/) });
    const unguarded = Object.assign(Object.create(walls) as Bubblewrap, {
      start: (...[of, program]: Parameters<Bubblewrap['start']>) => {
        const command = walls.command(of, program);
        command.splice(command.indexOf('--seccomp'), 2);
        return spawned(command);
      },
    });
    const weak = await measure(unguarded);
    expect(weak.state).toBe('not-shown');
    const done = weak.rows.filter(({ outcome }) => outcome !== 'refused').map(({ attempt }) => attempt);
    expect(done).toEqual(
      expect.arrayContaining(['second-process', 'seccomp filter', 'call ptrace', 'call unshare', 'call clone', 'call socket']),
    );
    expect(weak.rows).toContainEqual(expect.objectContaining({ attempt: 'outlive its parent', outcome: 'refused' }));
  });

  it('is what the probe at start measures of its death too: not shown where the kernel was not asked to kill it', async () => {
    const unbound = Object.assign(Object.create(walls) as Bubblewrap, {
      start: (...[of, program, parent = []]: Parameters<Bubblewrap['start']>) => {
        const guards = ['--die-with-parent', '--pdeathsig', 'KILL'];
        return spawned([...parent, ...walls.command(of, program).filter((word) => !guards.includes(word))]);
      },
    });
    const { state, rows } = await measure(unbound, 1_000);
    expect(state).toBe('not-shown');
    expect(rows.filter(({ outcome }) => outcome !== 'refused')).toEqual([
      { attempt: 'outlive its parent', outcome: 'done', answer: expect.stringMatching(/^alive after \d+ ms$/) },
    ]);
  });

  it('is held by the filter that its source compiles to, for both processors', async () => {
    expect(await compileSeccomp()).toEqual(seccompFilters);
  });
});

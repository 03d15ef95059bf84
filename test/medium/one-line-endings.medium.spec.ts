import { newId } from '#kernel';
import { createMasterKeyFile, keysFromConfig } from '#platform/keys';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { contexts } from '../../apps/composition/contexts.js';
import { ran, type Ended, type Program } from '../support/child.js';
import { openDatabase, type TestDatabase } from '../support/database.js';

const programs = ['api/main.js', 'worker/main.js', 'operator/main.js', 'composition/migrate.js', 'cli/main.js'] as const;
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-endings-'));
  await chmod(dir, 0o711);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** One line on standard error, none of it a stack trace, and nothing on standard output. */
function oneLine({ out, err }: Ended): string {
  expect(out).toBe('');
  expect(err).not.toMatch(/^\s+at |node:internal|Node\.js v/m);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  return err;
}
const written = async (name: string, text: string): Promise<string> => {
  const file = join(dir, name);
  await writeFile(file, text, { mode: 0o600 });
  return file;
};

describe.each(programs)('%s', (program) => {
  it('tells its options, the meaning of its exit codes and its version, in both languages, and needs no configuration for it', async () => {
    const [en, zh, version] = [
      await ran(program, ['--help']),
      await ran(program, ['--help'], { env: { LANG: 'zh_CN.UTF-8' } }),
      await ran(program, ['--version']),
    ];
    expect([en.code, en.err, zh.code, zh.err, version.code, version.err]).toEqual([0, '', 0, '', 0, '']);
    expect(en.out).toMatch(/Exit codes: 0 /);
    expect(zh.out).toMatch(/退出码：0 /);
    const { version: wanted } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(version.out).toContain(wanted);
  });

  it('says on an older Node.js which one it needs, and ends with 2', async () => {
    const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'22.11.0'}})`;
    const ended = await ran(program, [], { nodeOptions: ['--import', older] });
    expect(ended.code).toBe(2);
    expect(oneLine(ended)).toContain('Node.js 24.9 or newer is needed, this is 22.11.0');
  });

  it('names an option that it does not have, and ends with 2', async () => {
    const ended = await ran(program, program === 'cli/main.js' ? ['acts', '--nonsense'] : ['--nonsense']);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('--nonsense');
    expect(ended.err).not.toMatch(/^\s+at /m);
  });
});

// The four read it alike; two of them stand for all.
describe.each(['api/main.js', 'composition/migrate.js'] as const)('%s with a configuration that cannot be used', (program) => {
  it.each([
    ['none', () => Promise.resolve([]), 'no configuration is given'],
    ['one that is not there', () => Promise.resolve(['--config', join(dir, 'absent.yaml')]), 'absent.yaml: cannot be read'],
    ['a folder', () => Promise.resolve(['--config', dir]), 'cannot be read'],
    [
      'bad YAML',
      async () => ['--config', await written('bad.yaml', 'database: { urlFile: "secret\nqueue')],
      'bad.yaml: is neither YAML nor JSON at line ',
    ],
    [
      'bad JSON',
      async () => ['--config', await written('bad.json', '{"database": {"urlFile" "secret"}}')],
      'bad.json: is neither YAML nor JSON at line 1',
    ],
  ])('says so in one line and ends with 2: %s', async (_what, args, said) => {
    const ended = await ran(program, await args());
    expect(ended.code).toBe(2);
    expect(oneLine(ended)).toContain(said);
    // A configuration may hold what it should not.
    expect(ended.err).not.toContain('secret');
  });

  it('names each setting that is wrong in a line of its own', async () => {
    const ended = await ran(program, ['--config', await written('empty.yaml', 'http: { port: many }\n')]);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/^ {2}http\.port: /m);
    expect(ended.err).not.toMatch(/^\s+at /m);
  });
});

describe('a program whose surroundings are not as it needs them', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openDatabase(dir, contexts);
    await mkdir(join(dir, 'objects'));
    await createMasterKeyFile(join(dir, 'master.key'));
    const nowhere = { server: 'https://127.0.0.1:1' };
    await written(
      'kubeconfig',
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', clusters: [{ name: 'none', cluster: nowhere }], users: [{ name: 'none', user: {} }] },
        ...{ contexts: [{ name: 'none', context: { cluster: 'none', user: 'none' } }], 'current-context': 'none' },
      }),
    );
  }, 900_000);
  afterAll(() => database.drop());

  const fits = (application: 'api' | 'worker' | 'operator', more: Record<string, unknown> = {}): Record<string, unknown> => ({
    database: { urlFile: database.urlFiles[application], ownerUrlFile: database.urlFiles.api },
    queue: { kind: 'postgres', urlFile: database.urlFiles.worker },
    keys: { kind: 'file', path: join(dir, `keys-${application}`, 'keys.json'), masterKeyFile: join(dir, 'master.key') },
    objects: { kind: 'folder', path: join(dir, 'objects') },
    cluster: { kubeconfig: join(dir, 'kubeconfig'), attempts: 1 },
    engine: { scratchRoot: join('/dev/shm', `opdomain-endings-${String(process.pid)}`), sandbox: 'preferred' },
    oidc: { issuer: 'http://127.0.0.1:1', audience: 'test' },
    telemetry: { logLevel: 'silent' },
    http: { port: 0 },
    ...more,
  });
  const ended = async (application: 'api' | 'worker' | 'operator', more: Record<string, unknown>, program?: Program): Promise<Ended> =>
    ran(program ?? `${application}/main.js`, ['--config', await written(`${newId()}.json`, JSON.stringify(fits(application, more)))]);
  const atUrl = async (change: (url: URL) => void): Promise<string> => {
    const url = new URL((await readFile(database.urlFiles.api, 'utf8')).trim());
    change(url);
    return written(`${newId()}.url`, url.href);
  };

  it('names the address that another program uses, and ends with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      for (const [application, at] of [
        ['api', { http: { port } }],
        ['worker', { health: { port } }],
        ['operator', { health: { port } }],
      ] as const) {
        const busy = await ended(application, at);
        expect([application, busy.code]).toEqual([application, 1]);
        expect(oneLine(busy)).toContain(`127.0.0.1:${String(port)} is in use: `);
      }
    } finally {
      other.close();
    }
  });

  it('says that the database was not migrated, and by which command it is, and ends with 1', async () => {
    const name = `empty_${newId().slice(-6)}`;
    const behind = new pg.Client({ connectionString: database.url });
    await behind.connect();
    await behind.query(`CREATE DATABASE ${name}`);
    try {
      const empty = await ended('api', { database: { urlFile: await atUrl((url) => (url.pathname = `/${name}`)) } });
      expect(empty.code).toBe(1);
      expect(oneLine(empty)).toMatch(
        /The database is older than this program: \d+ of its migrations .* Run node dist\/apps\/composition\/migrate\.js/,
      );
      // One migration short is not migrated either.
      await behind.query(`UPDATE opdomain_migrations SET name = 'x' || name WHERE id = (SELECT max(id) FROM opdomain_migrations)`);
      const short = await ended('worker', {});
      expect([short.code, oneLine(short).includes('older than this program: 1 of its migrations')]).toEqual([1, true]);
      await behind.query(`UPDATE opdomain_migrations SET name = substr(name, 2) WHERE id = (SELECT max(id) FROM opdomain_migrations)`);
    } finally {
      await behind.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await behind.end();
    }
  });

  it('says what PostgreSQL refused, and ends with 2', async () => {
    for (const [change, said] of [
      [(url: URL) => (url.password = 'wrong'), 'PostgreSQL refused the password'],
      [(url: URL) => (url.pathname = '/nowhere'), 'PostgreSQL has no database of that name'],
    ] as const) {
      const refused = await ended('api', { database: { urlFile: await atUrl(change) } });
      expect([refused.code, oneLine(refused).includes(said)]).toEqual([2, true]);
      expect(refused.err).not.toContain('wrong');
    }
    const absent = await ended('api', { database: { urlFile: join(dir, 'absent.url') } });
    expect([absent.code, oneLine(absent).includes('absent.url is not there')]).toEqual([2, true]);
  });

  it('says to whoever migrates or makes the first people that the database does not answer: 1, and 5 of the command line', async () => {
    const urlFile = await atUrl((url) => (url.port = '1'));
    const away = await ended('api', { database: { urlFile, ownerUrlFile: urlFile } }, 'composition/migrate.js');
    expect([away.code, oneLine(away).includes('the database does not answer (ECONNREFUSED)')]).toEqual([1, true]);
    const people = await written('people.yaml', await firstPeople());
    const config = await written('away.json', JSON.stringify(fits('api', { database: { urlFile } })));
    const bootstrap = await ran('cli/main.js', ['bootstrap', people, '--config', config]);
    expect([bootstrap.code, oneLine(bootstrap).includes('the database does not answer')]).toEqual([5, true]);
  });

  it('says that the master key is another than the key file was written under, and ends with 1', async () => {
    const path = join(dir, 'others-keys', 'keys.json');
    await createMasterKeyFile(join(dir, 'other.key'));
    const keys = await keysFromConfig({ kind: 'file', path, masterKeyFile: join(dir, 'other.key') });
    await keys.create('test/one');
    await keys.close();
    const wrong = await ended('api', { keys: { kind: 'file', path, masterKeyFile: join(dir, 'master.key') } });
    expect([wrong.code, oneLine(wrong).includes('does not belong to this master key. Restore the key file')]).toEqual([1, true]);
  });
});

const firstPeople = async (): Promise<string> => {
  const administrators = ['platform-operator', 'security-admin', 'audit-admin'].map((role) => ({ name: role, subject: role, role }));
  return JSON.stringify({ organisation: { name: '平台运维单位', creditCode: '91330000000000001A' }, administrators });
};

describe('the command line', () => {
  const home = (): Record<string, string> => ({
    OPDOMAIN_HOME: join(dir, 'home'),
    OPDOMAIN_SERVER: 'http://127.0.0.1:1',
    OPDOMAIN_TOKEN: 'x',
  });
  const cli = (...args: string[]): Promise<Ended> => ran('cli/main.js', args, { env: home() });

  it('goes on to its end, and ends by its own code, when nobody reads any more', async () => {
    for (const args of [['--help'], ['completion', 'bash'], ['config', 'secrets', '--json']])
      expect(await ran('cli/main.js', args, { env: home(), deaf: true })).toEqual({ code: 0, out: '', err: '' });
  });

  it.each([
    ['a folder to be uploaded', () => ['upload', dir], 2, 'is no plain file'],
    ['a file that is not there', () => ['upload', join(dir, 'absent.csv')], 2, 'cannot be read'],
    ['a platform that is away', () => ['acts'], 5, 'cannot be reached'],
    ['evidence that is none', () => ['verify', dir, '--key', join(dir, 'absent.keys')], 2, 'cannot be read'],
  ])('says so in one line: %s', async (_what, args, code, said) => {
    const ended = await cli(...args());
    expect([ended.code, oneLine(ended).includes(said)]).toEqual([code, true]);
  });

  it('names line and column of a file that is neither YAML nor JSON, and each member of one of another form', async () => {
    const bad = await written('installation.yaml', 'database: {\n');
    const secrets = await cli('config', 'secrets', '--config', bad);
    expect([secrets.code, oneLine(secrets).includes('is neither YAML nor JSON at line ')]).toEqual([2, true]);
    const config = await written('any.yaml', '{}');
    const bootstrap = await cli('bootstrap', bad, '--config', config);
    expect([bootstrap.code, oneLine(bootstrap).includes('installation.yaml: is neither YAML nor JSON')]).toEqual([2, true]);
    const form = await cli('bootstrap', await written('people-none.yaml', 'administrators: []\n'), '--config', config);
    expect([form.code, /organisation: /.test(form.err), /^\s+at |ZodError/m.test(form.err)]).toEqual([2, true, false]);
  });
});

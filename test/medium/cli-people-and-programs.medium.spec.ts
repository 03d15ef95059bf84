import { identityContext } from '#identity';
import { authorisationsContext } from '#authorisations';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { runHere, type Run, type RunAs } from '../support/command-line.js';
import { openMedium, type Medium } from '../support/medium.js';

let medium: Medium;
let server: string;
const folder = mkdtempSync(join(tmpdir(), 'opdomain-cli-'));
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext] });
  await medium.app.listen(0, '127.0.0.1');
  server = await medium.app.getUrl();
});
afterAll(async () => {
  await medium.close();
  rmSync(folder, { recursive: true });
});
const run: Run = (args, more) => runHere({ server, folder }, args, more);
const as: RunAs = async (caller, ...args) => run(args, { token: await caller.token() });

describe('opdomain for people and for programs', () => {
  it('reads a list to a person: names beside ids, headings in their language; every column where asked', async () => {
    const parent = medium.chief.organisationId;
    const id = await medium.organisation('unit', { name: '运营单位乙' });
    const args = ['organisation', 'list', '--kind', 'unit'];
    const chinese = await run(args, { token: await medium.operator.token(), zh: true });
    expect(chinese.out.split('\n')[0]).toMatch(/^标识 +名称 +类别 +统一社会信用代码 +上级/);
    expect(chinese.out).toContain(`${parent} 数据主管部门`);
    const bare = await as(medium.operator, ...args, '--no-names');
    expect([bare.out.includes(parent), bare.out.includes('数据主管部门')]).toEqual([true, false]);
    expect((await as(medium.operator, ...args, '-o', 'wide')).out.split('\n')[0]).toMatch(/^id +version +kind +name/);
    const yaml = parse((await as(medium.operator, ...args, '--all', '-o', 'yaml')).out) as { items: { id: string }[] };
    expect(yaml.items.map((one) => one.id)).toContain(id);
    // Whom the list of people is closed to is not refused it behind their back.
    const before = await medium.sql(`SELECT 1 FROM platform.journal WHERE outcome = 'refused' AND action = 'person.listed'`);
    const unit = await medium.person(id, ['unit-manager']);
    expect((await as(unit, 'person-self', 'read')).out).toMatch(/organisation id +[0-9a-f-]{36} \S/);
    expect(await medium.sql(`SELECT 1 FROM platform.journal WHERE outcome = 'refused' AND action = 'person.listed'`)).toHaveLength(
      before.length,
    );
  });

  it('takes the beginning of an id that one thing alone has', async () => {
    const { personId } = medium.chief;
    const read = await as(medium.operator, 'person', 'read', personId.slice(0, 30), '--json');
    expect([read.code, (JSON.parse(read.out) as { id: string }).id]).toEqual([0, personId]);
    const none = await as(medium.operator, 'person', 'read', 'ffff');
    expect([none.code, none.err]).toEqual([2, 'no id begins with ffff: the list shows them\n']);
  });

  it('takes a body from a file, YAML or JSON, as its own example prints it, and says what comes next', async () => {
    const example = await as(medium.security, 'role-proposal', 'propose', '--example');
    expect([example.code, example.err]).toEqual([0, '']);
    const file = join(folder, 'proposal.yaml');
    const unit = await medium.person(await medium.organisation('unit'), []);
    writeFileSync(
      file,
      stringify({ ...(parse(example.out) as object), personId: unit.personId, role: 'export-reviewer', scope: { kind: 'platform' } }),
    );
    const made = await as(medium.security, 'role-proposal', 'propose', '--file', file);
    expect([made.err, made.code]).toEqual([expect.stringMatching(/^next: opdomain role-proposal confirm [0-9a-f-]{36}\n$/), 0]);
    writeFileSync(file, '{"role": ');
    const broken = await as(medium.security, 'role-proposal', 'propose', '--file', file);
    expect([broken.code, broken.err]).toEqual([2, expect.stringContaining(`${file}: is neither YAML nor JSON at line 1`)]);
    expect((await as(medium.security, 'role-proposal', 'propose', '--file', folder)).code).toBe(2);
  });

  it('tells programs of an error by its problem document alone, and ends by the same code', async () => {
    const refused = await as(
      medium.auditor,
      'organisation',
      'register',
      '--kind',
      'unit',
      '--name',
      'x',
      '--credit-code',
      '91330000000000002B',
      '--json',
    );
    expect([refused.code, refused.out, refused.err.split('\n')]).toEqual([3, '', [expect.any(String), '']]);
    expect(JSON.parse(refused.err)).toMatchObject({
      type: 'urn:opdomain:refusal:http.role-missing',
      status: 403,
      rule: { en: expect.any(String) },
    });
    const usage = await as(medium.operator, 'person', 'read', '--json');
    expect([usage.code, JSON.parse(usage.err)]).toMatchObject([
      2,
      { code: 'cli.usage', title: expect.stringContaining('missing required argument') },
    ]);
    const away = await run(['person', 'list', '-o', 'yaml'], { server: 'http://127.0.0.1:1' });
    expect([away.code, parse(away.err)]).toMatchObject([5, { code: 'cli.unreachable', exitCode: 5 }]);
  });

  it('says who one is, whether the platform is ready, and gives the token to other programs', async () => {
    const who = await as(medium.auditor, 'whoami', '--json');
    expect([who.code, JSON.parse(who.out)]).toMatchObject([
      0,
      { personId: medium.auditor.personId, roles: ['audit-admin'], subject: 'auditor' },
    ]);
    expect((await run(['whoami'], { token: await medium.auditor.token(), zh: true })).out).toMatch(/机构 +[0-9a-f-]{36} 平台运维单位/);
    expect((await run(['whoami'])).code).toBe(4);
    const standing = await as(medium.auditor, 'status', '--json');
    expect([standing.code, JSON.parse(standing.out)]).toMatchObject([
      0,
      { reachable: true, ready: true, signedIn: true, found: { database: 'ok' } },
    ]);
    const away = await run(['status', '--json'], { server: 'http://127.0.0.1:1' });
    expect([away.code, JSON.parse(away.out)]).toMatchObject([5, { reachable: false, signedIn: false }]);
    const token = await medium.auditor.token();
    expect(await run(['auth', 'token'], { token })).toEqual({ code: 0, out: `${token}\n`, err: '' });
    expect((await run(['auth', 'token'])).code).toBe(4);
  });

  it('helps by the words of a command', async () => {
    const [help, same, own] = [
      await run(['help', 'role-proposal', 'decline']),
      await run(['role-proposal', 'decline', '--help']),
      await run(['help', 'verify']),
    ];
    expect(help).toEqual(same);
    expect([help.code, own.code, own.out.includes('--final')]).toEqual([0, 0, true]);
    expect((await run(['help', 'nothing-of-that-kind'])).code).toBe(2);
  });
});

import { auditContext, Sequencer } from '#audit';
import { authorisationsContext } from '#authorisations';
import { datasetsContext } from '#datasets';
import { identityContext } from '#identity';
import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer, type EmbeddedIssuer } from '../../deploy/embedded/issuer/issuer.js';
import { runHere, type Run, type RunAs } from '../support/command-line.js';
import { enterDeviceCode } from '../support/device-page.js';
import { registrationOf } from '../support/dataset-registration.js';
import { openMedium, type Medium } from '../support/medium.js';
import { ok } from '../support/operating.js';

let medium: Medium;
let server: string;
const folder = mkdtempSync(join(tmpdir(), 'opdomain-cli-'));
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext, datasetsContext, auditContext] });
  await medium.app.listen(0, '127.0.0.1');
  server = await medium.app.getUrl();
});
afterAll(async () => {
  await medium.close();
  rmSync(folder, { recursive: true });
});

const run: Run = (args, more) => runHere({ server, folder }, args, more);
const as: RunAs = async (caller, ...args) => run(args, { token: await caller.token() });

describe('opdomain on a running platform', () => {
  it('does every act of the API by name, with a table or JSON, and exit code 0', async () => {
    const made = await as(
      medium.operator,
      'organisation',
      'register',
      '--kind',
      'unit',
      '--name',
      '运营单位甲',
      '--credit-code',
      '91330000000000001A',
      '--parent-id',
      medium.chief.organisationId,
      '--json',
    );
    expect(made.code).toBe(0);
    expect(JSON.parse(made.out)).toMatchObject({ name: '运营单位甲' });
    const listed = await as(medium.operator, 'organisation', 'list', '--kind', 'unit');
    expect(listed.out.split('\n')[0]).toMatch(/^id +name +kind +credit code +parent id/);
    expect(listed.out).toContain('运营单位甲');
    const self = await as(medium.auditor, 'person-self', 'read', '--json');
    expect(JSON.parse(self.out)).toMatchObject({ personId: medium.auditor.personId });
  });

  it('lists the acts and finds them by word', async () => {
    const { out } = await run(['acts', 'witness.', '--json']);
    expect((JSON.parse(out) as { name: string }[]).map(({ name }) => name)).toEqual(['audit-witness.cosigned', 'audit-witness.registered']);
    expect((await run(['acts'], { zh: true })).out).toContain('副署检查点');
    const help = await run(['audit-witness.cosigned', '--help']);
    expect([help.code, help.out.includes('Roles: audit-admin')]).toEqual([0, true]);
  });

  it('says of what an act is about what can be done with it, and takes its name in the audit log too', async () => {
    const help = await run(['role-proposal', '--help']);
    expect(help.code).toBe(0);
    for (const verb of ['confirm', 'decline', 'list', 'propose', 'read', 'withdraw']) expect(help.out).toContain(`${verb} `);
    const one = await run(['role-proposal', 'decline', '--help']);
    expect([one.code, one.out.includes('--reason'), one.out.includes('In the audit log: role-proposal.refused')]).toEqual([0, true, true]);
    const [typed, logged] = [await as(medium.operator, 'person', 'read', newId()), await as(medium.operator, 'person.read', newId())];
    expect([typed.code, typed.err.split(':')[0]]).toEqual([logged.code, logged.err.split(':')[0]]);
  });

  it('follows every page with --all', async () => {
    for (let n = 0; n < 5; n += 1) await medium.organisation('provider');
    const page = JSON.parse((await as(medium.operator, 'organisation', 'list', '--kind', 'provider', '--limit', '2', '--json')).out) as {
      items: unknown[];
    };
    const all = JSON.parse(
      (await as(medium.operator, 'organisation', 'list', '--kind', 'provider', '--limit', '2', '--all', '--json')).out,
    ) as { items: unknown[]; next: null };
    expect([page.items.length, all.items.length, all.next]).toEqual([2, 5, null]);
  });

  it('says why it was refused, in the reader’s language, with exit code 3', async () => {
    const english = await as(
      medium.auditor,
      'organisation.registered',
      '--kind',
      'unit',
      '--name',
      '单位',
      '--credit-code',
      '91330000000000002B',
    );
    expect([english.code, english.err.startsWith('http.role-missing: ')]).toEqual([3, true]);
    const chinese = await run(['person.read', newId()], { token: await medium.auditor.token(), zh: true });
    expect([chinese.code, chinese.err.includes('→ ')]).toEqual([3, true]);
  });

  it('answers 2 for wrong usage, 4 when not signed in, 5 when the platform cannot be reached', async () => {
    expect((await as(medium.operator, 'person.read')).code).toBe(2);
    expect((await as(medium.operator, 'person.read', 'x', '--nonsense')).code).toBe(2);
    const unknown = await as(medium.operator, 'person.raed');
    expect([unknown.code, unknown.err.includes('person read')]).toEqual([2, true]);
    expect((await as(medium.operator, 'person', 'raed', newId())).code).toBe(2);
    expect((await as(medium.operator, 'nothing-of-that-kind', 'read')).code).toBe(2);
    expect((await run(['person.self-read'])).code).toBe(4);
    expect((await run(['person.self-read'], { token: 'nonsense' })).code).toBe(4);
    expect((await run(['person.self-read'], { server: 'http://127.0.0.1:1' })).code).toBe(5);
    expect((await run(['person.self-read'], { server: undefined })).code).toBe(2);
  });

  it('does a repeated act once when it is given the same idempotency key', async () => {
    const args = [
      'organisation.registered',
      '--kind',
      'evaluator',
      '--name',
      '评估机构',
      '--credit-code',
      '91330000000000003C',
      '--idempotency-key',
      newId(),
      '--json',
    ];
    const [first, again] = [await as(medium.operator, ...args), await as(medium.operator, ...args)];
    expect(again).toEqual(first);
  });

  it('takes evidence from the platform and verifies it offline, both by the one command [AUD-04]', async () => {
    const sequencer = (await medium.worker()).get(Sequencer, { strict: false });
    while ((await sequencer.turn()) > 0);
    expect((await as(medium.auditor, 'audit-witness.cosigned')).code).toBe(0);
    const entries = await as(medium.auditor, 'audit-entry.listed', '--action', 'organisation.registered', '--outcome', 'done', '--json');
    const [entry] = (JSON.parse(entries.out) as { items: { id: string }[] }).items;
    const proof = await as(medium.auditor, 'audit-entry.proof-read', entry?.id ?? '', '--json');
    writeFileSync(join(folder, 'entry.json'), proof.out);
    expect((await as(medium.auditor, 'audit-log.keys-read', '--output', join(folder, 'keys'))).code).toBe(0);
    const verified = await run(['verify', join(folder, 'entry.json'), '--key', join(folder, 'keys'), '--final'], { server: undefined });
    expect([verified.code, verified.err]).toEqual([0, '']);
    expect((await as(medium.auditor, 'audit-log.keys-read', '--output', join(folder, 'keys'))).code).toBe(2);
    const tile = await as(medium.auditor, 'audit-log.tile-read', 'entries/000.p/3');
    expect([tile.code, tile.out.includes('organisation')]).toEqual([0, true]);
  });

  it('takes the whole log home, where it verifies; a changed byte is named [AUD-04] [AUD-07]', async () => {
    const copy = join(folder, 'copy');
    expect((await as(medium.auditor, 'log-copy', copy)).code).toBe(0);
    const verify = () => run(['verify', copy, '--key', join(folder, 'keys'), '--final'], { server: undefined });
    expect((await verify()).code).toBe(0);
    const [bundle] = readdirSync(join(copy, 'tile/entries/000.p'));
    const file = join(copy, 'tile/entries/000.p', bundle ?? '');
    const bytes = readFileSync(file);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining('audit.entry-differs') as unknown });
    expect((await as(medium.operator, 'log-copy', join(folder, 'refused'))).code).toBe(3);
  });

  it('uploads a file in parts and goes on after an interruption', async () => {
    const provider = await medium.person(await medium.organisation('provider'), ['provider']);
    const file = join(folder, 'delivery.csv');
    writeFileSync(file, Buffer.alloc(9 * 1024 * 1024, 'a,b\n'));
    const done = await as(provider, 'upload', file);
    expect([done.code, /^[0-9a-f-]{36}\n$/.test(done.out)]).toEqual([0, true]);
    const again = await as(provider, 'upload', file, '--resume', done.out.trim());
    expect([again.code, again.out]).toEqual([0, done.out]);
    expect((await as(provider, 'upload', join(folder, 'absent.csv'))).code).toBe(2);
    expect((await as(medium.auditor, 'upload', file)).code).toBe(3);
  });

  it('goes on with the file that an upload was begun with, and with no other [IMP-01]', async () => {
    const provider = await medium.person(await medium.organisation('provider'), ['provider']);
    const bytes = Buffer.alloc(9 * 1024 * 1024, 'a,b\n');
    const [whole, longer, changed] = ['whole.csv', 'longer.csv', 'changed.csv'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(whole, bytes);
    writeFileSync(longer, Buffer.concat([bytes, Buffer.from('x')]));
    writeFileSync(changed, Buffer.concat([Buffer.from('A'), bytes.subarray(1)]));
    const send = async (path: string, method: string, headers: Record<string, string>, body?: Uint8Array<ArrayBuffer>) =>
      fetch(new URL(path, server), {
        method,
        headers: { authorization: `Bearer ${await provider.token()}`, 'tus-resumable': '1.0.0', ...headers },
        ...(body === undefined ? {} : { body }),
      });
    const location =
      (await send('/api/v1/uploads', 'POST', { 'upload-length': String(bytes.length), 'idempotency-key': newId() })).headers.get(
        'location',
      ) ?? '';
    const sent = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
    expect((await send(location, 'PATCH', sent, new Uint8Array(bytes.subarray(0, 5_000_000)))).status).toBe(204);
    const id = location.split('/').at(-1) ?? '';
    for (const file of [longer, changed]) {
      const refused = await as(provider, 'upload', file, '--resume', id);
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('is not the file that upload')]);
    }
    const offset = (await send(location, 'HEAD', {})).headers.get('upload-offset');
    expect(offset).toBe('5000000');
    expect(await as(provider, 'upload', whole, '--resume', id)).toMatchObject({ code: 0, out: `${id}\n` });
  });

  it('says by a dry run how an import would read a file, and keeps nothing of it', async () => {
    const providerId = await medium.organisation('provider');
    const provider = await medium.person(providerId, ['provider']);
    const { id: dataset } = ok(
      await provider.post(
        '/datasets',
        registrationOf(providerId, {
          fields: [
            { name: '姓名', type: 'text' },
            { name: '年龄', type: 'integer' },
          ],
        }),
      ),
    );
    const file = join(folder, 'people.csv');
    writeFileSync(file, Buffer.from('姓名;年龄\n张三;41\n李四;四十\n王五;7\n'));
    const read = await as(provider, 'upload', file, '--dry-run', dataset, '--delimiter', ';');
    expect([read.code, read.out.split('\n')[0]]).toEqual([3, 'this is how the file is read, as csv, utf-8, ;: 3 rows, 1 of them bad']);
    expect(read.out).toMatch(/年龄 +integer +BIGINT/);
    expect(read.out).toMatch(/3 +not-an-integer +年龄/);
    expect(read.err).toContain('dataset-copy.too-many-bad-rows');
    writeFileSync(file, Buffer.from('姓名;年龄\n张三;41\n'));
    expect((await as(provider, 'upload', file, '--dry-run', dataset, '--delimiter', ';')).code).toBe(0);
    const wrong = await as(provider, 'upload', file, '--dry-run', dataset, '--encoding', 'gb18030');
    expect([wrong.code, wrong.err.includes('Deliver it with encoding utf-8')]).toEqual([3, true]);
    expect(read.out + read.err + wrong.out + wrong.err).not.toMatch(/张三|李四|四十/);
    expect(await medium.sql('SELECT 1 FROM datasets.uploads WHERE owner_id = $1 AND destroyed_at IS NULL', [provider.personId])).toEqual(
      [],
    );
    expect(await medium.sql('SELECT 1 FROM datasets.dataset_copies')).toEqual([]);
  });

  it('completes commands, acts and options without asking the network', async () => {
    await run(['acts']);
    const complete = async (...words: string[]) => (await run(['complete', '--', ...words])).out.trim().split('\n');
    expect(await complete('veri')).toEqual(['verify']);
    expect(await complete('audit-witness.')).toEqual(['audit-witness.cosigned', 'audit-witness.registered']);
    expect(await complete('role-proposal', 'c')).toEqual(['confirm']);
    expect(await complete('role-proposal', 'decline', '--re')).toEqual(['--reason']);
    expect(await complete('audit-witness.cosigned', '--')).toEqual(
      expect.arrayContaining(['--line', '--size', '--json', '--file', '--example']),
    );
    expect(await complete('verify', '--f')).toEqual(['--final']);
    for (const shell of ['bash', 'zsh', 'fish']) expect((await run(['completion', shell])).out).toContain('opdomain complete');
    expect((await run(['completion', 'tcsh'])).code).toBe(2);
  });
});

describe('opdomain login', () => {
  let issuer: EmbeddedIssuer;
  beforeAll(async () => {
    issuer = await startIssuer(medium.dir, readFileSync(medium.superuserUrlFile, 'utf8').trim());
  });
  afterAll(() => issuer.close());
  const refresh = (token: string): Promise<Response> =>
    fetch(`${issuer.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'opdomain-cli', refresh_token: token }),
    });

  it('signs in by a device code in any browser, keeps it for its owner alone, and forgets it on logout [ACC-01]', async () => {
    const passcode = await issuer.passcode('li');
    let entered: Promise<void> | undefined;
    const onErr = (text: string): void => {
      const url = /https?:\/\/\S+user_code=\S+/.exec(text)?.[0];
      if (url !== undefined) entered = enterDeviceCode(url, 'li', passcode);
    };
    const done = await run(['login', '--issuer', issuer.url], { onErr });
    await entered;
    expect([done.code, done.err.includes('signed in')]).toEqual([0, true]);
    const file = join(folder, 'session.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { accessToken: string; issuer: string };
    const claims = JSON.parse(Buffer.from(kept.accessToken.split('.')[1] ?? '', 'base64url').toString()) as { sub: string; iss: string };
    expect(claims).toMatchObject({ sub: 'li', iss: issuer.url });
    // The platform of this test trusts another issuer: the token of this one is sent to the server it was got for, and refused there.
    expect((await run(['person.self-read'])).code).toBe(4);
    const { refreshToken = '' } = JSON.parse(readFileSync(file, 'utf8')) as { refreshToken?: string };
    const renewed = await refresh(refreshToken);
    expect(renewed.status).toBe(200);
    // Every use of a refresh token gives the next one; the session keeps the newest.
    const next = ((await renewed.json()) as { refresh_token: string }).refresh_token;
    writeFileSync(file, JSON.stringify({ ...kept, refreshToken: next }));
    const out = await run(['logout']);
    expect([out.code, out.err]).toEqual([0, expect.stringContaining('the issuer has revoked the refresh token')]);
    expect(out.err).toContain('the access token cannot be revoked and ends at');
    expect(() => statSync(file)).toThrow();
    expect([(await refresh(next)).status, await (await refresh(next)).json()]).toMatchObject([400, { error: 'invalid_grant' }]);
    expect((await run(['logout'])).err).toContain('no sign-in is kept here');
  });

  it('forgets the sign-in and says what still counts when the issuer cannot revoke it', async () => {
    const file = join(folder, 'session.json');
    const session = { server, clientId: 'opdomain-cli', accessToken: 'a', refreshToken: 'r', expiresAt: 0 };
    // The issuer of this test's platform has no revocation endpoint; the other address has no issuer at all.
    for (const [issuer, why] of [
      [medium.issuer.url, /the refresh token was not revoked \(no revocation_endpoint\)/],
      ['http://127.0.0.1:1', /the refresh token was not revoked \((TypeError|ClientError)\)/],
    ] as const) {
      writeFileSync(file, JSON.stringify({ ...session, issuer }));
      const out = await run(['logout']);
      expect(out.code).toBe(5);
      expect(out.err).toMatch(why);
      expect(out.err).toContain(`): end the session on your account page at ${issuer}`);
      expect(() => statSync(file)).toThrow();
    }
  });

  it('says so when the issuer does not let the person in', async () => {
    const refused = await run(['login', '--issuer', issuer.url, '--client-id', 'unknown']);
    expect(refused.code).toBe(4);
  });
});

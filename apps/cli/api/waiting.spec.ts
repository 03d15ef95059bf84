import { defaultLimits } from '#platform/config';
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandEnded } from '../exit-codes.js';
import { ApiClient } from './client.js';
import type { Operation } from './operations.js';
import { wholeIds } from './short-ids.js';
import { nextStep } from './standings.js';
import { demandDone, settled } from './waiting.js';

const bare = {
  name: '',
  method: 'GET',
  summary: { zh: '', en: '' },
  roles: [],
  queryFields: [],
  bodyFields: [],
  hasBody: false,
  bodySchema: undefined,
};
const id = { name: 'id', option: 'id', required: true, description: '', kind: 'string', choices: [] } as const;
const one: Operation = {
  ...{ ...bare, command: { noun: 'code-run', verb: 'read' }, path: '/api/v1/code-runs/{id}', pathFields: [id] },
  ...{ answers: 'CodeRunView', streams: false, pages: false },
};
const list: Operation = {
  ...{ ...bare, command: { noun: 'code-run', verb: 'list' }, path: '/api/v1/code-runs', pathFields: [] },
  ...{ answers: undefined, streams: false, pages: true },
};

let server: Server | undefined;
afterEach(() => void server?.close());
/** Answers one after the other, then the last again; what was asked for is kept. */
async function answering(...answers: readonly unknown[]): Promise<{
  client: ApiClient;
  asked: string[];
  said: () => string;
  terminal: { out: () => void; err: (text: string) => void; language: 'en' };
}> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === 'away') return void request.socket.destroy();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  let said = '';
  const terminal = { out: () => undefined, err: (text: string) => void (said += text), language: 'en' as const };
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return { client: new ApiClient(url, () => Promise.resolve('t'), terminal, defaultLimits.cli), asked, said: () => said, terminal };
}
const around = { operation: one, operations: [one, list], patience: defaultLimits.cli, path: '/api/v1/code-submissions/s/trials' };

describe('waiting for what the platform does by itself', () => {
  it('reads it until it is over, says each state once, and goes on where the platform was away meanwhile', async () => {
    const { client, asked, said, terminal } = await answering(
      { id: 'r', state: 'running' },
      'away',
      { id: 'r', state: 'checking' },
      { id: 'r', state: 'succeeded' },
    );
    const over = await settled({ id: 'r', state: 'queued' }, { ...around, client, terminal });
    expect(over).toEqual({ id: 'r', state: 'succeeded' });
    expect(new Set(asked)).toEqual(new Set(['/api/v1/code-runs/r']));
    expect(
      said()
        .match(/\d+ s: (\S+)/g)
        ?.map((line) => line.split(' ').at(-1)),
    ).toEqual(['queued', 'running', 'checking', 'succeeded']);
    expect(() => demandDone(one, over, terminal)).not.toThrow();
  });

  it('ends with 3 where it failed, and says by what cause', () => {
    const terminal = { out: () => undefined, err: () => undefined, language: 'en' } as const;
    const failing = (): void => demandDone(one, { state: 'failed', cause: 'memory' }, terminal);
    expect(failing).toThrow('it ended as failed: "memory"');
    expect(failing).toThrow(CommandEnded);
    expect(() => demandDone(one, { state: 'cancelled' }, terminal)).toThrow('it ended as cancelled');
  });
});

describe('the next step', () => {
  it('is a command with the id of what was answered, or none', () => {
    expect(nextStep('ScenarioView', { id: 'x', state: 'draft' })).toBe('opdomain scenario submit x');
    expect(nextStep('CodeSubmissionView', { id: 'x', state: 'reviewed' })).toBe('opdomain code-run order');
    for (const answer of [{ id: 'x', state: 'ended' }, { id: 'x' }, null, 'text', []])
      expect(nextStep('ScenarioView', answer)).toBeUndefined();
    expect(nextStep(undefined, { id: 'x', state: 'draft' })).toBeUndefined();
  });
});

describe('the beginning of an id', () => {
  const ids = ['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-00000000000a', '01990000-0000-7000-8000-000000000001'];
  const pages = [
    { items: [{ id: ids[0] }, { id: ids[1] }], next: 'more' },
    { items: [{ id: ids[2] }], next: null },
  ];

  it('stands for the one id in the list that begins so, wherever in it that is', async () => {
    const { client, asked, terminal } = await answering(...pages);
    expect(await wholeIds(one, ['0199'], { client, terminal, operations: [one, list] })).toEqual([ids[2]]);
    expect(asked).toEqual(['/api/v1/code-runs?limit=200', '/api/v1/code-runs?limit=200&cursor=more']);
  });

  it('is refused where several begin so, or none', async () => {
    for (const [word, said] of [
      ['0189', /^2 ids begin with 0189/],
      ['beef', /^no id begins with beef/],
    ] as const) {
      const { client, terminal } = await answering(...pages);
      await expect(wholeIds(one, [word], { client, terminal, operations: [one, list] })).rejects.toMatchObject({
        code: 2,
        message: expect.stringMatching(said),
      });
      server?.close();
    }
  });

  it('is refused where the list is too long to tell whether another one begins so', async () => {
    const endless = Array.from({ length: 20 }, (_, at) => ({ items: [{ id: ids[at === 0 ? 2 : 0] }], next: 'more' }));
    const { client, terminal } = await answering(...endless);
    await expect(wholeIds(one, ['0199'], { client, terminal, operations: [one, list] })).rejects.toMatchObject({
      code: 2,
      message: expect.stringMatching(/^the list is too long/),
    });
  });

  it('is not looked for where a whole id stands, or something else', async () => {
    const { client, asked, terminal } = await answering(...pages);
    for (const word of [ids[0] ?? '', 'abc', 'not-an-id', ''])
      expect(await wholeIds(one, [word], { client, terminal, operations: [one, list] })).toEqual([word]);
    expect(asked).toEqual([]);
  });
});

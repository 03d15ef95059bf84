import { act, type ActSpec, idParam, openApi, pageOf, pageQuery } from '#platform/http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { requestOf, valueOf } from './act-request.js';
import { commandName } from './command-names.js';
import { apiDescription, type Field, type Operation, operationsOf } from './operations.js';
import { cellOf, tableOf, widthOf } from './table.js';

const summary = { zh: '收回', en: 'Revoke' };
const body = z.strictObject({
  reason: z.string(),
  personIds: z.array(z.uuid()).default([]),
  ground: z.enum(['breach', 'expiry']),
  days: z.number().int().nullable(),
  force: z.boolean().default(false),
});
const revoke = act({
  method: 'POST',
  path: '/seats/:id/revocations',
  action: 'revocation.ordered',
  summary,
  roles: ['authority'],
  scope: 'unit',
  params: idParam,
  body,
  response: z.object({ id: z.uuid() }),
});
const revokePerson = act({ ...revoke, path: '/people/:id/revocations', action: 'revocation.person-ordered' });
const list = act({
  method: 'GET',
  path: '/seats',
  action: 'seat.listed',
  summary,
  roles: 'signed-in',
  scope: 'unit',
  query: pageQuery.extend({ unitId: z.uuid().optional() }),
  response: pageOf(z.object({ id: z.uuid() })),
});
const tile = act({
  method: 'GET',
  path: '/audit/tile/*',
  action: 'audit-log.tile-read',
  summary,
  roles: 'signed-in',
  scope: 'platform',
  params: z.object({ '*': z.string() }),
  response: z.string(),
  streams: 'down',
});
const routed = (spec: ActSpec, handler: string) => ({ ...spec, handler });
const operations = operationsOf(
  apiDescription.parse(
    JSON.parse(
      JSON.stringify(
        openApi([routed(revoke, 'revokeSeat'), routed(revokePerson, 'revokePerson'), routed(list, 'list'), routed(tile, 'readTile')], {
          issuer: 'https://issuer.example',
          schemas: new Map([['Revoke', body]]),
          refusalsOf: () => ({ of: 'test', catalogue: {}, own: {} }),
        }),
      ),
    ),
  ),
);
const named = (name: string): Operation =>
  operations.find((one) => one.name === name) ??
  (() => {
    throw new Error(name);
  })();

describe('acts by name', () => {
  it('are the ones the platform describes, each once', () => {
    expect(operations.map(({ name }) => name)).toEqual([
      'audit-log.tile-read',
      'revocation.ordered',
      'revocation.person-ordered',
      'seat.listed',
    ]);
    expect(named('seat.listed')).toMatchObject({ pages: true, streams: false, hasBody: false });
    expect(named('audit-log.tile-read')).toMatchObject({ streams: true });
  });

  it('are typed by what they are about and what is done', () => {
    expect(operations.map(({ command: { noun, verb } }) => `${noun} ${verb}`)).toEqual([
      'audit-log-tile read',
      'seat revoke',
      'person revoke',
      'seat list',
    ]);
    for (const [id, noun, verb] of [
      ['listPeople', 'person', 'list'],
      ['listStageBodies', 'stage-body', 'list'],
      ['exportRequirements', 'requirement', 'export'],
      ['listWork', 'work', 'list'],
      ['readRevocationReceipt', 'revocation-receipt', 'read'],
      ['decideFields', 'fields', 'decide'],
    ] as const)
      expect([id, commandName(id)]).toEqual([id, { noun, verb }]);
  });

  it('become requests: path from words, query and body from options as their schema wants them', () => {
    const seat = '0198a0de-0000-7000-8000-000000000000';
    expect(
      requestOf(named('revocation.ordered'), {
        positional: [seat],
        options: { reason: '123', days: '5', force: 'true', 'person-ids': `["${seat}"]`, ground: 'breach' },
      }),
    ).toEqual({
      method: 'POST',
      path: `/api/v1/seats/${seat}/revocations`,
      body: { reason: '123', days: 5, force: true, personIds: [seat], ground: 'breach' },
    });
    expect(requestOf(named('seat.listed'), { positional: [], options: { 'unit-id': seat, limit: '5' } })).toEqual({
      method: 'GET',
      path: `/api/v1/seats?limit=5&unitId=${seat}`,
    });
    expect(requestOf(named('audit-log.tile-read'), { positional: ['entries/x001/000.p/3'], options: {} }).path).toBe(
      '/api/v1/audit/tile/entries/x001/000.p/3',
    );
  });

  it('lay single options over a whole body', () => {
    const request = requestOf(named('revocation.ordered'), {
      positional: ['x'],
      options: { days: 'null' },
      body: { reason: 'a', days: 3 },
    });
    expect(request.body).toEqual({ reason: 'a', days: null });
    expect(() => requestOf(named('revocation.ordered'), { positional: ['x'], options: { days: '1' }, body: [] })).toThrow('--file');
  });

  it('never let a word leave its place in the path', () => {
    const send = (word: string) => requestOf(named('revocation.ordered'), { positional: [word], options: {} }).path;
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (word) => {
        fc.pre(!word.split('/').some((part) => part === '.' || part === '..'));
        expect(new URL(send(word), 'http://x').pathname.split('/')).toHaveLength(6);
      }),
    );
    for (const word of ['.', '..', '../people', 'a/../b', '']) expect(() => send(word)).toThrow('<id>');
  });

  it('name the option whose value does not fit', () => {
    const field = (kind: Field['kind']): Field => ({ name: 'a', option: 'a', required: false, description: '', kind, choices: [] });
    for (const [kind, value] of [
      ['number', 'five'],
      ['number', ''],
      ['boolean', 'yes'],
      ['json', '{'],
    ] as const)
      expect(() => valueOf(field(kind), value)).toThrow('--a');
    expect(valueOf(field('json'), 'plain')).toBe('plain');
  });
});

describe('tables', () => {
  it('align Chinese and Latin text by the columns a terminal gives them', () => {
    expect(widthOf('浙江abc')).toBe(7);
    expect(
      tableOf([
        { name: '浙江', n: 1 },
        { name: 'abcd', n: 22 },
      ]),
    ).toBe('name  n\n浙江  1\nabcd  22\n');
  });

  it('let no control character reach the terminal, whatever the platform answers', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(cellOf(value)).not.toMatch(/\p{Cc}/u)));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => expect(cellOf(value)).not.toMatch(/\p{Cc}/u)));
    expect(tableOf([{ a: '\u001b[2J', b: { c: 1 } }])).toBe('a\n [2J\n');
    expect(tableOf({ at: 'now', lanes: [{ lane: 'cuts', places: 8 }], none: [], words: ['a'] })).toBe(
      'at     now\nnone   []\nwords  ["a"]\n\nlanes\nlane  places\ncuts  8\n',
    );
  });
});

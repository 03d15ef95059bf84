import 'reflect-metadata';
import { clockAt, type Actor, type Grant } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { z } from 'zod';
import { Act, act } from './act.js';
import { ActGuard } from './act.guard.js';
import type { Canaries } from './canaries.js';

const open = act({
  method: 'GET',
  path: '/things',
  action: 'thing.listed',
  summary: { zh: '清单', en: 'list' },
  roles: ['unit-manager'],
  scope: 'unit',
  response: z.object({}),
});
class Things {
  @Act(open)
  list(): void {
    // only its metadata is read
  }
}

const person = (grants: readonly Grant[]): Actor => ({
  kind: 'person',
  personId: 'p',
  organisationId: 'o',
  sessionId: 's',
  grants,
  organisationIds: ['o'],
  regions: {},
});

async function through(grants: readonly Grant[]): Promise<Actor | undefined> {
  const request: Record<string, unknown> = { headers: { authorization: 'Bearer token' }, ip: '127.0.0.1', params: {}, query: {} };
  const execution = {
    getHandler: (): unknown => Object.getOwnPropertyDescriptor(Things.prototype, 'list')?.value,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
  const guard = new ActGuard(
    new Reflector(),
    { authenticate: () => Promise.resolve(person(grants)) },
    clockAt('2026-05-01T00:00:00.000Z'),
    {},
    { isCanary: () => false } as unknown as Canaries,
    undefined as never,
  );
  await guard.canActivate(execution);
  return (request['opdomain'] as { context: { actor: Actor } }).context.actor;
}

describe('the guard of every route', () => {
  const manager: Grant = { id: 'm', organisationId: 'mine', role: 'unit-manager', scope: { kind: 'unit', organisationId: 'mine' } };
  const evaluator: Grant = { id: 'e', organisationId: 'o', role: 'evaluator', scope: { kind: 'platform' } };

  it('lets a person act only as far as the act’s own roles reach, whatever else they may see [ISO-02]', async () => {
    expect(await through([manager, evaluator])).toMatchObject({ grants: [manager], organisationId: 'mine' });
  });

  it('refuses who holds none of the roles [ACC-02]', async () => {
    await expect(through([evaluator])).rejects.toMatchObject({ code: 'http.role-missing' });
    await expect(through([])).rejects.toMatchObject({ code: 'http.role-missing' });
  });
});

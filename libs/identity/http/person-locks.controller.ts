import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, pageQuery, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { PersonLocks } from '../application/person-locks.js';
import { LiftPersonLock, LockPerson, PersonLockView } from '../contract.js';

const common = { roles: ['security-admin', 'authority'], scope: 'region', method: 'POST', response: PersonLockView } as const;
const lock = act({
  ...common,
  path: '/people/:id/locks',
  action: 'person.locked',
  summary: { zh: '锁定人员', en: 'Lock a person out until someone entitled lifts it' },
  params: idParam,
  body: LockPerson,
});
const lift = act({
  ...common,
  path: '/people/:id/locks/:lockId/lifts',
  action: 'person.lock-lifted',
  summary: { zh: '解除人员锁定', en: 'Lift a lock, with the reason' },
  params: idParam.extend({ lockId: z.uuid() }),
  body: LiftPersonLock,
});
const list = act({
  method: 'GET',
  path: '/people/:id/locks',
  action: 'person.locks-read',
  summary: { zh: '人员锁定记录', en: 'Locks of a person, standing and lifted' },
  roles: ['platform-operator', 'security-admin', 'audit-admin', 'authority'],
  scope: 'region',
  params: idParam,
  query: pageQuery,
  response: pageOf(PersonLockView),
});

@Controller()
export class PersonLocksController {
  constructor(private readonly locks: PersonLocks) {}

  @Act(lock)
  lock(@Ctx() ctx: ActContext, @In() input: Input<typeof lock>): Output<typeof lock> {
    return this.locks.lock(ctx, input.params.id, input.body);
  }
  @Act(lift)
  liftPersonLock(@Ctx() ctx: ActContext, @In() input: Input<typeof lift>): Output<typeof lift> {
    return this.locks.lift(ctx, input.params.id, input.params.lockId, input.body);
  }
  @Act(list)
  async listPersonLocks(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.locks.list(ctx, input.params.id, input.query);
    return { items: [...page.items], next: page.next };
  }
}

import { personOf, type ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, pageQuery, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { People } from '../application/people.js';
import {
  Affiliate,
  EndAffiliation,
  EndRole,
  FileRecord,
  GrantRole,
  PersonDetail,
  PersonListed,
  PersonView,
  RegisterPerson,
  Self,
} from '../contract.js';

const common = { scope: 'platform', params: idParam, response: PersonView, method: 'POST' } as const;
const register = act({
  ...common,
  params: z.object({}),
  path: '/people',
  action: 'person.registered',
  summary: { zh: '登记人员', en: 'Register a natural person' },
  roles: ['platform-operator'],
  body: RegisterPerson,
});
const affiliate = act({
  ...common,
  path: '/people/:id/affiliations',
  action: 'person.affiliated',
  summary: { zh: '登记所属关系', en: 'Record an affiliation with its dates' },
  roles: ['platform-operator'],
  body: Affiliate,
});
const endAffiliation = act({
  ...common,
  path: '/people/:id/affiliation-ends',
  action: 'person.affiliation-ended',
  summary: { zh: '终止所属关系', en: 'End an affiliation; seats close with it' },
  roles: ['platform-operator', 'security-admin'],
  body: EndAffiliation,
});
const grantRole = act({
  ...common,
  path: '/people/:id/role-grants',
  action: 'person.role-granted',
  summary: { zh: '授予无决定权的角色', en: 'Grant a role that decides nothing, within a scope' },
  roles: ['security-admin'],
  body: GrantRole,
});
const endRole = act({
  ...common,
  path: '/people/:id/role-endings',
  action: 'person.role-ended',
  summary: { zh: '收回角色', en: 'Take a role back, at once or at a moment' },
  roles: ['security-admin', 'audit-admin'],
  body: EndRole,
});
const fileRecord = act({
  ...common,
  path: '/people/:id/records',
  action: 'person.record-filed',
  summary: { zh: '登记实名、备案、审查、保密协议、培训', en: 'File a personnel record: real name, filing, vetting, agreement, training' },
  roles: ['authority', 'security-admin'],
  body: FileRecord,
});
const withdrawRecord = act({
  ...common,
  path: '/people/:id/records/:recordId/withdrawals',
  action: 'person.record-withdrawn',
  summary: { zh: '撤回人员材料', en: 'Withdraw a personnel record' },
  roles: ['authority'],
  params: idParam.extend({ recordId: z.uuid() }),
});
const list = act({
  method: 'GET',
  path: '/people',
  action: 'person.listed',
  summary: { zh: '人员清单', en: 'List people' },
  roles: ['platform-operator', 'security-admin', 'authority'],
  scope: 'platform',
  query: pageQuery,
  response: pageOf(PersonListed),
});
const self = act({
  method: 'GET',
  path: '/people/self',
  action: 'person.self-read',
  summary: { zh: '本人身份与角色', en: 'Who am I, and in which roles' },
  roles: 'signed-in',
  scope: 'own',
  response: Self,
});
const read = act({
  method: 'GET',
  path: '/people/:id',
  action: 'person.read',
  summary: { zh: '人员材料', en: 'A person with affiliations, records and roles' },
  roles: ['platform-operator', 'security-admin', 'audit-admin', 'authority'],
  scope: 'platform',
  params: idParam,
  response: PersonDetail,
});

@Controller()
export class PeopleController {
  constructor(private readonly people: People) {}

  @Act(register)
  register(@Ctx() ctx: ActContext, @In() input: Input<typeof register>): Output<typeof register> {
    return this.people.register(ctx, input.body);
  }
  @Act(affiliate)
  affiliate(@Ctx() ctx: ActContext, @In() input: Input<typeof affiliate>): Output<typeof affiliate> {
    return this.people.affiliate(ctx, input.params.id, input.body);
  }
  @Act(endAffiliation)
  endAffiliation(@Ctx() ctx: ActContext, @In() input: Input<typeof endAffiliation>): Output<typeof endAffiliation> {
    return this.people.endAffiliation(ctx, input.params.id, input.body);
  }
  @Act(grantRole)
  grantRole(@Ctx() ctx: ActContext, @In() input: Input<typeof grantRole>): Output<typeof grantRole> {
    return this.people.grantRole(ctx, input.params.id, input.body);
  }
  @Act(endRole)
  endRole(@Ctx() ctx: ActContext, @In() input: Input<typeof endRole>): Output<typeof endRole> {
    return this.people.endRole(ctx, input.params.id, input.body);
  }

  @Act(fileRecord)
  fileRecord(@Ctx() ctx: ActContext, @In() input: Input<typeof fileRecord>): Output<typeof fileRecord> {
    return this.people.fileRecord(ctx, input.params.id, input.body);
  }
  @Act(withdrawRecord)
  withdrawRecord(@Ctx() ctx: ActContext, @In() input: Input<typeof withdrawRecord>): Output<typeof withdrawRecord> {
    return this.people.withdrawRecord(ctx, input.params.id, input.params.recordId);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.people.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(self)
  readSelf(@Ctx() ctx: ActContext): Output<typeof self> {
    const person = personOf(ctx.actor);
    return Promise.resolve({
      personId: person.personId,
      organisationId: person.organisationId,
      roles: [...new Set(person.grants.map((grant) => grant.role))],
    });
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.people.detail(ctx, input.params.id);
  }
}

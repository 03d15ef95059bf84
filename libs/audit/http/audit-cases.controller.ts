import { Controller, Header } from '@nestjs/common';
import { z } from 'zod';
import type { ActContext } from '#kernel';
import { act, Act, Ctx, idParam, In, type Input, type Output, pageOf } from '#platform/http';
import { AuditCases } from '../application/audit-cases.js';
import { AuditCasesQuery, AuditCaseView, OpenAuditCase } from '../contract.js';

const roles = ['audit-admin', 'authority'] as const;
const open = act({
  method: 'POST',
  path: '/audit-cases',
  action: 'audit-case.issued',
  summary: { zh: '出具审计取证包', en: 'Issue a signed package of audit evidence' },
  roles,
  scope: 'region',
  body: OpenAuditCase,
  response: AuditCaseView,
});
const list = act({
  method: 'GET',
  path: '/audit-cases',
  action: 'audit-case.listed',
  summary: { zh: '审计取证包清单', en: 'Audit cases' },
  roles,
  scope: 'own',
  query: AuditCasesQuery,
  response: pageOf(AuditCaseView),
});
const read = act({
  method: 'GET',
  path: '/audit-cases/:id/package',
  action: 'audit-case.package-read',
  summary: { zh: '下载取证包', en: 'The signed package, for opdomain verify' },
  roles,
  scope: 'own',
  params: idParam,
  response: z.instanceof(Uint8Array),
  streams: 'down',
  media: 'application/json',
});

@Controller()
export class AuditCasesController {
  constructor(private readonly cases: AuditCases) {}

  @Act(open)
  open(@Ctx() ctx: ActContext, @In() input: Input<typeof open>): Output<typeof open> {
    return this.cases.open(ctx, input.body);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.cases.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(read)
  @Header('content-type', 'application/json; charset=utf-8')
  readPackage(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Promise<Uint8Array> {
    return this.cases.package(ctx, input.params.id);
  }
}

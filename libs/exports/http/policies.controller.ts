import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, pageQuery, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { Policies } from '../application/policies.js';
import { ExportBudgetView, ExportPolicyView, SetExportBudget, SetExportPolicy } from '../contract.js';

const setPolicy = act({
  method: 'POST',
  path: '/export-policies',
  action: 'export-policy.set',
  summary: { zh: '设定导出检查规则，已有审核作废', en: 'Set the gate’s figures; reviews on the old ones are void' },
  roles: ['security-admin'],
  scope: 'platform',
  body: SetExportPolicy,
  response: ExportPolicyView,
});
const listPolicies = act({
  method: 'GET',
  path: '/export-policies',
  action: 'export-policy.listed',
  summary: { zh: '导出检查规则的历次版本', en: 'Versions of the export policy' },
  roles: ['security-admin', 'audit-admin', 'authority', 'export-reviewer'],
  scope: 'platform',
  query: pageQuery,
  response: pageOf(ExportPolicyView),
});
const setBudget = act({
  method: 'POST',
  path: '/scenarios/:id/export-budgets',
  action: 'export-budget.set',
  summary: { zh: '设定场景导出总量', en: 'Set how much may leave a scenario in all' },
  roles: ['authority'],
  scope: 'region',
  params: idParam,
  body: SetExportBudget,
  response: ExportBudgetView,
});

@Controller()
export class ExportPoliciesController {
  constructor(private readonly policies: Policies) {}

  @Act(setPolicy)
  set(@Ctx() ctx: ActContext, @In() input: Input<typeof setPolicy>): Output<typeof setPolicy> {
    return this.policies.set(ctx, input.body);
  }
  @Act(listPolicies)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof listPolicies>): Output<typeof listPolicies> {
    const page = await this.policies.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(setBudget)
  setExportBudget(@Ctx() ctx: ActContext, @In() input: Input<typeof setBudget>): Output<typeof setBudget> {
    return this.policies.setBudget(ctx, input.params.id, input.body);
  }
}

import { Act, act, Ctx, In, pageOf, type Input, type Output } from '#platform/http';
import type { ActContext } from '#kernel';
import { Controller } from '@nestjs/common';
import { Organisations } from '../application/organisations.js';
import { OrganisationsQuery, OrganisationView, RegisterOrganisation } from '../contract.js';

const register = act({
  method: 'POST',
  path: '/organisations',
  action: 'organisation.registered',
  summary: { zh: '登记机构', en: 'Register an organisation' },
  roles: ['platform-operator'],
  scope: 'platform',
  body: RegisterOrganisation,
  response: OrganisationView,
});
const list = act({
  method: 'GET',
  path: '/organisations',
  action: 'organisation.listed',
  summary: { zh: '机构清单', en: 'List organisations' },
  roles: 'signed-in',
  scope: 'platform',
  query: OrganisationsQuery,
  response: pageOf(OrganisationView),
});

@Controller()
export class OrganisationsController {
  constructor(private readonly organisations: Organisations) {}

  @Act(register)
  async register(@Ctx() ctx: ActContext, @In() input: Input<typeof register>): Output<typeof register> {
    const organisation = await this.organisations.register(ctx, input.body);
    return { ...organisation, affiliateIds: [...organisation.affiliateIds] };
  }

  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.organisations.list(ctx, input.query);
    return { items: page.items.map((item) => ({ ...item, affiliateIds: [...item.affiliateIds] })), next: page.next };
  }
}

import type { ActContext } from '#kernel';
import { Act, act, Ctx, idParam, In, pageOf, type Input, type Output } from '#platform/http';
import { Controller } from '@nestjs/common';
import { RoleProposals } from '../application/role-proposals.js';
import { ProposalsQuery, ProposalView, ProposeRole, RefuseProposal } from '../contract.js';

/** Both sides of every pair; which two it takes stands in the table of `domain/role-proposal.ts`. */
const sides = ['security-admin', 'audit-admin', 'platform-operator', 'authority'] as const;
const common = { method: 'POST', scope: 'platform', roles: sides, params: idParam, response: ProposalView } as const;
const propose = act({
  method: 'POST',
  scope: 'platform',
  roles: sides,
  path: '/role-proposals',
  action: 'role-proposal.opened',
  summary: { zh: '提议授予有决定权的角色', en: 'Propose a deciding role for a person; another one confirms' },
  body: ProposeRole,
  response: ProposalView,
});
const confirm = act({
  ...common,
  path: '/role-proposals/:id/confirmations',
  action: 'role-proposal.confirmed',
  summary: { zh: '确认授予', en: 'Confirm a proposal of the other side: the role is held from now' },
});
const decline = act({
  ...common,
  path: '/role-proposals/:id/refusals',
  action: 'role-proposal.refused',
  summary: { zh: '拒绝授予', en: 'Refuse a proposal, with a reason' },
  body: RefuseProposal,
});
const withdraw = act({
  ...common,
  path: '/role-proposals/:id/withdrawals',
  action: 'role-proposal.withdrawn',
  summary: { zh: '撤回提议', en: 'Withdraw one’s own proposal' },
});
const list = act({
  method: 'GET',
  scope: 'platform',
  roles: sides,
  path: '/role-proposals',
  action: 'role-proposal.listed',
  summary: { zh: '授予提议清单', en: 'List proposals, e.g. those that wait for a second person' },
  query: ProposalsQuery,
  response: pageOf(ProposalView),
});
const read = act({
  ...common,
  method: 'GET',
  path: '/role-proposals/:id',
  action: 'role-proposal.read',
  summary: { zh: '授予提议', en: 'A proposal' },
});

@Controller()
export class RoleProposalsController {
  constructor(private readonly proposals: RoleProposals) {}

  @Act(propose)
  propose(@Ctx() ctx: ActContext, @In() input: Input<typeof propose>): Output<typeof propose> {
    return this.proposals.propose(ctx, input.body);
  }
  @Act(confirm)
  confirm(@Ctx() ctx: ActContext, @In() input: Input<typeof confirm>): Output<typeof confirm> {
    return this.proposals.confirm(ctx, input.params.id);
  }
  @Act(decline)
  decline(@Ctx() ctx: ActContext, @In() input: Input<typeof decline>): Output<typeof decline> {
    return this.proposals.refuse(ctx, input.params.id, input.body.reason);
  }
  @Act(withdraw)
  withdraw(@Ctx() ctx: ActContext, @In() input: Input<typeof withdraw>): Output<typeof withdraw> {
    return this.proposals.withdraw(ctx, input.params.id);
  }
  @Act(list)
  async list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    const page = await this.proposals.list(ctx, input.query);
    return { items: [...page.items], next: page.next };
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.proposals.one(ctx, input.params.id);
  }
}

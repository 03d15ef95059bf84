import type { ActContext } from '#kernel';
import { Act, Ctx, In, type Input, type Output, act, idParam, pageOf } from '#platform/http';
import { Controller } from '@nestjs/common';
import { StageBodies } from '../application/stage-bodies.js';
import { BodiesQuery } from '../contract.js';
import { EndBody, ProposeBody, StageBodyView } from '../domain/messages/stage-bodies.messages.js';

const common = {
  method: 'POST',
  roles: ['security-admin', 'platform-operator'],
  scope: 'platform',
  response: StageBodyView,
} as const;

const list = act({
  method: 'GET',
  path: '/stage-bodies',
  action: 'stage-body.listed',
  summary: { zh: '属地机构名录', en: 'The register of bodies: which organisation is which body of a region' },
  roles: 'signed-in',
  scope: 'platform',
  query: BodiesQuery,
  response: pageOf(StageBodyView),
});
const propose = act({
  ...common,
  path: '/stage-bodies',
  action: 'stage-body.proposed',
  summary: { zh: '提出机构登记', en: 'Enter an organisation as a body of a region' },
  body: ProposeBody,
});
const confirm = act({
  ...common,
  path: '/stage-bodies/:id/confirmations',
  action: 'stage-body.registered',
  summary: { zh: '由另一方管理员确认机构登记', en: 'Confirm a body that the administrator of the other side entered' },
  params: idParam,
  status: 200,
});
const end = act({
  ...common,
  path: '/stage-bodies/:id/endings',
  action: 'stage-body.ending-proposed',
  summary: {
    zh: '提出终止机构登记，或撤回未确认的登记',
    en: 'Propose the end of a body’s registration, or take back one that was not confirmed',
  },
  params: idParam,
  body: EndBody,
  status: 200,
});
const confirmEnd = act({
  ...common,
  path: '/stage-bodies/:id/endings/confirmations',
  action: 'stage-body.ended',
  summary: { zh: '由另一方管理员确认终止机构登记', en: 'Confirm the end that the administrator of the other side proposed' },
  params: idParam,
  status: 200,
});

@Controller()
export class StageBodiesController {
  constructor(private readonly bodies: StageBodies) {}

  @Act(list)
  list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    return this.bodies.list(ctx, input.query);
  }
  @Act(propose)
  propose(@Ctx() ctx: ActContext, @In() input: Input<typeof propose>): Output<typeof propose> {
    return this.bodies.propose(ctx, input.body);
  }
  @Act(confirm)
  confirm(@Ctx() ctx: ActContext, @In() input: Input<typeof confirm>): Output<typeof confirm> {
    return this.bodies.confirm(ctx, input.params.id);
  }
  @Act(end)
  end(@Ctx() ctx: ActContext, @In() input: Input<typeof end>): Output<typeof end> {
    return this.bodies.end(ctx, input.params.id, input.body.reason);
  }
  @Act(confirmEnd)
  confirmStageBodyEnd(@Ctx() ctx: ActContext, @In() input: Input<typeof confirmEnd>): Output<typeof confirmEnd> {
    return this.bodies.confirmEnd(ctx, input.params.id);
  }
}

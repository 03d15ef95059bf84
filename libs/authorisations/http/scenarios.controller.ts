import type { ActContext } from '#kernel';
import { Act, Ctx, In, type Input, type Output, act, idParam, pageOf } from '#platform/http';
import { Controller } from '@nestjs/common';
import { ScenariosQuery } from '../contract.js';
import { ScenarioActs } from '../application/scenario-acts.js';
import { CreateScenario, ScenarioBallot, ScenarioReason, ScenarioSubmission, ScenarioView } from '../domain/messages/scenarios.messages.js';

const common = { method: 'POST', params: idParam, scope: 'unit', response: ScenarioView, status: 200 } as const;
const readers = [
  'authority',
  'unit-manager',
  'unit-developer',
  'provider',
  'evaluator',
  'export-reviewer',
  'security-admin',
  'audit-admin',
] as const;

const create = act({
  method: 'POST',
  path: '/scenarios',
  action: 'scenario.created',
  summary: { zh: '起草应用场景', en: 'Draft a scenario' },
  roles: ['unit-manager'],
  scope: 'unit',
  body: CreateScenario,
  response: ScenarioView,
});
const list = act({
  method: 'GET',
  path: '/scenarios',
  action: 'scenario.listed',
  summary: { zh: '场景清单', en: 'List scenarios' },
  roles: readers,
  scope: 'unit',
  query: ScenariosQuery,
  response: pageOf(ScenarioView),
});
const read = act({
  ...common,
  method: 'GET',
  path: '/scenarios/:id',
  action: 'scenario.read',
  summary: { zh: '场景详情', en: 'A scenario with its review' },
  roles: readers,
});
const submit = act({
  ...common,
  path: '/scenarios/:id/submissions',
  action: 'scenario.submitted',
  summary: { zh: '提交场景审议', en: 'Submit the scenario to its one review' },
  roles: ['unit-manager'],
  body: ScenarioSubmission,
});
const vote = act({
  ...common,
  path: '/scenarios/:id/votes',
  action: 'scenario.voted',
  summary: { zh: '审议场景', en: 'Vote on the scenario' },
  roles: ['authority', 'evaluator'],
  body: ScenarioBallot,
});
const stop = act({
  ...common,
  path: '/scenarios/:id/stops',
  action: 'scenario.stopped',
  summary: { zh: '叫停场景', en: 'Stop the scenario at once: anyone inside' },
  roles: ['unit-developer', 'unit-manager', 'authority', 'security-admin'],
  seat: { kind: 'scenario', at: 'params.id' },
  body: ScenarioReason,
  cuts: 'scenario',
});
const resume = act({
  ...common,
  path: '/scenarios/:id/resumptions',
  action: 'scenario.resumed',
  summary: { zh: '恢复场景', en: 'Resume a stopped scenario: the authority alone' },
  roles: ['authority'],
  body: ScenarioReason,
});
const end = act({
  ...common,
  path: '/scenarios/:id/endings',
  action: 'scenario.ended',
  summary: { zh: '终止场景', en: 'End this scenario and its own rights alone' },
  roles: ['authority', 'unit-manager'],
  cuts: 'scenario',
});

@Controller()
export class ScenariosController {
  constructor(private readonly scenarios: ScenarioActs) {}

  @Act(create)
  create(@Ctx() ctx: ActContext, @In() input: Input<typeof create>): Output<typeof create> {
    return this.scenarios.create(ctx, input.body);
  }
  @Act(list)
  list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    return this.scenarios.list(ctx, input.query);
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.scenarios.one(ctx, input.params.id);
  }
  @Act(submit)
  submit(@Ctx() ctx: ActContext, @In() input: Input<typeof submit>): Output<typeof submit> {
    return this.scenarios.submit(ctx, input.params.id);
  }
  @Act(vote)
  vote(@Ctx() ctx: ActContext, @In() input: Input<typeof vote>): Output<typeof vote> {
    return this.scenarios.vote(ctx, input.params.id, input.body);
  }
  @Act(stop)
  stop(@Ctx() ctx: ActContext, @In() input: Input<typeof stop>): Output<typeof stop> {
    return this.scenarios.stop(ctx, input.params.id, input.body.reason);
  }
  @Act(resume)
  resume(@Ctx() ctx: ActContext, @In() input: Input<typeof resume>): Output<typeof resume> {
    return this.scenarios.resume(ctx, input.params.id, input.body.reason);
  }
  @Act(end)
  end(@Ctx() ctx: ActContext, @In() input: Input<typeof end>): Output<typeof end> {
    return this.scenarios.end(ctx, input.params.id);
  }
}

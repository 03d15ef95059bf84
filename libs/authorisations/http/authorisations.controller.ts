import type { ActContext } from '#kernel';
import { Act, Ctx, In, type Input, type Output, act, idParam, pageOf } from '#platform/http';
import { Controller } from '@nestjs/common';
import { AuthorisationsQuery } from '../contract.js';
import { Applications } from '../application/applications.js';
import { AuthorisationViews } from '../application/authorisation-views.js';
import { StageReviews } from '../application/stage-reviews.js';
import {
  AnswerObjection,
  Application,
  AuthorisationSummary,
  AuthorisationView,
  DraftAuthorisation,
  OpenReview,
  Publication,
  RaiseObjection,
  Return,
  StageBallot,
  Submission,
  Withdrawal,
} from '../domain/messages/authorisations.messages.js';

const common = { method: 'POST', params: idParam, scope: 'region', response: AuthorisationView, status: 200 } as const;
const bothSides = ['authority', 'unit-manager'] as const;
const everyone = [
  'authority',
  'unit-manager',
  'unit-developer',
  'provider',
  'evaluator',
  'security-admin',
  'audit-admin',
  'platform-operator',
] as const;

const draft = act({
  method: 'POST',
  path: '/authorisations',
  action: 'authorisation.drafted',
  summary: { zh: '起草授权申请', en: 'Draft an application for authorisation' },
  roles: bothSides,
  scope: 'region',
  body: DraftAuthorisation,
  response: AuthorisationView,
});
const list = act({
  method: 'GET',
  path: '/authorisations',
  action: 'authorisation.listed',
  summary: { zh: '授权清单', en: 'List authorisations' },
  roles: everyone,
  scope: 'region',
  query: AuthorisationsQuery,
  response: pageOf(AuthorisationSummary),
});
const read = act({
  method: 'GET',
  path: '/authorisations/:id',
  action: 'authorisation.read',
  summary: { zh: '授权详情', en: 'An authorisation with review, agreement, plan, filings' },
  roles: everyone,
  scope: 'region',
  params: idParam,
  response: AuthorisationView,
});
const edit = act({
  method: 'PUT',
  path: '/authorisations/:id/application',
  action: 'authorisation.edited',
  summary: { zh: '修改草稿或退回的申请', en: 'Edit a draft or a returned application' },
  roles: bothSides,
  scope: 'region',
  params: idParam,
  body: Application,
  response: AuthorisationView,
});
const submit = act({
  ...common,
  path: '/authorisations/:id/submissions',
  action: 'authorisation.submitted',
  summary: { zh: '提交申请', en: 'Submit the application' },
  roles: bothSides,
  body: Submission,
});
const returnCase = act({
  ...common,
  path: '/authorisations/:id/returns',
  action: 'authorisation.returned',
  summary: { zh: '退回补正', en: 'Return the application to be completed by a day' },
  roles: ['authority'],
  body: Return,
});
const openReview = act({
  ...common,
  path: '/authorisations/:id/reviews',
  action: 'authorisation.review-opened',
  summary: { zh: '开始评审', en: 'Open the review with the profile’s stages' },
  roles: ['authority'],
  body: OpenReview,
});
const vote = act({
  ...common,
  path: '/authorisations/:id/votes',
  action: 'authorisation.voted',
  summary: { zh: '环节表决', en: 'Vote for a stage on the digest that was seen' },
  roles: ['authority', 'evaluator', 'provider'],
  body: StageBallot,
});
const publicise = act({
  ...common,
  path: '/authorisations/:id/publications',
  action: 'authorisation.publicised',
  summary: { zh: '公示评审结果', en: 'Publish the outcome' },
  roles: ['authority'],
  body: Publication,
});
const raiseObjection = act({
  ...common,
  path: '/authorisations/:id/objections',
  action: 'authorisation.objection-raised',
  summary: { zh: '登记异议', en: 'Register an objection' },
  roles: ['authority'],
  body: RaiseObjection,
});
const answerObjection = act({
  ...common,
  path: '/authorisations/:id/objection-answers',
  action: 'authorisation.objection-answered',
  summary: { zh: '答复异议', en: 'Answer an objection' },
  roles: ['authority'],
  body: AnswerObjection,
});
const withdraw = act({
  ...common,
  path: '/authorisations/:id/withdrawals',
  action: 'authorisation.withdrawn',
  summary: { zh: '撤回', en: 'Withdraw before it is in force' },
  roles: bothSides,
  body: Withdrawal,
});

@Controller()
export class AuthorisationsController {
  constructor(
    private readonly applications: Applications,
    private readonly stages: StageReviews,
    private readonly views: AuthorisationViews,
  ) {}

  @Act(draft)
  draft(@Ctx() ctx: ActContext, @In() input: Input<typeof draft>): Output<typeof draft> {
    return this.applications.draft(ctx, input.body);
  }
  @Act(list)
  list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    return this.views.list(ctx, input.query);
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.views.one(ctx, input.params.id);
  }
  @Act(edit)
  edit(@Ctx() ctx: ActContext, @In() input: Input<typeof edit>): Output<typeof edit> {
    return this.applications.edit(ctx, input.params.id, input.body);
  }
  @Act(submit)
  submit(@Ctx() ctx: ActContext, @In() input: Input<typeof submit>): Output<typeof submit> {
    return this.applications.submit(ctx, input.params.id, input.body);
  }
  @Act(returnCase)
  returnApplication(@Ctx() ctx: ActContext, @In() input: Input<typeof returnCase>): Output<typeof returnCase> {
    return this.applications.return(ctx, input.params.id, input.body);
  }
  @Act(openReview)
  openReview(@Ctx() ctx: ActContext, @In() input: Input<typeof openReview>): Output<typeof openReview> {
    return this.stages.open(ctx, input.params.id);
  }
  @Act(vote)
  vote(@Ctx() ctx: ActContext, @In() input: Input<typeof vote>): Output<typeof vote> {
    return this.stages.vote(ctx, input.params.id, input.body);
  }
  @Act(publicise)
  publicise(@Ctx() ctx: ActContext, @In() input: Input<typeof publicise>): Output<typeof publicise> {
    return this.applications.publicise(ctx, input.params.id, input.body);
  }
  @Act(raiseObjection)
  raiseObjection(@Ctx() ctx: ActContext, @In() input: Input<typeof raiseObjection>): Output<typeof raiseObjection> {
    return this.applications.raiseObjection(ctx, input.params.id, input.body);
  }
  @Act(answerObjection)
  answerObjection(@Ctx() ctx: ActContext, @In() input: Input<typeof answerObjection>): Output<typeof answerObjection> {
    return this.applications.answerObjection(ctx, input.params.id, input.body);
  }
  @Act(withdraw)
  withdraw(@Ctx() ctx: ActContext, @In() input: Input<typeof withdraw>): Output<typeof withdraw> {
    return this.applications.withdraw(ctx, input.params.id, input.body);
  }
}

import type { ActContext } from '#kernel';
import { Act, Ctx, In, type Input, type Output, act, idParam } from '#platform/http';
import { Controller } from '@nestjs/common';
import { JurisdictionActs } from '../application/jurisdiction-acts.js';
import {
  EnterWorkingYear,
  EntryView,
  ProfileList,
  ProfilesQuery,
  ProposeEntry,
  WorkingYearView,
} from '../domain/messages/profiles.messages.js';

const common = { method: 'POST', roles: ['authority'], scope: 'region', response: EntryView } as const;

const list = act({
  method: 'GET',
  path: '/jurisdiction-profiles',
  action: 'profile.listed',
  summary: { zh: '属地规则及其来源', en: 'Jurisdiction profiles, each rule with its source' },
  roles: 'signed-in',
  scope: 'platform',
  query: ProfilesQuery,
  response: ProfileList,
});
const propose = act({
  ...common,
  path: '/jurisdiction-profiles/entries',
  action: 'profile.entry-proposed',
  summary: { zh: '提出规则取值', en: 'Propose a value that the texts leave to the authority' },
  body: ProposeEntry,
});
const confirm = act({
  ...common,
  path: '/jurisdiction-profiles/entries/:id/confirmations',
  action: 'profile.entry-confirmed',
  summary: { zh: '由另一人确认规则取值', en: 'Confirm a value that someone else proposed' },
  params: idParam,
  status: 200,
});
const enterYear = act({
  ...common,
  path: '/working-years',
  action: 'profile.working-year-entered',
  summary: { zh: '录入一年的放假与补班安排', en: 'Enter a year’s holidays and make-up workdays' },
  body: EnterWorkingYear,
  response: WorkingYearView,
});

@Controller()
export class ProfilesController {
  constructor(private readonly jurisdictions: JurisdictionActs) {}

  @Act(list)
  list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    return this.jurisdictions.list(ctx, input.query.on);
  }
  @Act(propose)
  propose(@Ctx() ctx: ActContext, @In() input: Input<typeof propose>): Output<typeof propose> {
    return this.jurisdictions.propose(ctx, input.body);
  }
  @Act(confirm)
  confirm(@Ctx() ctx: ActContext, @In() input: Input<typeof confirm>): Output<typeof confirm> {
    return this.jurisdictions.confirm(ctx, input.params.id);
  }
  @Act(enterYear)
  enterYear(@Ctx() ctx: ActContext, @In() input: Input<typeof enterYear>): Output<typeof enterYear> {
    return this.jurisdictions.enterWorkingYear(ctx, input.body);
  }
}

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
  ProposeSupersedingText,
  SupersedingTextView,
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
const proposeText = act({
  ...common,
  path: '/jurisdiction-profiles/superseding-texts',
  action: 'profile.text-proposed',
  summary: { zh: '提出取代原文件的新文件', en: 'Enter a text that replaces the one of a profile' },
  body: ProposeSupersedingText,
  response: SupersedingTextView,
});
const confirmText = act({
  ...common,
  path: '/jurisdiction-profiles/superseding-texts/:id/confirmations',
  action: 'profile.text-confirmed',
  summary: { zh: '由另一人确认新文件', en: 'Confirm a replacing text that someone else entered' },
  params: idParam,
  response: SupersedingTextView,
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
  @Act(proposeText)
  proposeText(@Ctx() ctx: ActContext, @In() input: Input<typeof proposeText>): Output<typeof proposeText> {
    return this.jurisdictions.proposeText(ctx, input.body);
  }
  @Act(confirmText)
  confirmText(@Ctx() ctx: ActContext, @In() input: Input<typeof confirmText>): Output<typeof confirmText> {
    return this.jurisdictions.confirmText(ctx, input.params.id);
  }
  @Act(enterYear)
  enterYear(@Ctx() ctx: ActContext, @In() input: Input<typeof enterYear>): Output<typeof enterYear> {
    return this.jurisdictions.enterWorkingYear(ctx, input.body);
  }
}

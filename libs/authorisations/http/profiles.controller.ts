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
  WorkingYearList,
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
const years = { ...common, roles: ['security-admin', 'platform-operator'], scope: 'platform', response: WorkingYearView } as const;
const listYears = act({
  method: 'GET',
  path: '/working-years',
  action: 'profile.working-years-listed',
  summary: { zh: '录入的放假与补班安排', en: 'Calendars that were entered, confirmed or not' },
  roles: 'signed-in',
  scope: 'platform',
  response: WorkingYearList,
});
const proposeYear = act({
  ...years,
  path: '/working-years',
  action: 'profile.working-year-proposed',
  summary: { zh: '提出一年的放假与补班安排', en: 'Propose a year’s holidays and make-up workdays, also in place of those that stand' },
  body: EnterWorkingYear,
});
const confirmYear = act({
  ...years,
  path: '/working-years/:id/confirmations',
  action: 'profile.working-year-entered',
  summary: { zh: '由另一方管理员确认放假与补班安排', en: 'Confirm a calendar that the administrator of the other side proposed' },
  params: idParam,
  status: 200,
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
  @Act(listYears)
  listWorkingYears(@Ctx() ctx: ActContext): Output<typeof listYears> {
    return this.jurisdictions.listYears(ctx);
  }
  @Act(proposeYear)
  proposeWorkingYear(@Ctx() ctx: ActContext, @In() input: Input<typeof proposeYear>): Output<typeof proposeYear> {
    return this.jurisdictions.proposeYear(ctx, input.body);
  }
  @Act(confirmYear)
  confirmWorkingYear(@Ctx() ctx: ActContext, @In() input: Input<typeof confirmYear>): Output<typeof confirmYear> {
    return this.jurisdictions.confirmYear(ctx, input.params.id);
  }
}

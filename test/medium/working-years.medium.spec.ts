import { authorisationsContext } from '#authorisations';
import { identityContext } from '#identity';
import { systemAct, systemClock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Jurisdictions } from '../../libs/authorisations/application/jurisdictions.js';
import { isWeekend, plusDays } from '../../libs/authorisations/domain/calendar-day.js';
import { isWorkingDay } from '../../libs/authorisations/domain/working-days.js';
import { type Cast, ok, openCast } from '../support/authorised.js';
import { type Answer, type Caller, type Medium, openMedium } from '../support/medium.js';
import { refused } from '../support/outcomes.js';

let medium: Medium;
let cast: Cast;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext] });
  cast = await openCast(medium);
});
afterAll(() => medium.close());

interface Year {
  readonly id: string;
  readonly confirmedAt: string | null;
}
const enter = (by: Caller, year: number, holidays: readonly (readonly [string, string])[], source: string): Promise<Answer<Year>> =>
  by.post<Year>('/working-years', { year, holidays, makeUpDays: [], source });
const confirm = (by: Caller, id: string): Promise<Answer> => by.post(`/working-years/${id}/confirmations`);
const sides = (): readonly [Caller, Caller][] => [
  [medium.security, medium.operator],
  [medium.operator, medium.security],
];
/** Whether a day is worked, by what the contexts ask at their deadlines. */
const worked = (day: string): Promise<boolean> =>
  medium.app
    .get(UnitOfWork)
    .read(systemAct('test', 'profile.working-years-listed', systemClock.now()), async (tx) =>
      isWorkingDay(day, await medium.app.get(Jurisdictions).workingYears(tx)),
    );

describe('the calendar of a year', () => {
  it('is entered by two administrators of different sides, and by no authority [AUTH-12] [ACC-05]', async () => {
    for (const by of [cast.officer, cast.governor, cast.manager, medium.auditor])
      expect(await enter(by, 2041, [['2041-01-01', '2041-01-03']], '通知')).toMatchObject(refused('http.role-missing', 403));
    for (const [first, second] of sides()) {
      const { id } = ok(await enter(first, 2041, [['2041-01-01', '2041-01-03']], `通知 ${first.personId}`));
      const held = await confirm(first, id);
      expect(held).toMatchObject(refused('working-year.second-side-needed', 403));
      ok(await confirm(second, id));
      expect(await confirm(second, id)).toMatchObject(refused('working-year.settled', 409));
    }
  });

  it('counts once it is confirmed, and a later one takes its place [AUTH-12]', async () => {
    const day = '2042-10-01';
    const day2 = '2042-10-02';
    await expect(worked(day)).rejects.toMatchObject({ code: 'deadline.calendar-year-missing' });
    const first = ok(await enter(medium.security, 2042, [[day, day]], '通知一'));
    await expect(worked(day)).rejects.toMatchObject({ code: 'deadline.calendar-year-missing' });
    ok(await confirm(medium.operator, first.id));
    expect([await worked(day), await worked(day2)]).toEqual([false, true]);
    const second = ok(await enter(medium.operator, 2042, [[day2, day2]], '更正通知'));
    expect([await worked(day), await worked(day2)]).toEqual([false, true]);
    ok(await confirm(medium.security, second.id));
    expect([await worked(day), await worked(day2)]).toEqual([true, false]);
    const { items } = ok(await cast.manager.get<{ items: Year[] }>('/working-years'));
    expect(items.filter(({ id }) => [first.id, second.id].includes(id))).toHaveLength(2);
  });

  it('takes no more workdays than a year’s notice can, however the breaks are cut [AUTH-12]', async () => {
    const breaks = fc.array(fc.tuple(fc.integer({ min: 0, max: 364 }), fc.integer({ min: 0, max: 60 })), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(breaks, async (cut) => {
        const holidays = cut.map(
          ([at, length]) => [plusDays('2043-01-01', at), plusDays('2043-01-01', Math.min(at + length, 364))] as const,
        );
        const free = new Set<string>();
        for (const [first, last] of holidays)
          for (let day: string = first; day <= last; day = plusDays(day, 1)) if (!isWeekend(day)) free.add(day);
        const answer = await enter(medium.security, 2043, holidays, '通知');
        if (free.size <= 15) ok(answer);
        else expect(answer).toMatchObject(refused('working-year.days-off', 422));
      }),
      { numRuns: 60 },
    );
    const months = Array.from({ length: 12 }, (_, month) => String(month + 1).padStart(2, '0'));
    const whole = months.map((month) => [`2043-${month}-01`, `2043-${month}-28`] as const);
    expect(await enter(medium.security, 2043, whole, '通知')).toMatchObject(refused('working-year.days-off', 422));
  });
});

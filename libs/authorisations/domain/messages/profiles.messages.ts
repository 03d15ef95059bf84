import { z } from 'zod';
import { natures, planDepartments, suspensionGrounds, terminationGrounds } from '../jurisdictions/profile.js';
import type { RuleName, ValueOf } from '../jurisdictions/profile.js';
import { agreementItemKeys } from '../agreement-items.js';
import { partyRoles } from '../parties.js';
import { FigureView, day, text } from './common.messages.js';

const parties = z.array(z.enum(partyRoles)).min(1);
const months = z.object({ months: z.number().int().min(1).max(120) }).strict();
const figure = FigureView.strict();

/** What the authority may enter for each rule; a value that does not fit is refused before anybody confirms it. */
export const ruleValues = {
  stages: z
    .array(z.object({ key: text(60), party: z.enum(partyRoles), together: z.boolean().optional(), zh: text(60), en: text(60) }).strict())
    .min(1),
  publicityPeriod: z.boolean(),
  consultation: z.boolean(),
  agreementItems: z.array(z.enum(agreementItemKeys)).min(1),
  termLimit: z.object({ years: z.number().int().min(1).max(3), exception: z.boolean() }).strict(),
  renewalWindow: months,
  unitCeiling: z.number().int().min(1),
  wholeAuthorisation: z.boolean(),
  scenarioParties: parties,
  dataRequestParties: parties,
  returnedDataConsent: z.array(z.enum(['city', 'province'])),
  industryOpinion: z.boolean(),
  externalReference: z.boolean(),
  cooperationParties: parties,
  admissionParties: parties,
  selfRedevelopment: z.boolean(),
  exportReviewers: parties,
  suspensionGrounds: z.array(z.enum(suspensionGrounds)).min(1),
  terminationGrounds: z.array(z.enum(terminationGrounds)).min(1),
  rectification: figure,
  emergencyPlanDepartments: z.array(z.enum(planDepartments)),
  agreementFiling: figure.nullable(),
  terminationFiling: figure.nullable(),
  provincialFiling: z.boolean(),
  logRetention: months,
  developerRecordRetention: z.object({ years: z.number().int().min(1).max(100) }).strict(),
  annualReport: z.enum(['each-full-year', 'first-quarter', 'within-term']),
} satisfies { [K in RuleName]: z.ZodType<ValueOf<K>> };

const ruleNames = Object.keys(natures) as [RuleName, ...RuleName[]];
const profileIds = ['zhejiang', 'qingtian', 'binzhou', 'changchun', 'laiyuan'] as const;

export const ProposeEntry = z
  .object({
    profile: z.enum(profileIds),
    rule: z.enum(ruleNames),
    value: z.json(),
    from: day,
    source: text(300).describe('The decision in which it was set'),
  })
  .strict()
  .meta({ id: 'ProposeProfileEntry' });
export const EntryView = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    profile: z.enum(profileIds),
    rule: z.enum(ruleNames),
    value: z.json(),
    from: z.string(),
    source: z.string(),
    proposedBy: z.uuid(),
    confirmedBy: z.uuid().nullable(),
    confirmedAt: z.string().nullable(),
  })
  .meta({ id: 'ProfileEntry' });

const supersedes = {
  profile: z.enum(profileIds).describe('The profile whose text it replaces'),
  title: text(200),
  dated: day.describe('Day of the new text'),
  from: day.describe('Its first day: from then on nothing new is authorised under the old one'),
  source: text(300).describe('Where it was published'),
};
export const ProposeSupersedingText = z.object(supersedes).strict().meta({ id: 'ProposeSupersedingText' });
export const SupersedingTextView = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    ...supersedes,
    proposedBy: z.uuid(),
    confirmedBy: z.uuid().nullable(),
    confirmedAt: z.string().nullable(),
  })
  .meta({ id: 'SupersedingText' });

export const ProfileView = z
  .object({
    id: z.string(),
    title: z.object({ zh: z.string(), en: z.string() }),
    draftOf: z.string().nullable(),
    effectiveFrom: z.string().nullable(),
    lastDay: z.string().nullable(),
    supersededBy: z.object({ title: z.string(), dated: z.string(), from: z.string(), source: z.string() }).nullable(),
    lineage: z.array(z.string()),
    status: z.string(),
    warnings: z.array(z.string()),
    notes: z.array(z.string()),
    rules: z.array(
      z.object({
        name: z.string(),
        nature: z.enum(['agreed', 'statutory']),
        standing: z.enum(['stated', 'default', 'must-be-entered']),
        value: z.json(),
        sources: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'JurisdictionProfile' });
export const ProfilesQuery = z.object({ on: day.optional().describe('Day for which the rules are asked; default today') });
export const ProfileList = z.object({ items: z.array(ProfileView), next: z.string().nullable() });

export const EnterWorkingYear = z
  .object({
    year: z.number().int().min(2024).max(2100),
    holidays: z
      .array(z.tuple([day, day]))
      .min(1)
      .max(30),
    makeUpDays: z.array(day).max(30),
    source: text(300),
  })
  .strict()
  .meta({ id: 'EnterWorkingYear' });
export const WorkingYearView = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    year: z.number().int(),
    holidays: z.array(z.array(z.string())),
    makeUpDays: z.array(z.string()),
    source: z.string(),
    proposedBy: z.uuid(),
    confirmedBy: z
      .uuid()
      .nullable()
      .describe('Until another confirmed it, it counts for nothing; of one year, the newest confirmed counts'),
    confirmedAt: z.string().nullable(),
  })
  .meta({ id: 'WorkingYear' });
export const WorkingYearList = z.object({ items: z.array(WorkingYearView), next: z.string().nullable() });

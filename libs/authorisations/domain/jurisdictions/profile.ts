import type { Day } from '#kernel';
import type { Figure } from '../deadline.js';
import type { PartyRole } from '../parties.js';
import type { AgreementItemKey } from '../agreement-items.js';

/**
 * Where a value comes from: `stated` by the text cited; `default`, our strictest reading where the text gives none, and shown as ours;
 * `must-be-entered` where only the authority may say (design: no hidden default).
 */
export type Standing = 'stated' | 'default' | 'must-be-entered';
/** `agreed` terms are frozen with the version an agreement was signed under; `statutory` duties follow the version in force today. */
export type Nature = 'agreed' | 'statutory';

export type Rule<T> =
  | { readonly standing: 'stated' | 'default'; readonly value: T; readonly sources: readonly string[] }
  | { readonly standing: 'must-be-entered'; readonly sources: readonly string[] };

/** One stage of authorising; stages are passed in the order in which they stand (AUTH-09). */
export interface Stage {
  readonly key: string;
  /** The kind of body; which organisation that is in a region stands in the register of bodies. */
  readonly party: PartyRole;
  /** Sits at the same time as the stage before it: the text says 会同 or 联合. */
  readonly together?: boolean | undefined;
  readonly zh: string;
  readonly en: string;
}

/** The breaches that may open a suspension (SUSP-06, SUSP-07). */
export const suspensionGrounds = [
  'security-duty-unmet',
  'misuse-with-loss',
  'major-risk',
  'out-of-scope',
  'other-breach',
  'evaluation-not-met',
] as const;
export type SuspensionGround = (typeof suspensionGrounds)[number];

/** The grounds of a termination (TERM-02). */
export const terminationGrounds = [
  'policy-change',
  'non-performance',
  'security-incident',
  'unremedied-findings',
  'violation',
  'expiry',
  'deregistration',
  'revocation',
] as const;
export type TerminationGround = (typeof terminationGrounds)[number];

/** Departments with which an emergency plan is drawn up: 网信、密码、保密、公安、国安. */
export const planDepartments = ['cyberspace', 'cryptography', 'secrecy', 'public-security', 'state-security'] as const;
export type PlanDepartment = (typeof planDepartments)[number];

export type UpperLevel = 'city' | 'province';

export interface ProfileRules {
  readonly stages: Rule<readonly Stage[]>;
  /** Whether a publicity period must have run out before signing; an open objection locks signing everywhere (AUTH-10). */
  readonly publicityPeriod: Rule<boolean>;
  /** Departments consulted on the agreement's text and a collective decision before signing (AUTH-14). */
  readonly consultation: Rule<boolean>;
  readonly agreementItems: Rule<readonly AgreementItemKey[]>;
  /** `exception`: a longer term is possible with a decision file (AUTH-15). */
  readonly termLimit: Rule<{ readonly years: number; readonly exception: boolean }>;
  readonly renewalWindow: Rule<{ readonly months: number }>;
  /** Units of the region that may hold an authorisation at once (AUTH-21). */
  readonly unitCeiling: Rule<number>;
  /** Filing, feasibility review and an industry opinion before a scenario is reviewed (AUTH-20). */
  readonly wholeAuthorisation: Rule<boolean>;
  readonly scenarioParties: Rule<readonly PartyRole[]>;
  readonly dataRequestParties: Rule<readonly PartyRole[]>;
  /** Levels whose consent data returned from above needs (REQ-05). */
  readonly returnedDataConsent: Rule<readonly UpperLevel[]>;
  /** A written opinion of the industry authority goes with every request (REQ-04). */
  readonly industryOpinion: Rule<boolean>;
  /** Lists are filed in the integrated digital-resource system and carry its number (REQ-11). */
  readonly externalReference: Rule<boolean>;
  readonly cooperationParties: Rule<readonly PartyRole[]>;
  readonly admissionParties: Rule<readonly PartyRole[]>;
  /** Whether a unit and its affiliates may redevelop its own products (AUTH-29). */
  readonly selfRedevelopment: Rule<boolean>;
  readonly exportReviewers: Rule<readonly PartyRole[]>;
  readonly suspensionGrounds: Rule<readonly SuspensionGround[]>;
  readonly terminationGrounds: Rule<readonly TerminationGround[]>;
  readonly rectification: Rule<Figure>;
  /** Departments that draw up the emergency plan together with who files it (EMG-01). */
  readonly emergencyPlanDepartments: Rule<readonly PlanDepartment[]>;
  /** `null`: the text asks for no such filing. */
  readonly agreementFiling: Rule<Figure | null>;
  readonly terminationFiling: Rule<Figure | null>;
  /** Filing with the provincial government; the texts give no deadline (AUTH-11). */
  readonly provincialFiling: Rule<boolean>;
  /** Least time that network logs are kept, from the later of writing and termination (LOG-01). */
  readonly logRetention: Rule<{ readonly months: number }>;
  /** Least time that a secondary developer's records are kept (AUD-05). */
  readonly developerRecordRetention: Rule<{ readonly years: number }>;
  readonly annualReport: Rule<'each-full-year' | 'first-quarter' | 'within-term'>;
}
export type RuleName = keyof ProfileRules;
export type ValueOf<K extends RuleName> = Extract<ProfileRules[K], { value: unknown }>['value'];

export const natures = {
  stages: 'statutory',
  publicityPeriod: 'statutory',
  consultation: 'statutory',
  agreementItems: 'agreed',
  termLimit: 'agreed',
  renewalWindow: 'agreed',
  unitCeiling: 'statutory',
  wholeAuthorisation: 'statutory',
  scenarioParties: 'statutory',
  dataRequestParties: 'statutory',
  returnedDataConsent: 'statutory',
  industryOpinion: 'statutory',
  externalReference: 'statutory',
  cooperationParties: 'statutory',
  admissionParties: 'statutory',
  selfRedevelopment: 'statutory',
  exportReviewers: 'statutory',
  suspensionGrounds: 'statutory',
  terminationGrounds: 'statutory',
  rectification: 'statutory',
  emergencyPlanDepartments: 'statutory',
  agreementFiling: 'statutory',
  terminationFiling: 'statutory',
  provincialFiling: 'statutory',
  logRetention: 'statutory',
  developerRecordRetention: 'statutory',
  annualReport: 'statutory',
} as const satisfies Record<RuleName, Nature>;

export type ProfileId = 'zhejiang' | 'qingtian' | 'binzhou' | 'changchun' | 'laiyuan';
export type ProfileStatus = 'in-force' | 'draft';

interface Common {
  readonly id: ProfileId;
  readonly version: number;
  /** The text’s own title; where no source here gives it, a note says so. */
  readonly zh: string;
  readonly en: string;
  readonly status: ProfileStatus;
  /** Day of the text itself, where it is not yet in force. */
  readonly draftOf: Day | null;
  /** First day; `null` for a draft, which has none: resolving warns. */
  readonly effectiveFrom: Day | null;
  readonly effectiveUntil: Day | null;
  /** How long the text says that it lives, counted from its first day (ADM-04). */
  readonly lifeYears: number | null;
  /** What the reader must know before relying on it. */
  readonly notes: readonly string[];
}
export interface RootProfile extends Common {
  readonly parent: null;
  readonly rules: ProfileRules;
}
export interface ChildProfile extends Common {
  readonly parent: ProfileId;
  readonly rules: Partial<ProfileRules>;
}
export type Profile = RootProfile | ChildProfile;

export const stated = <T>(value: T, ...sources: readonly string[]): Rule<T> => ({ standing: 'stated', value, sources });
export const byDefault = <T>(value: T, ...sources: readonly string[]): Rule<T> => ({ standing: 'default', value, sources });
export const mustBeEntered = (...sources: readonly string[]): Rule<never> => ({ standing: 'must-be-entered', sources });

import type { Day, Id, Instant } from '#kernel';
import type { AuthorisationState } from '../domain/authorisation.states.js';
import type { FieldBasis } from '../domain/data-request.js';
import type { GrantMode, Right } from '../domain/rights.js';
import type { PartnerRecord } from '../domain/partner.js';
import type { PartnerState } from '../domain/partner.states.js';
import type { ScenarioState } from '../domain/scenario.states.js';

/** What other contexts' decisions may rest on. Read in their transaction, with `share` also locked there. */
export interface AuthorisationFacts {
  readonly id: Id;
  readonly version: number;
  readonly unitId: Id;
  readonly authorityId: Id;
  readonly state: AuthorisationState;
  readonly field: string;
  readonly rights: readonly Right[];
  readonly grantMode: GrantMode | null;
  readonly profileId: string;
  /** `profile@version` lines that the agreement was signed under; the jurisdiction of today before signing. */
  readonly profileVersion: readonly string[];
  /** Revision of the agreement that stands; 0 before one does. */
  readonly agreementVersion: number;
  /** Access begins at 00:00 of `from` and ends at 24:00 of `until`, Asia/Shanghai. */
  readonly term: { readonly from: Day; readonly until: Day };
  readonly inForceSince: Instant | null;
  /** Last day on which a valid emergency plan stands; null without one. Without one nothing new begins (EMG-01). */
  readonly emergencyPlanUntil: Day | null;
  /** The open suspension, if any. */
  readonly suspension: { readonly id: Id; readonly since: Instant; readonly reach: 'domain' | 'data-use' } | null;
  readonly ended: { readonly ground: string; readonly at: Instant } | null;
}

export interface ScenarioFacts {
  readonly id: Id;
  readonly version: number;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly authorityId: Id;
  readonly state: ScenarioState;
  readonly title: string;
  readonly from: Day;
  readonly until: Day;
  readonly approvedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly stopped: boolean;
  readonly stoppedAt: Instant | null;
  readonly prescribedRoute: string | null;
}

/** A scenario in which work may go on now, with the authorisation it stands under. */
export interface Operating {
  readonly scenario: ScenarioFacts;
  readonly authorisation: AuthorisationFacts;
}

/** A granted item: exactly the fields that are open. Whatever is not named here is out of scope (AUTH-23). */
export interface GrantedItem {
  readonly id: Id;
  readonly requestId: Id;
  readonly revision: number;
  readonly authorisationId: Id;
  readonly scenarioId: Id;
  readonly unitId: Id;
  readonly datasetId: Id;
  readonly providerId: Id;
  readonly fields: readonly {
    readonly name: string;
    readonly purpose: string;
    readonly sensitive: boolean;
    readonly basis: FieldBasis | null;
  }[];
  readonly withheld: readonly { readonly field: string; readonly because: string }[];
  readonly rows: { readonly what: string; readonly limit: number | null };
  readonly period: { readonly from: Day; readonly until: Day };
  readonly frequency: string;
  readonly use: string;
}

/** An admission of a secondary developer or a technical cooperation; seats of outside people hang on it. */
export interface Admission {
  readonly id: Id;
  readonly kind: PartnerRecord['kind'];
  readonly authorisationId: Id;
  readonly scenarioId: Id;
  readonly unitId: Id;
  readonly authorityId: Id;
  readonly organisationId: Id;
  readonly parentId: Id | null;
  readonly state: PartnerState;
  readonly scope: string;
  readonly until: Day;
  readonly approvedAt: Instant | null;
}

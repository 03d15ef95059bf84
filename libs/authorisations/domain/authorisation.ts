import type { Day, Id, Instant } from '#kernel';
import type { ApplicationFile } from './application-file.js';
import type { AuthorisationState } from './authorisation.states.js';
import type { Bodies } from './parties.js';
import type { GrantMode, Right, Term } from './rights.js';
import type { TermException } from './term.js';

/** The unit's right to operate, from application to termination. Nothing exists without one in force. */
export interface Authorisation {
  readonly id: Id;
  readonly unitId: Id;
  /** The authority that decides; its region's profile governs. */
  readonly authorityId: Id;
  readonly profileId: string;
  /** `profile@version` lines that the agreement was signed under; agreed terms follow these for ever (design §6). */
  readonly signedUnder: readonly string[] | null;
  readonly signedOn: Day | null;
  readonly state: AuthorisationState;
  /** Field of application, such as health or finance (AUTH-32). */
  readonly field: string;
  readonly rights: readonly Right[];
  readonly grantMode: GrantMode | null;
  readonly term: Term;
  readonly termException: TermException | null;
  readonly files: readonly ApplicationFile[];
  readonly responsible: Responsible | null;
  /** Counts submissions: each is judged anew. */
  readonly revision: number;
  /** The bodies that judge this revision, as they were registered when it was filed; none before. */
  readonly bodies: Bodies;
  readonly renewsId: Id | null;
  readonly applicantId: Id;
  readonly returned: Returned | null;
  readonly publicity: Publicity | null;
  readonly inForceSince: Instant | null;
  /** Why and since when rights ended, for `expired`, `terminating` and `terminated`. */
  readonly ended: { readonly ground: string; readonly at: Instant } | null;
}

/** The unit's data-security lead with department (PERS-06) and its principal, the first responsible person (PERS-07). */
export interface Responsible {
  readonly principalId: Id;
  readonly securityLeadId: Id;
  readonly department: string;
}

/** A returned application: what is missing, and by when it must be completed (AUTH-03). */
export interface Returned {
  readonly reasons: string;
  readonly due: Day;
}

export interface Publicity {
  readonly link: string;
  readonly from: Day;
  /** `null`: the profile asks for publication, not for a period. */
  readonly until: Day | null;
  readonly objections: readonly Objection[];
}
export interface Objection {
  readonly number: string;
  readonly raisedOn: Day;
  readonly answeredOn: Day | null;
}

/** States in which the unit's people may work. */
export const isInForce = (authorisation: Pick<Authorisation, 'state'>): boolean => authorisation.state === 'in-force';

import type { Id, PermissionScope, Role } from '#kernel';
import type { OrganisationKind } from './organisation.js';

const anyButUnit = ['provider', 'authority', 'industry-authority', 'evaluator', 'vendor'] as const;
const authorities = ['authority', 'industry-authority'] as const;

/** Where people of a role belong to, and how far each role can reach at all (ISO-02, ADM-03, ACC-06). */
interface RoleRule {
  /** Kinds of the organisation that the person belongs to; nobody of a vendor holds a role with data (ACC-06). */
  readonly kinds: readonly OrganisationKind[];
  /** Scopes, and for each whether the person belongs to the very organisation, to it or an authority below it, or anywhere. */
  readonly scopes: Readonly<Partial<Record<PermissionScope['kind'], 'itself' | 'authority-below' | 'anywhere'>>>;
}

export const roleRules: Readonly<Record<Role, RoleRule>> = {
  'platform-operator': { kinds: anyButUnit, scopes: { platform: 'anywhere' } },
  'security-admin': { kinds: anyButUnit, scopes: { platform: 'anywhere' } },
  'audit-admin': { kinds: anyButUnit, scopes: { platform: 'anywhere' } },
  authority: { kinds: authorities, scopes: { region: 'authority-below' } },
  provider: { kinds: ['provider'], scopes: { unit: 'itself', dataset: 'itself' } },
  'unit-manager': { kinds: ['unit'], scopes: { unit: 'itself' } },
  'unit-developer': { kinds: ['unit'], scopes: { unit: 'itself' } },
  'export-reviewer': {
    kinds: ['unit', 'provider', 'authority', 'industry-authority', 'evaluator'],
    scopes: { platform: 'anywhere', region: 'authority-below', unit: 'itself', mandate: 'anywhere' },
  },
  evaluator: { kinds: ['evaluator', ...authorities], scopes: { platform: 'anywhere', region: 'anywhere', mandate: 'anywhere' } },
};

/** Whether a role can reach that far at all: a unit's manager of the whole platform would see every other unit (ISO-02, ADM-03). */
export const fitsRole = (role: Role, scope: PermissionScope): boolean => roleRules[role].scopes[scope.kind] !== undefined;

/** Kinds of organisation that a scope may name: a region an authority's, a mandate the unit that is evaluated. */
export const scopeKinds: Readonly<Partial<Record<PermissionScope['kind'], readonly OrganisationKind[]>>> = {
  region: authorities,
  mandate: ['unit'],
};

/** One of the person's affiliations in force, with what is known of its organisation. */
export interface Home {
  readonly affiliationId: Id;
  readonly organisationId: Id;
  readonly kind: OrganisationKind;
}

/** What a scope names: the organisation (a dataset's is its provider), and all below it. Nothing for the platform. */
export interface Named {
  readonly organisationId: Id;
  readonly below: readonly Id[];
}

/** The affiliation on which a grant can rest: with it the grant ends. Nothing where the person belongs to none that fits. */
export function homeFor(role: Role, scope: PermissionScope, named: Named | undefined, homes: readonly Home[]): Home | undefined {
  const rule = roleRules[role];
  const where = rule.scopes[scope.kind];
  return homes.find(({ organisationId, kind }) => {
    if (where === undefined || !rule.kinds.includes(kind)) return false;
    if (where === 'itself') return organisationId === named?.organisationId;
    if (where === 'anywhere') return true;
    return authorities.some((one) => one === kind) && named?.below.includes(organisationId) === true;
  });
}

const separated: readonly Role[] = ['platform-operator', 'security-admin', 'audit-admin'];
export const isAdministrator = (role: Role): boolean => separated.includes(role);

/** Of the three separated administrators (三员) the one that a person already is, when a grant would make it two. */
export function separationConflict(held: readonly Role[], wanted: Role): Role | undefined {
  return isAdministrator(wanted) ? held.find((role) => isAdministrator(role) && role !== wanted) : undefined;
}

/** Whoever holds one of these votes, reviews, releases or administers: one person alone cannot make them (design rule 15). */
export const decides = (role: Role): boolean => role !== 'unit-manager' && role !== 'unit-developer';

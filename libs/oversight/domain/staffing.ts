import type { Role } from '#kernel';

/** One place to be filled in a rule by someone who has one of these roles, outside the operating units where the rule says so. */
export interface Place {
  readonly roles: readonly Role[];
  readonly outsideUnits: boolean;
}
/** A rule that wants separate people (四眼原则): every place by another natural person. */
export interface StaffingRule {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly places: readonly Place[];
  readonly sources: readonly string[];
}
export interface Holder {
  readonly personId: string;
  readonly roles: readonly Role[];
  /** Belongs to an operating unit today. */
  readonly ofUnit: boolean;
}

const place = (...roles: readonly Role[]): Place => ({ roles, outsideUnits: true });
const anywhere = (...roles: readonly Role[]): Place => ({ roles, outsideUnits: false });

export const staffingRules: readonly StaffingRule[] = [
  {
    name: 'three-administrators',
    zh: '三员分立：平台运维、安全管理、审计管理各由不同人员担任',
    en: 'Three separated administrators, three people',
    places: [anywhere('platform-operator'), anywhere('security-admin'), anywhere('audit-admin')],
    sources: ['ACC-06'],
  },
  {
    name: 'roles-of-the-security-admin',
    zh: '安全管理员的角色须由另一名安全管理员办理',
    en: 'A security administrator’s own roles are changed by another one',
    places: [anywhere('security-admin'), anywhere('security-admin')],
    sources: ['ACC-05'],
  },
  {
    name: 'export-review',
    zh: '导出：两名审核人（至少一名为主管部门）与另一名放行人，均不属于运营单位',
    en: 'Exports: two reviewers, at least one of the authority, and a third who releases, none of a unit',
    places: [place('authority'), place('authority', 'export-reviewer'), place('authority', 'export-reviewer')],
    sources: ['EXP-05', 'ACC-05'],
  },
  {
    name: 'code-review',
    zh: '代码审查：运营单位以外的审查人',
    en: 'Code review: someone outside the unit',
    places: [place('authority', 'export-reviewer')],
    sources: ['ACC-05'],
  },
  {
    name: 'data-request',
    zh: '数据需求：数据提供单位与主管部门分别审批',
    en: 'Data requests: provider and authority approve, each by its own people',
    places: [place('provider'), place('authority')],
    sources: ['ACC-05'],
  },
  {
    name: 'termination',
    zh: '终止：主管部门发起，另一名安全管理员确认',
    en: 'Termination: opened by the authority, confirmed by a security administrator',
    places: [place('authority'), place('security-admin')],
    sources: ['TERM-05'],
  },
  {
    name: 'jurisdiction-parameters',
    zh: '属地参数：由主管部门两人分别提出与确认',
    en: 'Jurisdiction parameters: proposed by one person of the authority, confirmed by another',
    places: [place('authority'), place('authority')],
    sources: ['ADM-04'],
  },
];

export interface StaffingFinding {
  readonly rule: StaffingRule;
  readonly enough: boolean;
  /** Places for which nobody is left once every other place has its own person. */
  readonly missing: readonly (readonly Role[])[];
}

const fits = (holder: Holder, wanted: Place): boolean =>
  !(wanted.outsideUnits && holder.ofUnit) && holder.roles.some((role) => wanted.roles.includes(role));

/**
 * Whether every place of a rule can be held by a person of its own: a bipartite matching by augmenting paths (Kuhn), so that nobody is
 * counted twice and a person who fits two places is given to the one that has nobody else.
 */
export function checkStaffing(rule: StaffingRule, holders: readonly Holder[]): StaffingFinding {
  const heldBy = new Map<string, number>();
  const seat = (index: number, tried: Set<string>): boolean => {
    const wanted = rule.places[index];
    if (wanted === undefined) return false;
    for (const holder of holders.filter((candidate) => fits(candidate, wanted))) {
      if (tried.has(holder.personId)) continue;
      tried.add(holder.personId);
      const current = heldBy.get(holder.personId);
      if (current === undefined || seat(current, tried)) {
        heldBy.set(holder.personId, index);
        return true;
      }
    }
    return false;
  };
  const missing = rule.places.filter((_, index) => !seat(index, new Set())).map(({ roles }) => roles);
  return { rule, enough: missing.length === 0, missing };
}

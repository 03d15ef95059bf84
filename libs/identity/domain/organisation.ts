import { type Id } from '#kernel';
import { refuse } from './refusals.js';

export const organisationKinds = ['unit', 'provider', 'authority', 'industry-authority', 'evaluator', 'vendor'] as const;
/** Kind of an organisation: operating unit 运营单位, data provider 数据提供单位, authority 主管部门, industry authority 行业主管部门, evaluator, vendor. */
export type OrganisationKind = (typeof organisationKinds)[number];

export interface Organisation {
  readonly id: Id;
  readonly version: number;
  readonly kind: OrganisationKind;
  readonly name: string;
  /** Unified social credit code 统一社会信用代码; tells a redeveloper from the unit itself (AUTH-29). */
  readonly creditCode: string;
  /** An authority's superior; authorities form a tree (ADM-03). */
  readonly parentId: Id | null;
  /** Declared affiliates (AUTH-29). */
  readonly affiliateIds: readonly Id[];
  /** Profile region of an authority, e.g. `zhejiang`. */
  readonly region: string | null;
}

/** Two organisations stand close when one declares the other, or both bear one credit code. */
export const areAffiliated = (a: Organisation, b: Organisation): boolean =>
  a.id === b.id || a.creditCode === b.creditCode || a.affiliateIds.includes(b.id) || b.affiliateIds.includes(a.id);

/** Who answers for a unit or a provider: without a superior on record it would be every authority's, or none's (ADM-03). */
const needsSuperior: readonly OrganisationKind[] = ['unit', 'provider'];

/** @throws Refusal `organisation.superior-missing`, `organisation.superior-unfit`. */
export function assertSuperior(kind: OrganisationKind, superior: Pick<Organisation, 'id' | 'kind'> | undefined): void {
  if (superior === undefined) {
    if (needsSuperior.includes(kind)) throw refuse('organisation.superior-missing', { kind });
  } else if (superior.kind !== 'authority' && superior.kind !== 'industry-authority') {
    throw refuse('organisation.superior-unfit', { superior: superior.kind });
  }
}

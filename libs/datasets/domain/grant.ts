import { refuse } from '#kernel';
import type { Day, Id } from '#kernel';

/** What a scenario may have of a holding today, put together from its granted items. */
export interface Grant {
  readonly fields: ReadonlySet<string>;
  /** Rows at most; null without a limit. */
  readonly rowLimit: number | null;
  readonly itemIds: readonly Id[];
}

export interface GrantedPart {
  readonly id: Id;
  readonly fields: readonly { readonly name: string }[];
  readonly rows: { readonly limit: number | null };
  readonly period: { readonly from: Day; readonly until: Day };
}

/** @throws Refusal `dataset-copy.not-granted` where no item in force covers the dataset today (REQ-03, REQ-06). */
export function grantOf(items: readonly GrantedPart[], today: Day, of: { scenarioId: Id; datasetId: Id }): Grant {
  const standing = items.filter(({ period }) => today <= period.until);
  const fields = new Set(standing.flatMap((item) => item.fields.map(({ name }) => name)));
  if (fields.size === 0) throw refuse('dataset-copy.not-granted', { ...of });
  const limits = standing.map(({ rows }) => rows.limit);
  return {
    fields,
    rowLimit: limits.reduce<number | null>(
      (most, limit) => (most === null || limit === null ? null : Math.max(most, limit)),
      limits[0] ?? null,
    ),
    itemIds: standing.map(({ id }) => id),
  };
}

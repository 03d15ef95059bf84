import type { Id } from '#kernel';
import { refuse } from './refusals.js';

/** What a scenario may have of a holding, put together from its items in force. */
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
}

/** @throws Refusal `dataset-copy.not-granted` where no item in force opens a field of the dataset (REQ-03, REQ-06). */
export function grantOf(items: readonly GrantedPart[], of: { scenarioId: Id; datasetId: Id }): Grant {
  const fields = new Set(items.flatMap((item) => item.fields.map(({ name }) => name)));
  if (fields.size === 0) throw refuse('dataset-copy.not-granted', { ...of });
  const limits = items.map(({ rows }) => rows.limit);
  return {
    fields,
    rowLimit: limits.some((limit) => limit === null) ? null : Math.max(...limits.map(Number)),
    itemIds: items.map(({ id }) => id),
  };
}

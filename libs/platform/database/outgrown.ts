import type { Outgrown } from '#kernel';

/** Of the platform's own tables, those whose rows go by age alone. */
export const platformOutgrown: readonly Outgrown[] = [
  { table: 'platform.idempotency', since: 'created_at', kept: 'answersHours' },
  { table: 'platform.rehearsals', since: 'at', kept: 'rehearsalsHours' },
];

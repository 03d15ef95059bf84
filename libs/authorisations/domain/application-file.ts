import { type Day, type Digest, type Instant, dayOf } from '#kernel';
import { plusYears } from './calendar-day.js';
import { refuse } from './refusals.js';

/** The four kinds of material that an application must carry (AUTH-02); the commitment is also AUTH-31. */
export const applicationFileKinds = ['application-form', 'financial-reports', 'security-self-assessment', 'security-commitment'] as const;
export type ApplicationFileKind = (typeof applicationFileKinds)[number];

export interface ApplicationFile {
  readonly kind: ApplicationFileKind;
  readonly digest: Digest;
  /** Last day of the period that the file reports on; for a signed paper the day of signing. */
  readonly periodEnd: Day;
}

/** @throws Refusal `authorisation.files-missing`, `authorisation.file-outdated` for a report older than the latest year (AUTH-02). */
export function checkApplicationFiles(files: readonly ApplicationFile[], now: Instant): void {
  const missing = applicationFileKinds.filter((kind) => !files.some((file) => file.kind === kind));
  if (missing.length > 0) throw refuse('authorisation.files-missing', { missing });
  const oldest = plusYears(dayOf(now), -1);
  const outdated = files.find((file) => file.kind === 'financial-reports' && file.periodEnd < oldest);
  if (outdated) throw refuse('authorisation.file-outdated', { kind: outdated.kind, periodEnd: outdated.periodEnd, oldest });
}

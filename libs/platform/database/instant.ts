import type { ValueTransformer } from 'typeorm';

/** Maps a timestamptz column to an ISO instant, so that no Date reaches the domain. */
export const instant: ValueTransformer = {
  from: (value: Date | null) => (value === null ? null : value.toISOString()),
  to: (value: string | null | undefined) => value,
};

import { Refusal } from '#kernel';
import { isKubeError } from '#platform/kube';

/** The API server's reason and message name objects and rules, never contents. */
export function sayFailure(error: unknown): string {
  if (isKubeError(error)) return `${error.reason}: ${error.message.slice(0, 300)}`;
  if (error instanceof Refusal) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

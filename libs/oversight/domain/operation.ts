import type { Dependency, Id, Instant, JsonObject } from '#kernel';

/** Long work as its owner sees it. */
export type OperationState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
export interface Operation {
  readonly id: Id;
  /** What is done, e.g. `datasets.import`. */
  readonly name: string;
  /** The object it is about. */
  readonly subject: Id;
  readonly state: OperationState;
  readonly attempts: number;
  /** What is away, where that holds it up. */
  readonly waits: { readonly for: Dependency; readonly since: Instant } | null;
  readonly progress: JsonObject | null;
  /** Code of the last failed try. */
  readonly error: string | null;
  readonly orderedAt: Instant;
  readonly dueAt: Instant;
  readonly finishedAt: Instant | null;
}

const states = { due: 'queued', leased: 'running', done: 'succeeded', dead: 'failed', cancelled: 'cancelled' } as const;
export const operationState = (state: keyof typeof states): OperationState => states[state];
export const isFinal = ({ state }: Pick<Operation, 'state'>): boolean => state !== 'queued' && state !== 'running';

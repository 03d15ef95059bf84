import { refuse } from './refusals.js';

export const termAnnotation = 'opdomain.cn/term';
export const traceAnnotation = 'opdomain.cn/traceparent';

/** One uninterrupted leadership. Terms only grow; a later leader's is always the larger. */
export interface Term {
  readonly number: number;
  /** False from the moment at which somebody else may have been elected, by our own monotonic clock, without asking anyone. */
  isCurrent(): boolean;
}

/** @throws Refusal `kube.term-over` */
export function assertCurrent(term: Term): void {
  if (!term.isCurrent()) throw refuse('kube.term-over', { term: term.number });
}

import type { ClusterRule } from './rules.js';

/** A request that must be refused, and by what: a refusal for another reason shows nothing. */
export interface Probe {
  /** Unique within one zone: `no-exec`, `stranger-list-pods@opd-…`. */
  readonly name: string;
  /** What stands behind it: an admission rule of ours, Pod Security, or RBAC. */
  readonly wall: ClusterRule | 'pod-security-admission' | 'rbac';
  readonly requirements: readonly string[];
  readonly asker: 'prober' | 'operator';
  readonly request: {
    readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
    readonly path: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly contentType?: string;
    readonly body?: unknown;
  };
  readonly expect: {
    readonly status: number;
    readonly reason: string;
    /** Each must stand in the message. */ readonly says: readonly string[];
  };
}
export type ProbeAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly reason: string; readonly message: string }
  | { readonly kind: 'unreachable' };
export interface Verdict {
  readonly probe: string;
  readonly wall: Probe['wall'];
  readonly requirements: readonly string[];
  readonly holds: boolean;
  /** `refused-as-expected`, or in one word what was wrong. */
  readonly outcome: 'refused-as-expected' | 'let-through' | 'refused-for-another-reason' | 'not-answered';
  readonly status: number;
  readonly message: string;
}
const mostCharacters = 500;

/** Whether an answer shows that the wall stands. Pure: the same answer is always judged alike. */
export function judge(probe: Probe, answer: ProbeAnswer): Verdict {
  const said = { probe: probe.name, wall: probe.wall, requirements: probe.requirements };
  if (answer.kind === 'unreachable') return { ...said, holds: false, outcome: 'not-answered', status: 0, message: '' };
  const { status, message } = answer;
  const kept = { ...said, status, message: message.slice(0, mostCharacters) };
  if (status < 400) return { ...kept, holds: false, outcome: 'let-through' };
  const { expect } = probe;
  const fits = status === expect.status && answer.reason === expect.reason && expect.says.every((part) => message.includes(part));
  return { ...kept, holds: fits, outcome: fits ? 'refused-as-expected' : 'refused-for-another-reason' };
}

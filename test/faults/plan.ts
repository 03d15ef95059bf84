import { groupOf, type Call, type Role } from './call.js';
import type { Fault, Undone } from './faults.js';

/** One fault at one call of the story. */
export interface Case {
  /** Which of the calls of its group, from 1. */
  readonly nth: number;
  readonly fault: Fault;
  /** Of {@link groupOf}. */
  readonly group: string;
}

export const nameOf = ({ group, nth, fault }: Case): string => `${group}/${String(nth)}/${fault}`;

/** @throws Error for a name that {@link nameOf} did not give. */
export function caseOf(name: string): Case {
  const found = /^(\w+\/\w+\/[0-9a-f]{10})\/([1-9]\d*)\/(before|after|hang|death)$/.exec(name);
  if (found === null) throw new Error(`${name} names no case: <role>/<dependency>/<group>/<nth>/<before|after|hang|death>`);
  const [, group = '', nth = '', fault = ''] = found;
  return { group, nth: Number(nth), fault: fault as Fault };
}

/** How often calls of one shape were seen. */
export interface Group {
  readonly group: string;
  readonly call: Call;
  readonly count: number;
  /** Step of the story in which the first of them came. */
  readonly step: string;
  /** Place of the first in the order of all. */
  readonly first: number;
  /** Where each of them was undone with its connection. */
  readonly undone?: Undone;
}

export interface Strike {
  readonly of: Case;
  readonly call: Call;
  readonly step: string;
  readonly at: string;
  readonly process: string;
}

/** After a fault the story may recover for so long before the next: two at once would say nothing about either. */
const restMs = 3_000;

interface Seen {
  readonly call: Call;
  count: number;
  readonly step: string;
  readonly first: number;
  undone: Undone | undefined;
}

/** Counts the calls of one telling of the story, and says which of them are struck. */
export class Plan {
  private readonly seen = new Map<string, Seen>();
  private readonly armed: Set<Case>;
  private calls = 0;
  /** Nothing is struck before the story begins: what a process asks when it starts is struck when it starts again. */
  private quietUntil = Infinity;
  step = 'start';
  readonly strikes: Strike[] = [];

  constructor(
    cases: readonly Case[],
    private readonly told: (strike: Strike) => void = () => undefined,
    /** A fault for a group when its first call comes, whether or not a record names it; for samples. */
    private readonly drawn: (group: string) => Case | undefined = () => undefined,
  ) {
    this.armed = new Set(cases);
  }

  begin(): void {
    this.quietUntil = 0;
  }

  /** @param process of whose call it is, e.g. `worker-2` */
  struck(role: Role, process: string, dependency: Call['dependency'], shape: string, undone?: Undone): Fault | undefined {
    const call: Call = { role, dependency, shape };
    const group = groupOf(call);
    this.calls += 1;
    const of = this.seen.get(group) ?? this.firstOf(group, call, undone);
    of.count += 1;
    if (of.undone !== undone) of.undone = undefined;
    if (Date.now() < this.quietUntil) return undefined;
    for (const one of this.armed)
      if (one.group === group && of.count >= one.nth) {
        this.armed.delete(one);
        this.quietUntil = Date.now() + restMs;
        const strike = { of: one, call, step: this.step, at: new Date().toISOString(), process };
        this.strikes.push(strike);
        this.told(strike);
        return one.fault;
      }
    return undefined;
  }

  private firstOf(group: string, call: Call, undone: Undone | undefined): Seen {
    const of: Seen = { call, count: 0, step: this.step, first: this.calls, undone };
    this.seen.set(group, of);
    const drawn = this.drawn(group);
    if (drawn !== undefined) this.armed.add(drawn);
    return of;
  }

  /** What never came, or came too soon after another fault. */
  unmet(): readonly Case[] {
    return [...this.armed];
  }

  get total(): number {
    return this.calls;
  }

  groups(): readonly Group[] {
    return [...this.seen]
      .map(([group, { undone, ...of }]): Group => ({ group, ...of, ...(undone === undefined ? {} : { undone }) }))
      .sort((one, other) => one.first - other.first);
  }
}

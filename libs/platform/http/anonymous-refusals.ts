import { codeOf, digestOf, newId, systemAct, type Clock, type Id, type Instant } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { type Logger } from '#platform/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BlockList, isIP } from 'node:net';
import { CLOCK, LOGGER } from './tokens.js';

/** What was refused before anyone was known: an unknown route, an unreadable request, a call without a valid token. */
export interface AnonymousRefusal {
  /** The route's action; `request.refused` where no route took it. */
  readonly action: string;
  readonly code: string;
  readonly source: string;
}

interface Counted {
  readonly action: string;
  readonly code: string;
  readonly sources: SourceClass;
  count: number;
  readonly first: Instant;
  last: Instant;
}

/** An entry on its way; the key makes a second one of it no second entry. */
interface Sent {
  readonly key: Id;
  readonly counted: Counted;
}

export const unroutedAction = 'request.refused';
const windowMs = 60_000;
/** Routes times codes times source classes are fewer; beyond it everything is counted together, so that nobody can fill the memory. */
const mostKinds = 4_096;
const other = 'other';

const nearby = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const)
  nearby.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  nearby.addSubnet(network, bits, 'ipv6');

type SourceClass = 'loopback' | 'private' | 'public' | 'unknown';
/** How near a caller is: all that an aggregated entry says of where it came from. Each address stands in the network logs. */
export function sourceClass(address: string): SourceClass {
  const plain = address.replace(/^::ffff:/i, '').split('%')[0] ?? '';
  const version = isIP(plain);
  if (version === 0) return 'unknown';
  if (plain === '::1' || plain.startsWith('127.')) return 'loopback';
  return nearby.check(plain, version === 4 ? 'ipv4' : 'ipv6') ? 'private' : 'public';
}

/**
 * Counts refusals of callers whom nobody knows and writes one journal entry a minute for each kind (action, code, source class), with
 * the count and the first and last instant: a flood leaves a few entries, not one each. What waits is written when the process drains
 * or, while the journal cannot be written, later; a process that is killed loses the counts since its last entry, a minute's at most.
 */
@Injectable()
export class AnonymousRefusals implements OnApplicationShutdown {
  private counts = new Map<string, Counted>();
  /** What was sent and not answered: written or not, it is sent again as it was, under its own key, and counted with nothing else. */
  private unanswered: Sent | undefined;
  private flushing: Promise<void> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.timer = setInterval(() => void this.flush(), windowMs);
    this.timer.unref();
  }

  count({ action, code, source }: AnonymousRefusal): void {
    const sources = sourceClass(source);
    const known = this.counts.has(keyOf({ action, code, sources })) || this.counts.size < mostKinds;
    this.add({ ...(known ? { action, code } : { action: unroutedAction, code: other }), sources }, 1, this.clock.now());
  }

  /** Writes an entry for each kind that was counted since the last time. What cannot be written is kept and counted on. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private async write(): Promise<void> {
    const sent = [...this.counts.values()].map((counted): Sent => ({ key: newId(), counted }));
    this.counts = new Map();
    const waiting = [...(this.unanswered === undefined ? [] : [this.unanswered]), ...sent];
    while (waiting[0] !== undefined) {
      try {
        await this.send(waiting[0]);
        waiting.shift();
        this.unanswered = undefined;
      } catch (fault) {
        this.log.error('audit.unavailable', fault);
        if (codeOf(fault) === 'database.unreachable') this.unanswered = waiting.shift();
        for (const { counted } of waiting) this.add(counted, counted.count, counted.first, counted.last);
        return;
      }
    }
  }

  private async send({ key, counted }: Sent): Promise<void> {
    const { action, code, sources, count, first, last } = counted;
    const details = { count, first, last, sources };
    const act = { ...systemAct('anonymous', action, last), idempotency: { key, digest: digestOf(details) } };
    const object = { kind: action.split('.')[0] ?? 'request', id: 'collection' };
    await this.unitOfWork.journal(act, { action, outcome: 'refused', object, reasons: [code], details });
  }

  private add(kind: Pick<Counted, 'action' | 'code' | 'sources'>, count: number, first: Instant, last = first): void {
    const key = keyOf(kind);
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { action: kind.action, code: kind.code, sources: kind.sources, count, first, last });
    else {
      const earliest = known.first < first ? known.first : first;
      this.counts.set(key, { ...known, count: known.count + count, first: earliest, last: known.last > last ? known.last : last });
    }
  }
}

const keyOf = ({ action, code, sources }: Pick<Counted, 'action' | 'code' | 'sources'>): string => `${action} ${code} ${sources}`;

import { LOGGER } from '#platform/http';
import { Turns } from '#platform/queue';
import { counter, type Logger } from '#platform/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Sequencer } from '../application/sequencer.js';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';

const sequenced = counter('opdomain_audit_sequenced', 'entries that got their place in the audit tree');
const faults = counter('opdomain_audit_sequencer_faults', 'turns of the sequencer that failed');
/** After a fault: long enough not to flood the log, short enough to be within the published bound. */
const afterFaultMs = 2_000;

/** Keeps the sequencer turning in every worker; the database lets one of them through at a time. */
@Injectable()
export class SequencerLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly turns = new Turns({ take: () => this.turn(), failed: (fault) => this.failed(fault) });

  constructor(
    private readonly sequencer: Sequencer,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.turns.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.turns.stop();
  }

  private async turn(): Promise<number> {
    const placed = await this.sequencer.turn();
    sequenced.add(placed);
    return placed > 0 ? 0 : this.config.sequenceEveryMs;
  }

  private failed(fault: unknown): number {
    faults.add(1);
    this.log.error('audit.sequencer-failed', fault);
    return afterFaultMs;
  }
}

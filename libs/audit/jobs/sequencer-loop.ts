import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '#platform/http';
import { counter, type Logger } from '#platform/telemetry';
import { Sequencer } from '../application/sequencer.js';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';

const sequenced = counter('opdomain_audit_sequenced', 'entries that got their place in the audit tree');
const faults = counter('opdomain_audit_sequencer_faults', 'turns of the sequencer that failed');
/** After a fault: long enough not to flood the log, short enough to be within the published bound. */
const afterFaultMs = 2_000;

/** Keeps the sequencer turning in every worker; the database lets one of them through at a time. */
@Injectable()
export class SequencerLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly sequencer: Sequencer,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let wait = this.config.sequenceEveryMs;
      try {
        const placed = await this.sequencer.turn();
        sequenced.add(placed);
        if (placed > 0) wait = 0;
      } catch (fault) {
        faults.add(1);
        this.log.error('audit.sequencer-failed', fault);
        wait = afterFaultMs;
      }
      await pause(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

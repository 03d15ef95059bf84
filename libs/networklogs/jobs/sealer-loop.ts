import { LOGGER } from '#platform/http';
import { Turns } from '#platform/queue';
import type { Logger } from '#platform/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Sealer } from '../application/sealer.js';
import { NETWORK_LOGS_CONFIG, type NetworkLogsConfig } from '../config.js';

/** Keeps the sealer turning in every worker; the database lets one of them through at a time. */
@Injectable()
export class SealerLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly turns = new Turns({ take: () => this.turn(), failed: (fault) => this.failed(fault) });

  constructor(
    private readonly sealer: Sealer,
    @Inject(NETWORK_LOGS_CONFIG) private readonly config: NetworkLogsConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.turns.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.turns.stop();
  }

  private async turn(): Promise<number> {
    await this.sealer.turn();
    return this.config.everyMs;
  }

  private failed(fault: unknown): number {
    this.log.error('networklogs.sealer-failed', fault);
    return this.config.everyMs;
  }
}

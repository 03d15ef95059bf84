import { setTimeout as pause } from 'node:timers/promises';
import { LOGGER } from '#platform/http';
import type { Logger } from '#platform/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Sealer } from '../application/sealer.js';
import { NETWORK_LOGS_CONFIG, type NetworkLogsConfig } from '../config.js';

/** Keeps the sealer turning in every worker; the database lets one of them through at a time. */
@Injectable()
export class SealerLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly sealer: Sealer,
    @Inject(NETWORK_LOGS_CONFIG) private readonly config: NetworkLogsConfig,
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
      try {
        await this.sealer.turn();
      } catch (fault) {
        this.log.error('networklogs.sealer-failed', fault);
      }
      await pause(this.config.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

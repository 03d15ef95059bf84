import { Forgetting, Handlers, Relay, WorkRunner } from '#platform/queue';
import { Seams } from '#platform/seams';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ComposedModule } from '../composition/platform.module.js';
import type { Platform } from '../composition/platform.js';

/** Composes the worker's use cases and consumers without taking any work. */
export function composeWorker(platform: Platform, jobs: readonly unknown[] = []): Promise<INestApplicationContext> {
  const module = ComposedModule.of(platform, { providers: jobs });
  return NestFactory.createApplicationContext(module, { logger: ['error', 'fatal'], abortOnError: false });
}

/** Starts the relay and the consumers of queued work. @returns what drains and stops them. */
export async function startWorker(platform: Platform): Promise<() => Promise<void>> {
  const app = await composeWorker(
    platform,
    platform.contexts.flatMap((context) => context.jobs),
  );
  const handlers = app.get(Handlers);
  const consumers = handlers.consumers();
  const runner = new WorkRunner(
    platform.dataSource,
    platform.unitOfWork,
    platform.clock,
    platform.bell,
    handlers.jobs(),
    consumers,
    app.get(Seams).all('work-over'),
    platform.log,
    platform.config.worker.lanes,
  );
  runner.start();
  const relay = new Relay(platform.dataSource, platform.bell, consumers, platform.log, Relay.rung(platform.config.worker.lanes));
  relay.start();
  const forgetting = new Forgetting(
    platform.dataSource,
    platform.config.retention,
    platform.contexts.flatMap(({ outgrown = [] }) => outgrown),
    platform.log,
  );
  forgetting.start();
  return async () => {
    await forgetting.stop();
    await relay.stop();
    await runner.stop();
    await app.close();
  };
}

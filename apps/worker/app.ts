import { Handlers, Relay, WorkRunner } from '#platform/queue';
import { NestFactory } from '@nestjs/core';
import { ComposedModule } from '../composition/platform.module.js';
import type { Platform } from '../composition/platform.js';

/** Starts the relay and the consumers of queued work. @returns what drains and stops them. */
export async function startWorker(platform: Platform): Promise<() => Promise<void>> {
  const module = ComposedModule.of(platform, { providers: platform.contexts.flatMap((context) => context.jobs) });
  const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'fatal'], abortOnError: false });
  const handlers = app.get(Handlers);
  const consumers = handlers.consumers();
  const runner = new WorkRunner(
    platform.dataSource,
    platform.unitOfWork,
    platform.clock,
    platform.bell,
    handlers.jobs(),
    consumers,
    platform.log,
    platform.config.worker.lanes,
  );
  runner.start();
  const relay = new Relay(platform.dataSource, platform.bell, consumers, platform.log);
  relay.start();
  return async () => {
    await relay.stop();
    await runner.stop();
    await app.close();
  };
}

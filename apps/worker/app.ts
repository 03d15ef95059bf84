import { forgetAnswers } from '#platform/database';
import { Handlers, Relay, Turns, WorkRunner } from '#platform/queue';
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
  const forgetting = forgettingAnswers(platform);
  forgetting.start();
  return async () => {
    await forgetting.stop();
    await relay.stop();
    await runner.stop();
    await app.close();
  };
}

const lookAgainMs = 60_000;

/** Remembered answers go when they are old enough, a batch at a time. */
const forgettingAnswers = (platform: Platform): Turns =>
  new Turns({
    take: async () => ((await forgetAnswers(platform.dataSource, platform.config.worker.rememberAnswersHours)).more ? 0 : lookAgainMs),
    failed: (fault) => {
      platform.log.error('answers.not-forgotten', fault);
      return lookAgainMs;
    },
  });

import 'reflect-metadata';
import { Bootstrap, firstPeople, type FirstPeople } from '#identity';
import { readStructure, structured } from '#platform/config';
import { NestFactory } from '@nestjs/core';
import { readConfig } from './config.js';
import { contexts } from './contexts.js';
import { ComposedModule } from './platform.module.js';
import { openPlatform, type Platform } from './platform.js';

/** Makes the first people of an installation. @throws Refusal `identity.already-bootstrapped` the second time. */
export async function bootstrap(platform: Platform, people: FirstPeople): Promise<void> {
  const app = await NestFactory.createApplicationContext(ComposedModule.of(platform, {}), {
    logger: ['error', 'fatal'],
    abortOnError: false,
  });
  await app
    .get(Bootstrap, { strict: false })
    .run(platform.config.oidc.issuer, people)
    .finally(() => app.close());
}

/** For the command line, with what the API has: the first people are made by its role. @param argv `--config FILE` and `--set`, as every process takes them. @throws ConfigurationError for a file of another form. */
export async function bootstrapFrom(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  file: string,
): Promise<void> {
  const people = structured(firstPeople, readStructure(file, file), file);
  const platform = await openPlatform(readConfig(argv, environment), contexts, 'api');
  await bootstrap(platform, people).finally(() => platform.close());
}

import { administratorsConfig } from '#identity';
import { loadConfig } from '#platform/config';
import { databaseConfig } from '#platform/database';
import { engineConfig } from '#platform/engine';
import { httpConfig, oidcConfig } from '#platform/http';
import { keysConfig } from '#platform/keys';
import { kubeConfig } from '#platform/kube';
import { objectsConfig } from '#platform/objects';
import { queueConfig } from '#platform/queue';
import { telemetryConfig } from '#platform/telemetry';
import { parseArgs } from 'node:util';
import { z } from 'zod';

/** The whole configuration: each port's fragment under its name. */
export const opdomainConfig = z.strictObject({
  database: databaseConfig,
  queue: queueConfig,
  keys: keysConfig,
  objects: objectsConfig,
  cluster: kubeConfig,
  engine: engineConfig,
  http: httpConfig.prefault({}),
  oidc: oidcConfig,
  telemetry: telemetryConfig.prefault({}),
  installation: administratorsConfig,
  worker: z.strictObject({ concurrency: z.number().int().min(1).max(64).default(4) }).prefault({}),
});
export type OpdomainConfig = z.infer<typeof opdomainConfig>;

/**
 * Reads `--config FILE` and `--set path=value` from the command line and `OPDOMAIN__…` from the environment.
 * @throws ConfigurationError naming each problem by its path.
 */
export function readConfig(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): OpdomainConfig {
  const { values } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string', short: 'c' }, set: { type: 'string', multiple: true } },
    allowPositionals: true,
  });
  return loadConfig(opdomainConfig, { file: values.config ?? environment['OPDOMAIN_CONFIG'], environment, flags: values.set ?? [] });
}

import { leaseSecondsOf } from '#kernel';
import { ConfigurationError, limitsConfig, loadConfig, retentionConfig } from '#platform/config';
import { clockConfig, databaseConfig } from '#platform/database';
import { engineConfig } from '#platform/engine';
import { httpConfig, oidcConfig } from '#platform/http';
import { keysConfig } from '#platform/keys';
import { kubeConfig } from '#platform/kube';
import { objectsConfig } from '#platform/objects';
import { laneConfig, queueConfig } from '#platform/queue';
import { telemetryConfig } from '#platform/telemetry';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { contexts } from './contexts.js';
import { healthConfig } from './health.js';

/** Each port's fragment under its name. */
const portsConfig = z.strictObject({
  database: databaseConfig,
  clock: clockConfig.prefault({}),
  queue: queueConfig,
  keys: keysConfig,
  objects: objectsConfig,
  cluster: kubeConfig,
  engine: engineConfig,
  http: httpConfig.prefault({}),
  oidc: oidcConfig,
  telemetry: telemetryConfig.prefault({}),
  limits: limitsConfig,
  health: healthConfig,
  worker: z
    .strictObject({
      lanes: laneConfig,
    })
    .prefault({}),
  retention: retentionConfig,
});
export type OpdomainConfig = z.infer<typeof portsConfig>;

const contextConfigs = Object.fromEntries(
  contexts.flatMap(({ config }) => (config === undefined ? [] : [[config.name, (config.schema as z.ZodType).prefault({})]])),
);

/** Limits against what they bound elsewhere in the configuration: how much there is, what it must be below, and why. */
const contradictions = ({
  limits,
  keys,
  http,
}: OpdomainConfig): readonly (readonly [path: string, ms: number, below: number, why: string])[] => [
  [
    'limits.database.statementMs',
    limits.database.statementMs,
    leaseSecondsOf.work * 1000,
    'the lease of work would end while one of its statements runs, and another worker take it',
  ],
  [
    'limits.access.answerMs',
    limits.access.answerMs,
    http.accessLeaseSeconds * 1000,
    'one unanswered reading would freeze every transfer (http.accessLeaseSeconds)',
  ],
  ...(keys.kind === 'transit'
    ? [
        [
          'limits.keys.requestMs',
          limits.keys.requestMs * keys.attempts,
          limits.database.idleInTransactionMs,
          'all tries together (keys.attempts) must end before PostgreSQL ends the transaction they are made in (limits.database.idleInTransactionMs)',
        ] as const,
      ]
    : []),
];

/** The whole configuration: the ports, and what each context declares, under its name. Refused where it contradicts itself. */
export const opdomainConfig = portsConfig.extend(contextConfigs).superRefine((whole, context) => {
  for (const [path, ms, below, why] of contradictions(whole as unknown as OpdomainConfig))
    if (ms >= below)
      context.addIssue({ code: 'custom', path: path.split('.'), message: `${String(ms)} ms must be below ${String(below)}: ${why}` });
}) as unknown as typeof portsConfig;
/** What a context's fragment was set to, as its schema read it. */
export const contextConfig = (config: OpdomainConfig, name: string): unknown => (config as Readonly<Record<string, unknown>>)[name];

/**
 * Reads `--config FILE` and `--set path=value` from the command line and `OPDOMAIN__…` from the environment.
 * @throws ConfigurationError naming each problem by its path.
 */
export function readConfig(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): OpdomainConfig {
  const { values } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string', short: 'c' }, set: { type: 'string', multiple: true }, owner: { type: 'string' } },
    allowPositionals: true,
  });
  const file = values.config ?? environment['OPDOMAIN_CONFIG'];
  if (file === undefined && values.set === undefined && !Object.keys(environment).some((name) => name.startsWith('OPDOMAIN__')))
    throw new ConfigurationError([{ path: '--config', problem: 'no configuration is given: name its file 未指定配置文件' }]);
  return loadConfig(opdomainConfig, { file, environment, flags: values.set ?? [] });
}

import { defaultLimits, type Limits } from '#platform/config';
import { z } from 'zod';

export const telemetryConfig = z
  .object({
    logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
    /** OTLP/HTTP collector for traces; none: spans are made (their ids join logs and jobs) but not exported. */
    otlpEndpoint: z.url().optional(),
    /** Prometheus metrics on loopback; none: no listener. */
    metricsPort: z.number().int().min(1).max(65535).optional(),
  })
  .strict();
export type TelemetryConfig = z.infer<typeof telemetryConfig>;

/** Keeps spans being made where no collector is configured: the SDK registers no tracer without a processor. */
const unexported = {
  onStart: (): void => undefined,
  onEnd: (): void => undefined,
  shutdown: (): Promise<void> => Promise.resolve(),
  forceFlush: (): Promise<void> => Promise.resolve(),
};

/** Starts tracing and metrics for this process. @returns what stops it, flushing first. */
export async function startTelemetry(
  service: string,
  config: TelemetryConfig,
  { exportMs }: Limits['telemetry'] = defaultLimits.telemetry,
): Promise<() => Promise<void>> {
  // Some 300 modules, loaded by who starts it alone: the rest of the code needs the API of traces and metrics only.
  const [{ NodeSDK }, { OTLPTraceExporter }, { PrometheusExporter }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/exporter-prometheus'),
  ]);
  const sdk = new NodeSDK({
    serviceName: service,
    ...(config.otlpEndpoint === undefined
      ? { spanProcessors: [unexported] }
      : { traceExporter: new OTLPTraceExporter({ url: `${config.otlpEndpoint}/v1/traces`, timeoutMillis: exportMs }) }),
    metricReaders: config.metricsPort === undefined ? [] : [new PrometheusExporter({ host: '127.0.0.1', port: config.metricsPort })],
    logRecordProcessors: [],
    autoDetectResources: false,
    instrumentations: [],
  });
  sdk.start();
  return () => sdk.shutdown();
}

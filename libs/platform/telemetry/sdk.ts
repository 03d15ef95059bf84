import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { NodeSDK } from '@opentelemetry/sdk-node';
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
export function startTelemetry(service: string, config: TelemetryConfig): () => Promise<void> {
  const sdk = new NodeSDK({
    serviceName: service,
    ...(config.otlpEndpoint === undefined
      ? { spanProcessors: [unexported] }
      : { traceExporter: new OTLPTraceExporter({ url: `${config.otlpEndpoint}/v1/traces` }) }),
    metricReaders: config.metricsPort === undefined ? [] : [new PrometheusExporter({ host: '127.0.0.1', port: config.metricsPort })],
    logRecordProcessors: [],
    autoDetectResources: false,
    instrumentations: [],
  });
  sdk.start();
  return () => sdk.shutdown();
}

import {
  context,
  metrics,
  propagation,
  SpanStatusCode,
  trace,
  type Attributes,
  type Counter,
  type Gauge,
  type Histogram,
} from '@opentelemetry/api';

const tracer = trace.getTracer('opdomain');
const meter = metrics.getMeter('opdomain');

/** Runs work inside a span. Its error is marked by name only: messages may quote data (AUD-08). */
export async function inSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The W3C `traceparent` of the running span, to be kept with queued work and written into Kubernetes annotations. */
export function traceparent(): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'];
}

/** Runs work as a child of a kept `traceparent`, so that one trace spans API, outbox, queue, worker and cluster. */
export function withTraceparent<T>(parent: string | null | undefined, work: () => Promise<T>): Promise<T> {
  if (parent === null || parent === undefined) return work();
  return context.with(propagation.extract(context.active(), { traceparent: parent }), work);
}

export const counter = (name: string, description: string): Counter => meter.createCounter(name, { description });
export const histogram = (name: string, description: string, unit: string): Histogram => meter.createHistogram(name, { description, unit });
export const gauge = (name: string, description: string, unit: string): Gauge => meter.createGauge(name, { description, unit });

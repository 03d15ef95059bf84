import { trace } from '@opentelemetry/api';
import { pino } from 'pino';
import { describeFault } from './fault.js';

/** Structured log: an event name and fields of ids, names, figures and dates. No free text about data, no raw value, no secret. */
export interface Logger {
  debug(event: string, fields?: Readonly<Record<string, unknown>>): void;
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fault: unknown, fields?: Readonly<Record<string, unknown>>): void;
}

/** JSON lines on standard error (standard output belongs to the command), with the running trace's id. */
export function createLogger(component: string, level: string): Logger {
  const log = pino(
    {
      level,
      base: { component },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['password', 'token', 'secret', 'authorization', '*.password', '*.token', '*.secret'], censor: '[withheld]' },
      mixin: () => {
        const span = trace.getActiveSpan()?.spanContext();
        return span === undefined ? {} : { traceId: span.traceId, spanId: span.spanId };
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    debug: (event, fields = {}) => log.debug({ event, ...fields }),
    info: (event, fields = {}) => log.info({ event, ...fields }),
    warn: (event, fields = {}) => log.warn({ event, ...fields }),
    error: (event, fault, fields = {}) => log.error({ event, fault: describeFault(fault), ...fields }),
  };
}

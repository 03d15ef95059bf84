export { describeFault } from './fault.js';
export { LoopPulse } from './loop-pulse.js';
export { createLogger, type Logger } from './logger.js';
export { counter, gauge, histogram, inSpan, traceparent, withTraceparent } from './tracing.js';
export { startTelemetry, telemetryConfig, type TelemetryConfig } from './sdk.js';

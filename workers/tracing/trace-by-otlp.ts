import { setTimeout as sleep } from 'node:timers/promises';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';
import type { Tracing } from './start-tracing.ts';

/** A collector that is away must not keep a worker from ending in time. */
const closedWithinMs = 5_000;

/**
 * Traces of this process by OTLP over HTTP. Where they go, which are sampled, in which batches, and what `service` is called instead, the
 * standard variables OTEL_* say, which the parts of the SDK read themselves. Once a process.
 */
export function traceByOtlp(service: string, onTrouble: (message: string) => void): Tracing {
  const ignore = (): void => {};
  diag.setLogger(
    { error: onTrouble, warn: onTrouble, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const resource = new Resource({ 'service.name': service }).merge(
    detectResourcesSync({ detectors: [envDetectorSync] }),
  );
  const spanProcessor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new BasicTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register({ contextManager: new AsyncLocalStorageContextManager() });
  return {
    plugins: [new OpenTelemetryPlugin({ resource, spanProcessor })],
    async close() {
      const shutdown = provider.shutdown().catch((error: unknown) => onTrouble(String(error)));
      await Promise.race([shutdown, sleep(closedWithinMs, undefined, { ref: false })]);
    },
  };
}

import { type Attributes, context, SpanStatusCode, trace } from '@opentelemetry/api';

/** Its spans are empty, and cost as little, where nobody traces: see workers/tracing. */
const tracer = trace.getTracer('initsweep');

/** Does `call` in a span of this name, below the one that is active. */
export function inSpan<Result>(name: string, attributes: Attributes, call: () => Promise<Result>): Promise<Result> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await call();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A span, below the active one, of what began at `startedAtMs` (since 1970, by another machine's clock) and ends now. */
export function spanUntilNow(name: string, startedAtMs: number): void {
  const now = Date.now();
  tracer.startSpan(name, { startTime: Math.min(startedAtMs, now) }).end(now);
}

/** Tells the active span more. */
export function describeSpan(attributes: Attributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** The same function, whose spans are below the one that is active now, whoever calls it. */
export function boundToSpan<Call extends (...given: never[]) => unknown>(call: Call): Call {
  return context.bind(context.active(), call);
}

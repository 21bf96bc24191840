import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inSpan } from '../../activities/trial-spans.ts';
import { startTracing } from '../../workers/tracing/start-tracing.ts';

/**
 * What a span costs where nobody traces and where a collector (in this process, so its share is in it) gets it: processor time of a trial's seven
 * spans, beside the same calls without any. Run with `npx tsx bench/micro/tracing-cost.ts [calls]`.
 */
const calls = Number(process.argv[2] ?? 200_000);
const spansOfTrial = 7;
const nothing = (): Promise<number> => Promise.resolve(1);

/** Processor time of a call, us. */
async function measure(call: () => Promise<number>, count: number): Promise<number> {
  for (let done = 0; done < count / 10; done++) await call();
  const before = process.cpuUsage();
  for (let done = 0; done < count; done++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

const spanned = (): Promise<number> => inSpan('train', { 'initsweep.fromStep': 0 }, nothing);
const without = await measure(nothing, calls);
const off = await measure(spanned, calls);
let receivedBytes = 0;
const receiver = createServer((request, response) => {
  request.on('data', (part: Buffer) => (receivedBytes += part.length));
  request.on('end', () => response.end());
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
process.env['OTEL_BSP_MAX_QUEUE_SIZE'] = String(calls);
const startedAt = performance.now();
const tracing = await startTracing(true, 'bench', console.error);
const loadedMs = performance.now() - startedAt;
// Batches go out while the loop yields, as between a trial's calls.
const on = await measure(async () => {
  const answer = await spanned();
  if (Math.random() < 0.01) await new Promise((resolve) => setImmediate(resolve));
  return answer;
}, calls / 10);
await tracing.close();
receiver.closeAllConnections();
receiver.close();
console.table([
  { spans: 'none', 'us a call': without.toFixed(3), 'us a trial': '0' },
  { spans: 'off', 'us a call': off.toFixed(3), 'us a trial': (spansOfTrial * (off - without)).toFixed(2) },
  { spans: 'on', 'us a call': on.toFixed(3), 'us a trial': (spansOfTrial * (on - without)).toFixed(0) },
]);
console.log(`${Math.round(receivedBytes / 1_024)} KiB received; loading the SDK took ${loadedMs.toFixed(0)} ms`);

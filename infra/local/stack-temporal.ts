import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.ts';
import { findFreePort, isPortFree } from './ports.ts';
import type { PartOptions } from './stack-part.ts';
import { findTemporal, namespaceAnswers, startTemporalServer, type TemporalServer } from './temporal.ts';
import { temporalSettings, type TemporalSettings } from './temporal-settings.ts';

const defaultPorts = { server: 7233, ui: 8233 };
const title = 'Temporal';
const retryMs = 2_000;
const portAttempts = 3;

/** Finds or starts Temporal and keeps it running. Answers the variables that a worker needs to reach it. */
export async function startTemporal(options: PartOptions): Promise<Record<string, string>> {
  const settings = temporalSettings(options.environment, '');
  return settings.explicit ? useGiven(options, settings) : startEmbedded(options, settings.namespace);
}

async function useGiven({ report }: PartOptions, settings: TemporalSettings): Promise<Record<string, string>> {
  const { address, namespace } = settings;
  await report.step({ title, state: 'running', detail: `asking ${address}` });
  if (!(await namespaceAnswers(settings.connection, namespace, 10_000))) {
    throw new UserError(
      `Namespace ${namespace} of the Temporal server at ${address} does not answer. Start that server or correct ` +
        'TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE (or the profile); unset them to use the embedded server.',
    );
  }
  await report.update({ temporal: { address, namespace, uiAddress: null, embedded: false, pid: null } });
  await report.step({ title, state: 'done', detail: `${address}, namespace ${namespace}` });
  return {};
}

async function startEmbedded(options: PartOptions, namespace: string): Promise<Record<string, string>> {
  const { folders, environment, report, logger, previous, signal, onStop } = options;
  await report.step({ title, state: 'running', detail: 'looking for the server' });
  const binary = await findTemporal({
    environment,
    signal,
    onProgress: (detail) => void report.step({ title, state: 'running', detail }),
  });
  await report.step({ title, state: 'running', detail: `starting ${binary.path}` });
  const before = previous?.temporal?.embedded ? previous.temporal : null;
  let port = before ? Number(before.address.split(':')[1]) : defaultPorts.server;
  let uiPort = before?.uiAddress ? Number(new URL(before.uiAddress).port) : defaultPorts.ui;
  const start = async (): Promise<TemporalServer> => {
    const started = await startTemporalServer({
      binary: binary.path,
      folder: join(folders.home, 'temporal'),
      port,
      uiPort,
      namespace,
      logFile: join(folders.logs, 'temporal.log'),
    });
    const { address, uiAddress, pid } = started;
    await report.update({ temporal: { address, uiAddress, namespace, embedded: true, pid } });
    return started;
  };
  const startOnFreePorts = async (attemptsLeft: number): Promise<TemporalServer> => {
    port = await findFreePort(port);
    uiPort = await findFreePort(uiPort, [port]);
    try {
      return await start();
    } catch (error) {
      // Another program may have taken a port since we looked.
      const isTaken = !(await isPortFree(port)) || !(await isPortFree(uiPort));
      if (!isTaken || attemptsLeft === 0) throw error;
      return startOnFreePorts(attemptsLeft - 1);
    }
  };
  let server = await startOnFreePorts(portAttempts);
  const watch = async (): Promise<void> => {
    const stopAsked = new Promise<null>((resolve) =>
      signal.addEventListener('abort', () => resolve(null), { once: true }),
    );
    while (!signal.aborted) {
      const how = await Promise.race([server.ended, stopAsked]);
      if (how === null || signal.aborted) return;
      logger.warn({ how }, 'the Temporal server is gone; starting it again');
      try {
        server = await start();
      } catch (error) {
        logger.error({ err: error }, 'the Temporal server could not be started again');
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  };
  const watched = watch();
  onStop(async () => {
    await watched;
    await server.stop();
  });
  await report.step({ title, state: 'done', detail: `${server.address}, its web pages at ${server.uiAddress}` });
  return { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: namespace };
}

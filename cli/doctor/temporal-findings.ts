import { Connection } from '@temporalio/client';
import { findPresentTemporal, temporalVersion } from '../../infra/local/find-temporal.ts';
import { findStack } from '../../infra/local/stack.ts';
import { temporalSettings } from '../../infra/local/temporal-settings.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { controlQueue, trainingQueue } from '../../workflows/task-queues.ts';
import type { Finding } from './finding.ts';

const up = 'npx initsweep up';
/** As Temporal's API numbers the kinds of task queues. */
const queueKinds = { workflow: 1, activity: 2 } as const;

/** Binary, server, namespace, search attributes, and whether workers poll. */
export async function temporalFindings(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const running = await findStack(environment);
  const settings = temporalSettings(environment, running?.temporal?.address ?? '');
  const binary = await binaryFinding(environment, settings.explicit);
  const subject = 'Temporal server';
  if (settings.address === '') return [binary, { subject, state: 'note', detail: 'not running', mend: up }];
  const mend = settings.explicit
    ? 'start that server, or correct TEMPORAL_ADDRESS or the profile'
    : `npx initsweep down, then ${up}`;
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...settings.connection, connectTimeout: 5_000 });
  } catch (error) {
    return [binary, { subject, state: 'bad', detail: `${settings.address}: ${(error as Error).message}`, mend }];
  }
  try {
    return [
      binary,
      { subject, state: 'good', detail: `${settings.address} answers${settings.explicit ? '' : ' (embedded)'}` },
      ...(await namespaceFindings(connection, settings.namespace)),
    ];
  } finally {
    await connection.close();
  }
}

async function binaryFinding(environment: NodeJS.ProcessEnv, explicit: boolean): Promise<Finding> {
  const subject = 'Temporal binary';
  try {
    const found = await findPresentTemporal(environment);
    if (found) return { subject, state: 'good', detail: `${found.path} (${found.source})` };
  } catch (error) {
    return { subject, state: 'bad', detail: (error as Error).message };
  }
  if (explicit) return { subject, state: 'note', detail: 'not here, and not needed: another server is set' };
  return {
    subject,
    state: 'note',
    detail: `not here; version ${temporalVersion} will be fetched or built at the first start`,
    mend: up,
  };
}

async function namespaceFindings(connection: Connection, namespace: string): Promise<Finding[]> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    const mend = `temporal operator namespace create --namespace ${namespace}, or correct TEMPORAL_NAMESPACE`;
    return [{ subject: 'namespace', state: 'bad', detail: `${namespace}: ${(error as Error).message}`, mend }];
  }
  return [
    { subject: 'namespace', state: 'good', detail: namespace },
    await attributesFinding(connection, namespace),
    await pollersFinding(connection, namespace, 'control worker', controlQueue, 'workflow'),
    await pollersFinding(connection, namespace, 'training worker', trainingQueue, 'activity'),
  ];
}

async function attributesFinding(connection: Connection, namespace: string): Promise<Finding> {
  const subject = 'search attributes';
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = searchAttributes.map(({ name }) => name).filter((name) => !(name in (customAttributes ?? {})));
    if (missing.length === 0)
      return { subject, state: 'good', detail: searchAttributes.map(({ name }) => name).join(', ') };
    return {
      subject,
      state: 'bad',
      detail: `missing: ${missing.join(', ')}`,
      mend: 'start a control worker: it adds them',
    };
  } catch (error) {
    return { subject, state: 'note', detail: `this server does not let us list them (${(error as Error).message})` };
  }
}

async function pollersFinding(
  connection: Connection,
  namespace: string,
  subject: string,
  queue: string,
  kind: keyof typeof queueKinds,
): Promise<Finding> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue },
    taskQueueType: queueKinds[kind],
  });
  const names = (pollers ?? []).map(({ identity }) => identity).join(', ');
  if (names !== '') return { subject, state: 'good', detail: `polls task queue ${queue}: ${names}` };
  return { subject, state: 'bad', detail: `none polls task queue ${queue}: sweeps would wait`, mend: up };
}

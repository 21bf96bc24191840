import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createControlActivities } from '../activities/control-activities.ts';
import { openStore } from '../storage/prisma-sweep-store.ts';
import { controlQueue } from '../workflows/task-queues.ts';
import { dataConverterOf } from './payloads/data-converter.ts';
import { readControlConfig } from './config.ts';
import { registerSearchAttributes } from './register-search-attributes.ts';
import { runWorkerProcess } from './run-worker-process.ts';
import { connect, workerSettings, workflowsPath } from './worker-settings.ts';
import { versioningOf } from './worker-versioning.ts';

/** Entry point of a control worker: runs the workflows and the activities that keep the sweeps' rows. */
await runWorkerProcess({
  name: 'control',
  readConfig: readControlConfig,
  async compose(config, { closeLater, plugins }) {
    const store = await openStore(config.databaseUrl);
    closeLater(() => store.close());
    const connection = await connect(config);
    closeLater(() => connection.close());
    await registerSearchAttributes(new Client({ connection, namespace: config.temporal.namespace }));
    return Worker.create({
      ...workerSettings,
      ...versioningOf(config.deployment),
      plugins,
      dataConverter: dataConverterOf(config.payloadKeys),
      connection,
      namespace: config.temporal.namespace,
      taskQueue: controlQueue,
      workflowsPath,
      activities: createControlActivities({ store, limits: config.limits }),
    });
  },
});

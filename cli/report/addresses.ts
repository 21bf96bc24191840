import { withoutPassword } from '../../infra/local/stack-database.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import type { StackConnection } from '../stack-connection.ts';

export interface SweepPlace {
  readonly stack: StackConnection;
  readonly workflowId: string;
  readonly sweepId: string;
  readonly file?: string;
}

/** Where a sweep is to be seen, and how Temporal's own command line starts the same. */
export function sweepAddresses({ stack, workflowId, sweepId, file }: SweepPlace): string[] {
  const { uiAddress, grafanaAddress, namespace, temporalAddress, databaseUrl } = stack;
  const page = `${uiAddress}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${sweepId}`;
  const address = temporalAddress === '127.0.0.1:7233' ? '' : `--address ${temporalAddress} `;
  return [
    grafanaAddress === null
      ? `Dashboard: npx initsweep preview ${workflowId}`
      : `Dashboard: ${grafanaAddress}/d/initsweep-sweep?var-sweep=${sweepId}`,
    `Temporal:  ${uiAddress === null ? temporalAddress : page}`,
    `Database:  ${withoutPassword(databaseUrl)} (whole address: npx initsweep address --database)`,
    ...(file === undefined || /\.ya?ml$/i.test(file)
      ? []
      : [
          'The same sweep by the Temporal CLI:',
          `  temporal workflow start ${address}--type sweep --task-queue ${controlQueue} --workflow-id ${workflowId} --input-file ${file}`,
        ]),
  ];
}

import { join } from 'node:path';
import { folders } from '../../infra/local/folders.ts';
import { withoutPassword } from '../../infra/local/stack-database.ts';
import type { StackState } from '../../infra/local/stack-state.ts';
import { startStack } from '../start-stack.ts';

/** `initsweep up` */
export async function upCommand(): Promise<void> {
  const state = await startStack();
  console.log(describeStack(state).join('\n'));
}

function describeStack({ temporal, database, workers, grafana }: StackState): string[] {
  return [
    `Temporal         ${temporal?.address ?? ''} (namespace ${temporal?.namespace ?? ''})`,
    ...(temporal?.uiAddress ? [`Temporal's pages ${temporal.uiAddress}`] : []),
    `PostgreSQL       ${database ? withoutPassword(database.url) : ''} (whole address: npx initsweep address --database)`,
    grafana
      ? `Grafana          ${grafana.address}${grafana.embedded ? ` (user admin, password in ${join(folders().home, 'secrets', 'grafana-admin')})` : ''}`
      : 'Dashboards       npx initsweep preview',
    `workers          ${workers.map(({ name, pid }) => `${name} (process ${pid ?? 'none'})`).join(', ')}`,
  ];
}

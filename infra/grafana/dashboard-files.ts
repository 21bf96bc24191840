import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sweepDashboard } from './sweep-dashboard.ts';
import { sweepsDashboard } from './sweeps-dashboard.ts';

/** The folder that Grafana reads its dashboards from. */
export const dashboardFolder = fileURLToPath(new URL('dashboards', import.meta.url));

export interface DashboardFile {
  readonly path: string;
  readonly text: string;
}

/** Every dashboard as the file that is checked in: the same text on every machine and every run. */
export function dashboardFiles(): DashboardFile[] {
  return Object.entries({ sweeps: sweepsDashboard(), sweep: sweepDashboard() }).map(([name, dashboard]) => ({
    path: join(dashboardFolder, `${name}.json`),
    text: `${JSON.stringify(dashboard.toModel(), null, 2)}\n`,
  }));
}

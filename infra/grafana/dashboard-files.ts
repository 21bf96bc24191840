import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareDashboard } from './compare-dashboard.ts';
import type { GridDashboard } from './grid-dashboard.ts';
import type { Page } from './navigation.ts';
import { operationsDashboard } from './operations-dashboard.ts';
import { readableJson } from './readable-json.ts';
import { signalDashboard } from './signal-dashboard.ts';
import { sweepDashboard } from './sweep-dashboard.ts';
import { sweepsDashboard } from './sweeps-dashboard.ts';
import { trialDashboard } from './trial-dashboard.ts';

/** The folder of the checked-in dashboards. */
export const dashboardFolder = fileURLToPath(new URL('dashboards', import.meta.url));

export interface DashboardFile {
  readonly name: string;
  readonly text: string;
}

export interface DashboardSettings {
  /** Address of the namespace in the Temporal UI that links lead to; null where nobody knows it, and then there are no such links. */
  readonly temporalUi: string | null;
}

/** What the checked-in files are made with: the Temporal UI of a development server. */
const checkedIn: DashboardSettings = { temporalUi: 'http://localhost:8233/namespaces/default' };

export function dashboards({ temporalUi }: DashboardSettings = checkedIn): Readonly<Record<Page, GridDashboard>> {
  return {
    sweeps: sweepsDashboard(),
    sweep: sweepDashboard(),
    signal: signalDashboard(),
    trial: trialDashboard(temporalUi),
    compare: compareDashboard(),
    operations: operationsDashboard(),
  };
}

/** Every dashboard as a file of Grafana's provisioning: the same text on every machine and every run. */
export function dashboardFiles(settings: DashboardSettings = checkedIn): DashboardFile[] {
  return (Object.entries(dashboards(settings)) as [Page, GridDashboard][]).map(([page, dashboard]) => ({
    name: `${page}.json`,
    text: `${readableJson(dashboard.toModel())}\n`,
  }));
}

/** Writes them into a folder, which is made where it is not there. */
export async function writeDashboards(folder: string, settings: DashboardSettings = checkedIn): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(dashboardFiles(settings).map(({ name, text }) => writeFile(join(folder, name), text)));
}

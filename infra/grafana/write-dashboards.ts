// Writes the dashboards' JSON files, which Grafana is provisioned with: `npm run dashboards`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dashboardFiles, dashboardFolder } from './dashboard-files.ts';

mkdirSync(dashboardFolder, { recursive: true });
for (const { path, text } of dashboardFiles()) writeFileSync(path, text);

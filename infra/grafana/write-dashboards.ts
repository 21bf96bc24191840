// Writes the dashboards' JSON files, which Grafana is provisioned with: `npm run dashboards`.
import { dashboardFolder, writeDashboards } from './dashboard-files.ts';

await writeDashboards(dashboardFolder);

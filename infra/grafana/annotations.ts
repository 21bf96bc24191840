import dashGen from 'grafana-dash-gen';
import { datasource } from './sql-query.ts';

const workers = "'workerStarted', 'workerStopped'";
const retries = "'trialRetried', 'trialResumed'";

/** Every kind of event is in one of them, those too that are younger than this file. */
const marks = [
  { name: 'pauses and orders', colour: 'blue', kinds: `NOT IN (${workers}, ${retries})` },
  { name: 'workers', colour: 'orange', kinds: `IN (${workers})` },
  { name: 'retries', colour: 'red', kinds: `IN (${retries})` },
] as const;

/**
 * Pauses and orders, workers that come and go, and trials that are tried again, as marks on everything that is drawn over time. By way of the library's Graphite
 * annotation, which keeps any target; Grafana reads a SQL query from it.
 */
export function eventAnnotations(): InstanceType<typeof dashGen.Annotations.Graphite>[] {
  return marks.map(({ name, colour, kinds }) => {
    const rawSql = `SELECT at AS time, detail AS text, kind AS tags
FROM dashboard_event
WHERE $__timeFilter(at) AND kind ${kinds}
ORDER BY at
LIMIT 200`;
    return new dashGen.Annotations.Graphite({
      name,
      datasource: datasource as unknown as string,
      iconColor: colour,
      enable: true,
      target: {
        refId: 'Anno',
        datasource,
        rawSql,
        rawQuery: true,
        format: 'table',
        editorMode: 'code',
      } as unknown as string,
    });
  });
}

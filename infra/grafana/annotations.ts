import dashGen from 'grafana-dash-gen';
import { datasource } from './sql-query.ts';

const restarts = "'workerStarted', 'workerStopped', 'trialResumed'";
const faults = "'attemptLost', 'fault'";

/** Every kind of event is in one of them, those too that are younger than this file. */
const marks = [
  { name: 'pauses and orders', colour: 'blue', kinds: `NOT IN (${restarts}, ${faults})` },
  { name: 'restarts', colour: 'orange', kinds: `IN (${restarts})` },
  { name: 'faults', colour: 'red', kinds: `IN (${faults})` },
] as const;

/**
 * Pauses, restarts and faults as marks on everything that is drawn over time. By way of the library's Graphite
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

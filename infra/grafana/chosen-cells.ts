import { quoted } from './sql-query.ts';

/** Condition on the views by cell: the sweep, activation, depth and setting that the dashboard's variables choose. */
export const chosenNetwork = `sweep_id = ${quoted('sweep')} AND activation = ${quoted('activation')}
  AND depth::text = ${quoted('depth')} AND setting = ${quoted('setting')}`;

/** Condition: one of the chosen initializers; an array, since Grafana writes no value at all when there is none to choose. */
export const chosenInitializers = `initializer = ANY (ARRAY[${quoted('initializer')}]::text[])`;

/**
 * One line of the doctor's report. good: works; note: works without it, or worth knowing; bad: sweeps cannot run (well) until `mend` is done.
 */
export interface Finding {
  readonly subject: string;
  readonly state: 'good' | 'note' | 'bad';
  readonly detail: string;
  readonly mend?: string;
}

/** A process that trained a trial ended, or hung until it was killed, and the trial was not told to leave. */
export interface Death {
  readonly worker: string;
  /** The process trained nothing but this trial. */
  readonly alone: boolean;
  /** The worker lived on and saw its trainer die; else the worker itself was heard of no more. */
  readonly seen: boolean;
}

/** `quarantined`: never again, until a person asks for it. */
export type Treatment = 'stacked' | 'alone' | 'quarantined';

/** So many deaths may be a neighbour's fault, or a machine's; after them, and after one alone, a trial is trained in a process of its own. */
const deathsAmongOthers = 2;
/**
 * Points against a trial that convict it. A trainer process that died with nothing but this trial in it gives two: no other trial can have
 * done it. A worker that was heard of no more while it trained the trial alone gives one: machines die, too.
 */
const pointsToConvict = 6;

/**
 * What is to become of a trial with these deaths. A trial whose neighbours kill their trainer processes is never quarantined for it, for what died
 * with neighbours gives no point; one that kills its own is after two deaths among others and three alone.
 */
export function treatmentOf(deaths: readonly Death[]): Treatment {
  if (deaths.length < deathsAmongOthers && !deaths.some(({ alone }) => alone)) return 'stacked';
  const points = deaths.reduce((sum, { alone, seen }) => sum + (alone ? (seen ? 2 : 1) : 0), 0);
  return points < pointsToConvict ? 'alone' : 'quarantined';
}

/** For a person: what a quarantined trial did, where, and what to do. */
export function quarantineReason(deaths: readonly Death[]): string {
  const alone = deaths.filter((death) => death.alone).length;
  const workers = [...new Set(deaths.map(({ worker }) => worker))].join(', ');
  return (
    `quarantined: ${deaths.length} processes died while they trained it, ${alone} of them with no other trial ` +
    `(workers: ${workers}). Find the cause in those workers' logs and mend it; the update retryFailed tries it again.`
  );
}

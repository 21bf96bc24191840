import picocolors from 'picocolors';
import { backendFindings } from '../doctor/backend-findings.ts';
import { checkpointFindings } from '../doctor/checkpoint-findings.ts';
import { databaseFindings } from '../doctor/database-findings.ts';
import type { Finding } from '../doctor/finding.ts';
import { machineFindings } from '../doctor/machine-findings.ts';
import { settingsFindings } from '../doctor/settings-findings.ts';
import { temporalFindings } from '../doctor/temporal-findings.ts';
import { exitCodes } from '../explain.ts';

const marks = { good: picocolors.green('ok  '), note: picocolors.yellow('note'), bad: picocolors.red('bad ') };

/** `initsweep doctor`: exit code 0 when nothing is bad, else that of a machine that needs mending. */
export async function doctorCommand(): Promise<number> {
  const environment = process.env;
  const settings = settingsFindings(environment);
  const usable = settings.every(({ state }) => state !== 'bad');
  const findings = [
    ...(await machineFindings(environment)),
    ...(await backendFindings(environment)),
    ...(await databaseFindings(environment)),
    ...(await checkpointFindings(environment)),
    ...settings,
    // With settings that mislead, an answer about the server would mislead too.
    ...(usable ? await temporalFindings(environment) : []),
  ];
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  for (const finding of findings) console.log(describe(finding, width));
  const bad = findings.filter(({ state }) => state === 'bad').length;
  console.log(bad === 0 ? '\nNothing stands in the way of a sweep.' : `\n${bad} to mend.`);
  return bad === 0 ? exitCodes.done : exitCodes.machine;
}

function describe({ subject, state, detail, mend }: Finding, width: number): string {
  const line = `${marks[state]}  ${subject.padEnd(width)}  ${detail}`;
  return mend === undefined ? line : `${line}\n${' '.repeat(width + 8)}-> ${mend}`;
}

import type { BackendName } from '../../training/backend.ts';
import { backendNames, chooseBackend } from '../../training/backends/choose-backend.ts';
import type { Finding } from './finding.ts';

/** Which backends work, and which one a training worker would take, and why. */
export async function backendFindings(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const choice = environment['SWEEP_BACKEND'] || 'auto';
  const findings: Finding[] = [];
  for (const name of backendNames) findings.push(await tryBackend(name));
  try {
    const { backend, why } = await chooseBackend(choice);
    findings.push({ subject: 'backend chosen', state: 'good', detail: `${backend.name}: ${why}` });
    await backend.dispose();
  } catch (error) {
    findings.push({
      subject: 'backend chosen',
      state: 'bad',
      detail: (error as Error).message,
      mend: 'unset SWEEP_BACKEND to take the best that works',
    });
  }
  return findings;
}

async function tryBackend(name: BackendName): Promise<Finding> {
  const subject = `backend ${name}`;
  try {
    const { backend } = await chooseBackend(name);
    await backend.dispose();
    return { subject, state: 'good', detail: backend.description };
  } catch (error) {
    return { subject, state: 'note', detail: (error as Error).message };
  }
}

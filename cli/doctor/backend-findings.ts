import type { BackendName } from '../../training/backend.ts';
import { backendNames } from '../../training/backends/choose-backend.ts';
import { findOnPath } from '../../infra/local/find-on-path.ts';
import { packageVariables, thisPlatform } from '../../infra/tfjs-native/prefix.ts';
import { releaseFor } from '../../infra/tfjs-native/release.ts';
import { askChild } from '../ask-child.ts';
import type { Finding } from './finding.ts';
import type { BackendTrial } from './try-backend.ts';

const limitMs = 120_000;

/** Which backends work, and which one a training worker would take, and why. */
export async function backendFindings(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const each = backendNames.map(async (name): Promise<Finding> => {
    const tried = await tryBackend(name, environment);
    const subject = `backend ${name}`;
    if (!('problem' in tried)) return { subject, state: 'good', detail: tried.description };
    const mend = await mendOf(name, environment);
    return { subject, state: 'note', detail: tried.problem, ...(mend === null ? {} : { mend }) };
  });
  const chosen = await tryBackend(environment['SWEEP_BACKEND'] || 'auto', environment);
  const subject = 'backend chosen';
  return [
    ...(await Promise.all(each)),
    'problem' in chosen
      ? { subject, state: 'bad', detail: chosen.problem, mend: 'unset SWEEP_BACKEND to take the best that works' }
      : { subject, state: 'good', detail: `${chosen.name}: ${chosen.why}` },
  ];
}

async function tryBackend(choice: string, environment: NodeJS.ProcessEnv): Promise<BackendTrial> {
  const file = new URL('./try-backend.ts', import.meta.url);
  try {
    return await askChild<BackendTrial>(file, [choice], environment, limitMs);
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

async function mendOf(name: BackendName, environment: NodeJS.ProcessEnv): Promise<string | null> {
  if (name === 'simd')
    return 'for training at more than twice the speed of wasm, install gcc or clang, or name one in CC';
  return (await canInstall(name, environment)) ? `npx initsweep install ${name}` : null;
}

/** Whether `install` offers what this backend lacks; without a GPU nothing that it could install helps cuda. */
async function canInstall(name: BackendName, environment: NodeJS.ProcessEnv): Promise<boolean> {
  if (name !== 'native' && name !== 'cuda') return false;
  if (environment[packageVariables[name]] || 'reason' in releaseFor(name, thisPlatform)) return false;
  return name === 'native' || (await findOnPath('nvidia-smi', environment)) !== null;
}

import { availableParallelism } from 'node:os';
import type { PythonPeer } from '../peers/install-peers.ts';
import type { ContenderKind } from './contender.ts';
import { initsweep } from './own.ts';
import { pythonContender, type PythonContender } from './python-contender.ts';

const optuna: PythonPeer = {
  name: 'Optuna',
  requirements: ['optuna==5.0.0', 'sqlalchemy==2.1.9', 'psycopg2-binary==2.9.13'],
};
const ray: PythonPeer = { name: 'Ray Tune', requirements: ['ray==2.60.0', 'ray[tune]==2.60.0'] };

const optunaOnPostgres = {
  peer: optuna,
  script: 'optuna_peer.py',
  afterKill: 'stay running for ever, unless heartbeats are asked for',
} satisfies Partial<PythonContender>;

const rayConcurrency = 16;

const rayTune = {
  peer: ray,
  script: 'ray_peer.py',
  // It has a process for each trial in flight: with 64 of them, runs on 2 cores and 24 GB ended half way without a message.
  atMost: rayConcurrency,
  afterKill: 'tried again if FailureConfig says so; none when the driver dies, until a person restores it',
} satisfies Partial<PythonContender>;

/** Everything that is measured, in order. */
export const kinds: readonly ContenderKind[] = [
  initsweep,
  pythonContender({ ...optunaOnPostgres, system: 'Optuna, one process', options: { processes: 1 } }),
  pythonContender({
    ...optunaOnPostgres,
    system: 'Optuna, a process a core',
    options: { processes: availableParallelism() },
  }),
  { ...initsweep, system: 'initsweep, as many at once as Ray Tune', atMost: rayConcurrency },
  pythonContender({ ...rayTune, system: 'Ray Tune', options: { files: true } }),
  pythonContender({ ...rayTune, system: 'Ray Tune, without its loggers', options: { files: false } }),
];

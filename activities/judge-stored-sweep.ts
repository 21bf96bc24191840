import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClaimInput } from '../core/claims/claim.ts';
import { MachineError } from '../core/errors.ts';
import type { Judgement } from '../core/judgement/judge-sweep.ts';
import type { SweepStore } from '../storage/sweep-store.ts';

/**
 * Judges a sweep by the trials that the store holds of it, and keeps the judgement unless the one that is there rests on the same.
 * Throws what the store throws, and MachineError when the judging process dies.
 */
export async function judgeStoredSweep(store: SweepStore, sweepId: string): Promise<Judgement> {
  // Asked for first: a trial that ends meanwhile makes the judgement stale, never wrongly fresh.
  const { current, judgedOn } = await store.evidence(sweepId);
  const { spec } = await store.readSweep(sweepId);
  const trials = await store.probedOutcomes(sweepId);
  const judgement = await judgeApart({ trials, target: spec.training.target });
  if (judgedOn !== current) await store.storeJudgement(sweepId, current, judgement);
  return judgement;
}

function judgeApart(input: ClaimInput): Promise<Judgement> {
  const child = fork(fileURLToPath(new URL('judgement-child.ts', import.meta.url)), [], {
    execArgv: ['--import', import.meta.resolve('tsx')],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (judgement) => resolve(judgement as Judgement));
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new MachineError(`The process that judges a sweep ended without an answer (${signal ?? code}).`)),
    );
    child.send(input, (error) => error && reject(error));
  });
}

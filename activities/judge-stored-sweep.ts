import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClaimInput } from '../core/claims/claim.ts';
import { MachineError } from '../core/errors.ts';
import type { Judgement } from '../core/judgement/judge-sweep.ts';
import type { ProbedOutcome, SweepStore } from '../storage/sweep-store.ts';

/**
 * Judges a sweep by the trials that the store holds of it, and keeps the judgement unless the one that is there rests on the same.
 * Throws what the store throws, and MachineError when the judging process dies.
 */
export async function judgeStoredSweep(store: SweepStore, sweepId: string): Promise<Judgement> {
  // Asked for first: a trial that ends meanwhile makes the judgement stale, never wrongly fresh.
  const { current, judgedOn } = await store.evidence(sweepId);
  const { spec } = await store.readSweep(sweepId);
  const judgement = await judgeApart(store, sweepId, spec.training.target);
  if (judgedOn !== current) await store.storeJudgement(sweepId, current, judgement);
  return judgement;
}

/** What the judging process gets: pages of trials, then the target and how many they were, and with it the word to begin. */
export type JudgingMessage =
  readonly ProbedOutcome[] | { readonly target: ClaimInput['target']; readonly trialCount: number };

async function judgeApart(store: SweepStore, sweepId: string, target: ClaimInput['target']): Promise<Judgement> {
  const child = fork(fileURLToPath(new URL('judgement-child.ts', import.meta.url)), [], {
    execArgv: ['--import', import.meta.resolve('tsx')],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const judgement = new Promise<Judgement>((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Judgement));
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new MachineError(`The process that judges a sweep ended without an answer (${signal ?? code}).`)),
    );
  });
  // Resolves when it is sent, so that no more than a page waits here. Where it cannot be, the process has ended, and that is what is told.
  const send = (message: JudgingMessage): Promise<void> =>
    new Promise((resolve) => child.send(message, () => resolve()));
  const hand = async (): Promise<void> => {
    let trialCount = 0;
    for (let after = -1; child.connected;) {
      const page = await store.probedPage(sweepId, after);
      if (page.length === 0) return send({ target, trialCount });
      await send(page);
      trialCount += page.length;
      after = page.at(-1)!.number;
    }
  };
  try {
    const [answer] = await Promise.all([judgement, hand()]);
    return answer;
  } finally {
    child.kill();
  }
}

import { BugError, MachineError } from '../../core/errors.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import type { Trainer, TrialJob } from '../trainer.ts';
import { startTrainerProcess } from './trainer-process.ts';
import type { TrainerSettings } from './protocol.ts';

/**
 * A Trainer over trainer processes, one for each of the settings. Throws what startTrainerProcess throws; then none is left running.
 *
 * A new trial goes to a process that trains its shape already (their stack does more work in a step), as long as that one holds
 * at most twice as many trials as the least busy process; otherwise to the least busy one. So no process idles while
 * another has trials to share. One that is to be trained alone gets a process beside them, which ends with it.
 */
export async function startTrainerPool(settings: readonly TrainerSettings[], silenceMs?: number): Promise<Trainer> {
  const started = await Promise.allSettled(settings.map((each) => startTrainerProcess(each, silenceMs)));
  const trainers = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failure = started.find((start) => start.status === 'rejected');
  if (failure) {
    await Promise.all(trainers.map((trainer) => trainer.close()));
    throw failure.reason;
  }
  const { backend } = trainers[0]!.info;
  // Not `auto` again: the trials' keys name this arithmetic.
  const alone = { ...settings[0]!, backend: backend as TrainerSettings['backend'] };
  return poolTrainers(trainers, () => startTrainerProcess(alone, silenceMs));
}

/** The pool's rule over trainers that run already; `close` closes them, and what `startAlone` has started for one trial. */
export function poolTrainers(trainers: readonly Trainer[], startAlone: () => Promise<Trainer>): Trainer {
  const [first] = trainers;
  if (!first) throw new BugError('a pool needs at least one trainer');
  const members: Member[] = trainers.map((trainer) => ({ trainer, shapes: [] }));
  const lone = new Set<Trainer>();
  let isClosed = false;

  const trainAlone = async (job: TrialJob, train: TrainBy): ReturnType<Trainer['train']> => {
    let trainer: Trainer;
    try {
      trainer = await startAlone();
    } catch (error) {
      return [{ id: job.id, error: error as Error }];
    }
    lone.add(trainer);
    try {
      if (isClosed) throw new MachineError('The trainer is closed.');
      const { arithmetic } = trainer.info;
      if (arithmetic === first.info.arithmetic) return await train(trainer);
      return [{ id: job.id, error: new MachineError(`A trainer came with other arithmetic: ${arithmetic}.`) }];
    } finally {
      await trainer.close();
      lone.delete(trainer);
    }
  };

  return {
    get info() {
      const { description } = first.info;
      return {
        ...first.info,
        description: trainers.length === 1 ? description : `${trainers.length} x ${description}`,
        places: trainers.reduce((sum, { info }) => sum + info.places, 0),
      };
    },

    inspect: (dataset) => first.inspect(dataset),

    async train(jobs, onProgress, signal, checkpointing, askAtRung) {
      signal.throwIfAborted();
      const outcomes = await Promise.allSettled(
        jobs.map(async (job) => {
          const train: TrainBy = (trainer) => trainer.train([job], onProgress, signal, checkpointing, askAtRung);
          if (job.alone) return trainAlone(job, train);
          const shape = shapeKey(job.config);
          const member = choose(members, shape);
          member.shapes.push(shape);
          try {
            return await train(member.trainer);
          } finally {
            member.shapes.splice(member.shapes.indexOf(shape), 1);
          }
        }),
      );
      return outcomes.flatMap((outcome) => {
        if (outcome.status === 'rejected') throw outcome.reason;
        return outcome.value;
      });
    },

    async close() {
      isClosed = true;
      await Promise.all([...trainers, ...lone].map((trainer) => trainer.close()));
    },
  };
}

/** Has a trainer train one job of a call. */
type TrainBy = (trainer: Trainer) => ReturnType<Trainer['train']>;

interface Member {
  readonly trainer: Trainer;
  /** Shapes of the trials it holds, one entry a trial. */
  readonly shapes: string[];
}

function choose(members: readonly Member[], shape: string): Member {
  const byLoad = members.toSorted((a, b) => a.shapes.length - b.shapes.length);
  const leastBusy = byLoad[0]!;
  const mate = byLoad.find(({ shapes }) => shapes.includes(shape));
  return mate && mate.shapes.length <= 2 * leastBusy.shapes.length ? mate : leastBusy;
}

function shapeKey(config: TrialConfig): string {
  const { network, normalization, depth, width, activation, loss, batchSize, optimizer, dataset } = config;
  return JSON.stringify([network, normalization, depth, width, activation, loss, batchSize, optimizer.name, dataset]);
}

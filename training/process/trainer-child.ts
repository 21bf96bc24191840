/** The trainer process: a stacked trainer behind the protocol. Started by trainer-process.ts; ends when its parent does. */
import { chooseBackend } from '../backends/choose-backend.ts';
import { loadDataset } from '../datasets/load-dataset.ts';
import { createTrainer } from '../stacked-trainer.ts';
import type { RungAnswer, RungQuestion, Trainer, TrialCheckpoint, TrialProgress } from '../trainer.ts';
import { endWithParent } from './end-with-parent.ts';
import type { Answer, Request, TrainerSettings } from './protocol.ts';
import { fromWire, toWire } from './wire-error.ts';

// The parent decides when to stop. A terminal's Ctrl-C and a service manager's SIGTERM reach the whole group, and the
// parent wants to end its trials in order first; when it is gone, however it went, the channel closes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit());
endWithParent();

const outbox: Answer[] = [];

/** Answers of one turn of the event loop travel together, in order. */
function answer(message: Answer): void {
  if (outbox.push(message) > 1) return;
  setImmediate(() => {
    if (trainer && trainer.info.places !== places) {
      places = trainer.info.places;
      outbox.push({ kind: 'places', places });
    }
    process.send?.(outbox.splice(0));
  });
}

/** A hang of native code stops this, and so do trials that make no headway: the parent then ends the process. */
const aliveIntervalMs = 1_000;
let isMoving = false;
setInterval(() => {
  if (isMoving) answer({ kind: 'alive' });
  isMoving = false;
}, aliveIntervalMs).unref();

let trainer: Trainer | null = null;
/** As the parent was told last. */
let places = 0;
/** By call, as long as it lasts. */
const aborts = new Map<number, AbortController>();
const handOvers = new Map<number, AbortController>();
/** Takers of answers, by call and trial. */
const questions = new Map<number, Map<string, (answer: RungAnswer | Error) => void>>();

function ask(call: number, question: RungQuestion): Promise<RungAnswer> {
  answer({ kind: 'rung', call, question });
  return new Promise((resolve, reject) => {
    questions.get(call)?.set(question.id, (told) => (told instanceof Error ? reject(told) : resolve(told)));
  });
}

async function start({ backend: choice, datasetFolder }: TrainerSettings): Promise<void> {
  try {
    const { backend, why } = await chooseBackend(choice);
    trainer = createTrainer(backend, (spec) => loadDataset(spec, { datasetFolder }), {
      onTurn: () => (isMoving = true),
    });
    const { info } = trainer;
    places = info.places;
    answer({ kind: 'ready', info: { ...info, description: `${info.description}; ${why}` } });
  } catch (error) {
    answer({ kind: 'notReady', error: toWire(error) });
  }
}

async function train(
  current: Trainer,
  { call, jobs, checkpointIntervalMs }: Extract<Request, { kind: 'train' }>,
  signal: AbortSignal,
): Promise<void> {
  const checkpointing =
    checkpointIntervalMs === null
      ? undefined
      : {
          intervalMs: checkpointIntervalMs,
          onCheckpoint: (checkpoint: TrialCheckpoint) => answer({ kind: 'checkpoint', call, checkpoint }),
          handOver: handOvers.get(call)!.signal,
        };
  const onProgress = (progress: TrialProgress): void => answer({ kind: 'progress', call, progress });
  const outcomes = await current.train(jobs, onProgress, signal, checkpointing, (question) => ask(call, question));
  answer({
    kind: 'trained',
    call,
    outcomes: outcomes.map((outcome) =>
      'error' in outcome ? { id: outcome.id, error: toWire(outcome.error) } : outcome,
    ),
  });
}

async function handle(request: Request): Promise<void> {
  if (request.kind === 'start') return start(request.settings);
  if (!trainer) throw new Error(`trainer process got ${request.kind} before it was ready`);
  switch (request.kind) {
    case 'abort':
      aborts.get(request.call)?.abort();
      return;
    case 'handOver':
      handOvers.get(request.call)?.abort();
      return;
    case 'rungAnswer': {
      const { call, id, answer: told } = request;
      questions.get(call)?.get(id)?.('error' in told ? fromWire(told.error) : told);
      return;
    }
    case 'close':
      await trainer.close();
      process.disconnect();
      return;
    case 'train':
    case 'inspect': {
      const { call } = request;
      const abort = new AbortController();
      aborts.set(call, abort);
      handOvers.set(call, new AbortController());
      questions.set(call, new Map());
      try {
        if (request.kind === 'train') await train(trainer, request, abort.signal);
        else answer({ kind: 'inspected', call, facts: await trainer.inspect(request.dataset) });
      } catch (error) {
        answer({ kind: 'failed', call, error: toWire(error) });
      } finally {
        aborts.delete(call);
        handOvers.delete(call);
        questions.delete(call);
      }
    }
  }
}

// What handle throws is a broken protocol: the process ends with it, and the parent tells its trials.
process.on('message', (request: Request) => void handle(request));

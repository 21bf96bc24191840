// The trainer beside the event loop: its process, the protocol, the pool. What training is lives one folder up.
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BugError, MachineError, TrainerCrashError } from '../../core/errors.ts';
import type {
  AskAtRung,
  Checkpointing,
  DatasetFacts,
  RungQuestion,
  Trainer,
  TrainerInfo,
  TrialOutcome,
  TrialProgress,
} from '../trainer.ts';
import type { Answer, Request, TrainerSettings } from './protocol.ts';
import { fromWire, toWire } from './wire-error.ts';

/** A Trainer in a process of its own. */
export interface TrainerProcess extends Trainer {
  /** Of the process that runs at the moment; null between a death and the next call. */
  readonly pid: number | null;
}

/** How long a closing process may take before it is killed, ms. */
const closeGraceMs = 5_000;
/** Far longer than a piece of work takes (about 150 ms; one step of the largest networks some seconds), ms. */
const defaultSilenceMs = 300_000;
/** Silence is counted in so many ticks: a process that was stopped itself for a while must not take its trainer for silent. */
const ticksOfSilence = 10;

const childEntry = fileURLToPath(new URL('trainer-child.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A call that waits for its answer. */
interface PendingCall {
  onAnswer(answer: Answer): void;
  /** The process died. */
  onDeath(error: MachineError): void;
}

interface RunningChild {
  readonly process: ChildProcess;
  /** It was asked to end. */
  isClosing: boolean;
  /** Its places as it told them last. */
  info: TrainerInfo;
  readonly pending: Map<number, PendingCall>;
  readonly exited: Promise<void>;
}

/**
 * Starts a trainer beside the event loop. A call's trials get a TrainerCrashError when the process dies, by whatever cause, and
 * the next call starts a fresh process with the same backend. One that has calls and neither answers nor does a piece of work for
 * `silenceMs` hangs, and is killed. The process ignores the terminal's signals and ends when this one does, also when
 * this one is killed.
 *
 * Throws UserError when the backend asked for cannot be had, MachineError when the process does not start.
 */
export async function startTrainerProcess(
  settings: TrainerSettings,
  silenceMs = defaultSilenceMs,
): Promise<TrainerProcess> {
  let calls = 0;
  let closed = false;
  const first = await startChild(settings, silenceMs);
  let { info } = first;
  let child: RunningChild | null = null;
  let starting: Promise<RunningChild> | null = null;
  adopt(first);

  function adopt(started: RunningChild): RunningChild {
    child = started;
    void started.exited.then(() => {
      if (child === started) child = null;
    });
    return started;
  }

  async function restart(): Promise<RunningChild> {
    // Not `auto` again: the trials' keys name this arithmetic.
    const started = await startChild({ ...settings, backend: info.backend as TrainerSettings['backend'] }, silenceMs);
    if (started.info.arithmetic !== info.arithmetic) {
      started.process.kill('SIGKILL');
      throw new MachineError(`The trainer came back with other arithmetic: ${started.info.arithmetic}.`);
    }
    return adopt(started);
  }

  async function runningChild(): Promise<RunningChild> {
    if (closed) throw new MachineError('The trainer is closed.');
    if (child) return child;
    starting ??= restart().finally(() => (starting = null));
    return starting;
  }

  return {
    get info() {
      if (child) info = { ...info, places: child.info.places };
      return info;
    },

    get pid() {
      return child?.process.pid ?? null;
    },

    async inspect(dataset) {
      const running = await runningChild();
      return new Promise<DatasetFacts>((resolve, reject) => {
        const call = calls++;
        ask(running, call, { kind: 'inspect', call, dataset }, (answer) => {
          if (answer.kind === 'inspected') resolve(answer.facts);
          else reject(answer.kind === 'failed' ? fromWire(answer.error) : unexpected(answer));
        }, reject); // prettier-ignore
      });
    },

    async train(jobs, onProgress, signal, checkpointing, askAtRung) {
      signal.throwIfAborted();
      if (closed) throw new MachineError('The trainer is closed.');
      let running: RunningChild;
      try {
        running = await runningChild();
      } catch (error) {
        return jobs.map(({ id }) => ({ id, error: error as Error }));
      }
      signal.throwIfAborted();
      const call = calls++;
      const abort = (): void => send(running, { kind: 'abort', call });
      const handOver = (): void => send(running, { kind: 'handOver', call });
      signal.addEventListener('abort', abort);
      checkpointing?.handOver?.addEventListener('abort', handOver);
      try {
        const checkpointIntervalMs = checkpointing?.intervalMs ?? null;
        const request: TrainRequest = { kind: 'train', call, jobs, checkpointIntervalMs };
        const listener = { onProgress, onCheckpoint: checkpointing?.onCheckpoint, askAtRung };
        const outcomes = trainIn(running, request, listener, signal);
        if (checkpointing?.handOver?.aborted) handOver();
        return await outcomes;
      } finally {
        signal.removeEventListener('abort', abort);
        checkpointing?.handOver?.removeEventListener('abort', handOver);
      }
    },

    async close() {
      closed = true;
      const running = child ?? (await starting?.catch(() => null));
      if (!running) return;
      running.isClosing = true;
      send(running, { kind: 'close' });
      const timer = setTimeout(() => running.process.kill('SIGKILL'), closeGraceMs);
      await running.exited;
      clearTimeout(timer);
    },
  };
}

type TrainRequest = Extract<Request, { kind: 'train' }>;

/** Who hears of the trials of a call. */
interface CallListener {
  readonly onProgress: (progress: TrialProgress) => void;
  readonly onCheckpoint: Checkpointing['onCheckpoint'] | undefined;
  readonly askAtRung: AskAtRung | undefined;
}

function trainIn(
  running: RunningChild,
  request: TrainRequest,
  { onProgress, onCheckpoint, askAtRung }: CallListener,
  signal: AbortSignal,
): Promise<readonly TrialOutcome[]> {
  const answerQuestion = async (question: RungQuestion): Promise<void> => {
    const { call } = request;
    const { id } = question;
    try {
      if (!askAtRung) throw new BugError('a trial with rungs was given nobody to ask', { ...question });
      send(running, { kind: 'rungAnswer', call, id, answer: await askAtRung(question) });
    } catch (error) {
      send(running, { kind: 'rungAnswer', call, id, answer: { error: toWire(error) } });
    }
  };
  return new Promise((resolve, reject) => {
    const end = (outcomes: () => readonly TrialOutcome[]): void => {
      if (signal.aborted) reject(signal.reason as Error);
      else resolve(outcomes());
    };
    ask(
      running,
      request.call,
      request,
      (answer) => {
        if (answer.kind === 'progress') {
          if (!signal.aborted) onProgress(answer.progress);
        } else if (answer.kind === 'checkpoint') {
          if (!signal.aborted) onCheckpoint?.(answer.checkpoint);
        } else if (answer.kind === 'rung') {
          if (!signal.aborted) void answerQuestion(answer.question);
        } else if (answer.kind === 'trained') {
          end(() => answer.outcomes.map((o) => ('error' in o ? { id: o.id, error: fromWire(o.error) } : o)));
        } else if (answer.kind === 'failed') {
          end(() => request.jobs.map(({ id }) => ({ id, error: fromWire(answer.error) })));
        } else {
          reject(unexpected(answer));
        }
      },
      (death) => end(() => request.jobs.map(({ id }) => ({ id, error: death }))),
    );
  });
}

function ask(
  running: RunningChild,
  call: number,
  request: Request,
  onAnswer: PendingCall['onAnswer'],
  onDeath: PendingCall['onDeath'],
): void {
  running.pending.set(call, { onAnswer, onDeath });
  send(running, request);
}

/** A channel that is closed already means a death that is about to be told to all that wait, so its error says nothing new. */
function send(running: RunningChild, request: Request): void {
  running.process.send(request, () => {});
}

/** Whether its call goes on after it. */
function isOnTheWay({ kind }: Answer): boolean {
  return kind === 'progress' || kind === 'checkpoint' || kind === 'rung';
}

function unexpected(answer: Answer): BugError {
  return new BugError(`trainer process answered out of turn: ${answer.kind}`);
}

function startChild(settings: TrainerSettings, silenceMs: number): Promise<RunningChild> {
  const child = fork(childEntry, [], {
    execArgv: ['--import', tsx],
    env: settings.gpu === undefined ? process.env : { ...process.env, CUDA_VISIBLE_DEVICES: settings.gpu },
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const name = randomUUID();
  const pending = new Map<number, PendingCall>();
  let running: RunningChild | null = null;
  let silentTicks = 0;
  const watchdog = setInterval(() => {
    silentTicks = pending.size === 0 ? 0 : silentTicks + 1;
    if (silentTicks > ticksOfSilence) child.kill('SIGKILL');
  }, silenceMs / ticksOfSilence);
  return new Promise((resolve, reject) => {
    const exited = new Promise<void>((exit) => {
      const died = (how: string): void => {
        clearInterval(watchdog);
        const message = `The trainer process ${child.pid ?? ''} ${how}.`;
        const error = running?.isClosing === false ? new TrainerCrashError(message, name) : new MachineError(message);
        for (const call of pending.values()) call.onDeath(error);
        pending.clear();
        reject(error);
        exit();
      };
      child.once('error', (error) => died(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => {
        if (silentTicks > ticksOfSilence) died(`was killed: it did nothing for ${silenceMs / 1000} s`);
        else died(signal ? `was ended by ${signal}` : `ended with exit code ${code}`);
      });
    });
    child.on('message', (answers: Answer[]) => {
      silentTicks = 0;
      for (const answer of answers) {
        if (answer.kind === 'alive') continue;
        if (answer.kind === 'ready') {
          running = { process: child, isClosing: false, info: answer.info, pending, exited };
          resolve(running);
        } else if (answer.kind === 'notReady') {
          reject(fromWire(answer.error));
          child.disconnect();
        } else if (answer.kind === 'places') {
          if (running) running.info = { ...running.info, places: answer.places };
        } else {
          const call = pending.get(answer.call);
          if (!isOnTheWay(answer)) pending.delete(answer.call);
          call?.onAnswer(answer);
        }
      }
    });
    child.send({ kind: 'start', settings } satisfies Request, () => {});
  });
}

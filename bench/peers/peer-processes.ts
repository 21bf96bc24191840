import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MachineError } from '../../core/errors.ts';
import type { Measurement, Processes } from './contender.ts';
import { onCore } from './cores.ts';
import { peerEnvironment } from './peer-environment.ts';
import { batchSize, distinctTrials, type Work } from './work.ts';

/** How a peer's process is started; it answers lines of JSON on standard input with lines on standard output. */
export interface PeerCommand {
  readonly command: readonly string[];
  /** Folder of the work, see exportWork. */
  readonly folderOf: (work: Work) => string;
}

type Request =
  | { readonly kind: 'prepare'; readonly work: object; readonly stack: number }
  | { readonly kind: 'run'; readonly stack: number; readonly trials: readonly number[] };

interface PeerProcess {
  readonly pid: number;
  ask<Answer>(request: Request): Promise<Answer>;
  close(): Promise<void>;
}

/** `count` processes of a peer with `threads` threads each; those with one thread have a core of their own. */
export async function startPeerProcesses(peer: PeerCommand, count: number, threads: number): Promise<Processes> {
  const started = performance.now();
  const starts = Array.from({ length: count }, (_, core) => {
    return startPeer(threads === 1 ? onCore(core, peer.command) : peer.command, threads);
  });
  const processes = await Promise.all(starts);
  const startSeconds = (performance.now() - started) / 1_000;

  return {
    pids: processes.map(({ pid }) => pid),
    startSeconds,

    async prepare(work, stack) {
      const request = {
        kind: 'prepare',
        work: { ...work, batchSize, distinctTrials, folder: peer.folderOf(work) },
        stack: Math.ceil(stack / count),
      } as const;
      const answers = await Promise.all(processes.map((process) => process.ask<{ seconds: number }>(request)));
      return Math.max(...answers.map(({ seconds }) => seconds));
    },

    async run(_work, stack, trials) {
      const answers = await Promise.all(
        processes.map((process, index) => {
          const own = Array.from({ length: trials }, (_, trial) => trial).filter((trial) => trial % count === index);
          return process.ask<Measurement>({ kind: 'run', stack: Math.ceil(stack / count), trials: own });
        }),
      );
      const interleaved = Array.from({ length: distinctTrials }, (_, trial) => {
        return answers[trial % count]?.losses[Math.floor(trial / count)];
      });
      return {
        seconds: Math.max(...answers.map(({ seconds }) => seconds)),
        losses: interleaved.filter((losses) => losses !== undefined),
      };
    },

    async close() {
      await Promise.all(processes.map((process) => process.close()));
    },
  };
}

async function startPeer([file, ...args]: readonly string[], threads: number): Promise<PeerProcess> {
  const child = spawn(file!, args, {
    env: { ...peerEnvironment(), PEER_THREADS: String(threads), OMP_NUM_THREADS: String(threads) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-2_000)));
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) {
      await exited;
      const lines = errors.trim().split('\n');
      throw new MachineError(
        `${args.at(-1)} ended: ${lines.findLast((text) => /^\w*Error\b/.test(text)) ?? lines.at(-1)}`,
      );
    }
    return value;
  };
  child.stdin.on('error', () => {});
  await answer();
  return {
    pid: child.pid!,
    async ask<Answer>(request: Request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return JSON.parse(await answer()) as Answer;
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

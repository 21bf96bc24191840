import { spawn } from 'node:child_process';

export interface RunToolOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly folder?: string;
}

const shownLines = 20;

/**
 * Runs a program to its end and answers what it printed; an abort ends what it started too. Throws an Error that
 * closes with its last lines when it fails.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  { environment, signal, folder }: RunToolOptions,
): Promise<string> {
  signal.throwIfAborted();
  // A process group of its own: compilers would outlive node-gyp, and write where we are clearing up.
  const child = spawn(command, args, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', kill, { once: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (output += part));
  }
  try {
    const ending = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signalName) => resolve(code === null ? `by ${signalName}` : `with ${code}`));
    });
    signal.throwIfAborted();
    if (ending === 'with 0') return output;
    const lastLines = output.trim().split('\n').slice(-shownLines).join('\n');
    throw new Error(`it ended ${ending}. Its last lines:\n${lastLines}`);
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const shownLines = 10;

/**
 * Runs one of our files in a process of its own, and answers the one message that it sends: what loads a native library may end its
 * process, and keeps others like it from loading. Throws an Error with the last lines of its output when none comes within `limitMs`.
 */
export async function askChild<Message>(
  file: URL,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  limitMs: number,
): Promise<Message> {
  const child = fork(fileURLToPath(file), [...args], {
    execArgv: ['--import', import.meta.resolve('tsx')],
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => (output += part));
  }
  const messages: Message[] = [];
  child.on('message', (message) => messages.push(message as Message));
  const ending = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code === null ? `by ${signal}` : `with ${code}`));
  });
  const [message] = messages;
  if (message !== undefined) return message;
  throw new Error(`its process ended ${ending}.\n${output.trim().split('\n').slice(-shownLines).join('\n')}`.trim());
}

import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MachineError, UserError } from '../core/errors.ts';
import { folders } from '../infra/local/folders.ts';

/** What the command's exit code tells a script. */
export const exitCodes = { done: 0, sweepFailed: 1, user: 2, machine: 3, bug: 70 } as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof UserError) return exitCodes.user;
  return error instanceof MachineError ? exitCodes.machine : exitCodes.bug;
}

/**
 * What a person is told of an error: the message, which names the mend. Of our own mistakes the stack goes to a file, and
 * the text says where.
 */
export async function explain(error: unknown, logFolder: string = folders().logs): Promise<string> {
  // The message of a checked input lists its issues already.
  if (error instanceof UserError) return error.message;
  if (error instanceof MachineError) return `${error.message}\n(a machine failed: trying again may help)`;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const file = join(logFolder, 'bugs.log');
  const context = (error as { context?: unknown }).context;
  const entry = [
    new Date().toISOString(),
    process.argv.slice(2).join(' '),
    stack,
    context ? JSON.stringify(context) : '',
  ];
  try {
    await mkdir(logFolder, { recursive: true });
    await appendFile(file, `${entry.join('\n')}\n\n`);
    return `This is a bug in initsweep: ${message}\nIts details are in ${file}; please report them.`;
  } catch {
    return `This is a bug in initsweep: ${message}\n${stack}`;
  }
}

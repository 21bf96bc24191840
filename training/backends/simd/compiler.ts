import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Compiler {
  /** The command and its first arguments. */
  readonly command: readonly [string, ...string[]];
  /** First line of what it says about itself. */
  readonly version: string;
}

/** The C compiler that CC names, else the first of cc, gcc and clang that is there; null where none answers. */
export async function findCompiler(environment: NodeJS.ProcessEnv): Promise<Compiler | null> {
  const named = environment['CC']?.split(/\s+/).filter(Boolean) ?? [];
  const commands = named.length > 0 ? [named] : [['cc'], ['gcc'], ['clang']];
  for (const [program, ...words] of commands) {
    try {
      const { stdout } = await run(program!, [...words, '--version'], { env: environment });
      return { command: [program!, ...words], version: stdout.split('\n')[0]! };
    } catch {
      // Not there, or none that works: the next one.
    }
  }
  return null;
}

/** Runs the compiler. Throws an Error whose message is its first complaint. */
export async function compile({ command: [program, ...words] }: Compiler, options: readonly string[]): Promise<void> {
  try {
    await run(program, [...words, ...options]);
  } catch (error) {
    const lines = (error as { stderr?: string }).stderr?.split('\n') ?? [];
    const complaint = lines.find((line) => /error/i.test(line)) ?? (error as Error).message.split('\n')[0]!;
    throw new Error(complaint.trim(), { cause: error });
  }
}

import { exitCodeOf, explain } from '../explain.ts';
import { type StackConnection, withStack } from '../stack-connection.ts';
import { startStack } from '../start-stack.ts';

/** Runs a command of this folder with the local stack, which it starts where none is up; an error is told as every command tells it. */
export async function runStudy(study: (stack: StackConnection) => Promise<void>): Promise<void> {
  try {
    await withStack(study, await startStack());
  } catch (error) {
    console.error(await explain(error));
    process.exitCode = exitCodeOf(error);
  }
}

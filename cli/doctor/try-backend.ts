// A process of its own for each backend that the doctor tries: those on TensorFlow.js share one engine in a process, and the first
// to come would answer for the others.
import { chooseBackend } from '../../training/backends/choose-backend.ts';

export type BackendTrial =
  | {
      readonly name: string;
      readonly description: string;
      readonly why: string;
      /** What trains the networks that it does not. */
      readonly others: string;
    }
  | { readonly problem: string };

async function tryBackend(choice: string): Promise<BackendTrial> {
  try {
    const { backend, why, others } = await chooseBackend(choice);
    const { name, description } = backend;
    const other = await others();
    await backend.dispose();
    if (other !== backend) await other.dispose();
    return { name, description, why, others: other.name };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

process.send?.(await tryBackend(process.argv[2] ?? 'auto'), () => process.disconnect());

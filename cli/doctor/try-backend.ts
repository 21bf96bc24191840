// A process of its own for each backend that the doctor tries: those on TensorFlow.js share one engine in a process, and the first
// to come would answer for the others.
import { chooseBackend } from '../../training/backends/choose-backend.ts';

export type BackendTrial =
  | {
      readonly name: string;
      readonly description: string;
      readonly why: string;
    }
  | { readonly problem: string };

async function tryBackend(choice: string): Promise<BackendTrial> {
  try {
    const { backend, why } = await chooseBackend(choice);
    const { name, description } = backend;
    await backend.dispose();
    return { name, description, why };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

process.send?.(await tryBackend(process.argv[2] ?? 'auto'), () => process.disconnect());

import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** First executable of this name on the environment's PATH. */
export async function findOnPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  for (const folder of (environment['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return null;
}

/** Whether we may run the file at `path`; false where there is none. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

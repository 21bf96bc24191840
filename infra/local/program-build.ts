import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findOnPath } from './find-on-path.ts';
import type { Obtained, ObtainOptions } from './program.ts';

const run = promisify(execFile);
const shownEveryMs = 5_000;

/** Builds the binary from its public Go module, in some minutes when nothing is cached. */
export async function buildProgram(options: ObtainOptions): Promise<Obtained> {
  const { program, scratch, executableName, environment, onProgress, signal } = options;
  const { title, version, buildSeconds } = program;
  const go = await findOnPath(process.platform === 'win32' ? 'go.exe' : 'go', environment);
  if (go === null) return { problem: 'Go, which could build it, is not on PATH' };
  const started = performance.now();
  onProgress(`building ${title} ${version} with Go (about ${buildSeconds} s on two cores, once)`);
  const child = spawn(go, ['install', '-v', '-ldflags', program.linkerFlags, `${program.module}@v${version}`], {
    env: { ...environment, GOBIN: scratch },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  let packages = 0;
  let lastLine = '';
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    onProgress(
      `building ${title} ${version}: ${packages} packages compiled, ${seconds} s so far (of about ${buildSeconds} s)`,
    );
  }, shownEveryMs);
  // -v names each package as it is compiled, and each module as it is downloaded.
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastLine = line;
    if (!line.startsWith('go: ')) packages += 1;
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) return { problem: `go install failed (${lastLine})` };
    const binary = join(scratch, executableName);
    await run(binary, ['--version']);
    return { binary };
  } catch (error) {
    return { problem: `go install failed (${(error as Error).message})` };
  } finally {
    clearInterval(timer);
  }
}

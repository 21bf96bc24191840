import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Obtained, ObtainOptions } from './program.ts';

const run = promisify(execFile);
const answerWithinMs = 5_000;
const stalledAfterMs = 30_000;
const shownEveryBytes = 10e6;

/** The program's own release archive. A host that cannot be reached costs five seconds at most. */
export async function downloadProgram(options: ObtainOptions): Promise<Obtained> {
  const { program, scratch, executableName, onProgress, signal } = options;
  const { title, version, archive: source, archiveFolder } = program;
  onProgress(`downloading ${title} ${version}`);
  try {
    const archive = join(scratch, 'archive');
    await writeFile(
      archive,
      await fetchBytes(source.href, signal, (text) => onProgress(`downloading ${title} ${version}: ${text}`)),
    );
    // Both GNU and BSD tar tell the format from the content.
    await run('tar', ['-xf', archive, '-C', scratch]);
    const binary = join(scratch, archiveFolder, executableName);
    await run(binary, ['--version']);
    return { binary };
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    return { problem: `${title} could not be downloaded from ${source.host} (${reason})` };
  }
}

async function fetchBytes(url: string, signal: AbortSignal, onProgress: (text: string) => void): Promise<Buffer> {
  const silence = new AbortController();
  const limit = (ms: number) => setTimeout(() => silence.abort(new Error(`nothing came for ${ms / 1000} s`)), ms);
  let timer = limit(answerWithinMs);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([silence.signal, signal]) });
    if (!response.ok || response.body === null) throw new Error(`the answer was ${response.status}`);
    const totalBytes = Number(response.headers.get('content-length') ?? 0);
    const parts: Uint8Array[] = [];
    let bytes = 0;
    let shownBytes = 0;
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = limit(stalledAfterMs);
      parts.push(part);
      bytes += part.byteLength;
      if (bytes < shownBytes + shownEveryBytes) continue;
      shownBytes = bytes;
      onProgress(`${Math.round(bytes / 1e6)}${totalBytes > 0 ? ` of ${Math.round(totalBytes / 1e6)}` : ''} MB so far`);
    }
    return Buffer.concat(parts);
  } finally {
    clearTimeout(timer);
  }
}

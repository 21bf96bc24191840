import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findTemporal, temporalVersion } from '../../../infra/local/find-temporal.ts';

// What the tests find in place of Temporal is a script that prints its version: here it matters which one is found, not what it does.
const script = `#!/bin/sh\necho "temporal version ${temporalVersion}"\n`;
/** Nothing listens on port 1: a download fails at once. */
const nowhere = 'http://127.0.0.1:1';

let folder: string;
let environment: NodeJS.ProcessEnv;
const cached = (): string => join(folder, 'cache', 'temporal', temporalVersion, 'temporal');

async function putExecutable(path: string, text = script): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-'));
  environment = { SWEEP_CACHE: join(folder, 'cache'), PATH: join(folder, 'bin') };
});
afterEach(() => rm(folder, { recursive: true }));

describe('findTemporal', () => {
  test('prefers SWEEP_TEMPORAL_BINARY to PATH, and PATH to the cache', async () => {
    await putExecutable(cached());
    expect(await findTemporal({ environment })).toEqual({ path: cached(), source: 'cache' });
    const onPath = await putExecutable(join(folder, 'bin', 'temporal'));
    expect(await findTemporal({ environment })).toEqual({ path: onPath, source: 'PATH' });
    const own = await putExecutable(join(folder, 'own'));
    environment['SWEEP_TEMPORAL_BINARY'] = own;
    expect(await findTemporal({ environment })).toEqual({ path: own, source: 'SWEEP_TEMPORAL_BINARY' });
  });

  test('refuses a SWEEP_TEMPORAL_BINARY that is not there instead of taking another', async () => {
    await putExecutable(cached());
    environment['SWEEP_TEMPORAL_BINARY'] = join(folder, 'absent');
    await expect(findTemporal({ environment })).rejects.toThrow(/SWEEP_TEMPORAL_BINARY.*correct it or unset it/);
  });

  test('downloads the release archive of this platform into the cache', async () => {
    await putExecutable(join(folder, 'release', 'temporal'));
    const archive = join(folder, 'release.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', join(folder, 'release'), 'temporal']);
    let asked = '';
    const server = createServer((request, response) => {
      asked = request.url ?? '';
      void readFile(archive).then((bytes) => response.end(bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const downloadSite = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    // tar is looked for on the test's own PATH; only the search for binaries uses the given one.
    const found = await findTemporal({ environment, downloadSite });
    server.close();
    expect(found).toEqual({ path: cached(), source: 'download' });
    const arch = process.arch === 'x64' ? 'amd64' : process.arch;
    expect(asked).toBe(`/cli/archive/v${temporalVersion}?platform=${process.platform}&arch=${arch}`);
    expect(await readdir(dirname(cached()))).toEqual(['temporal']);
  });

  test('builds with Go when the download fails, once for all who ask at the same time', async () => {
    const log = join(folder, 'builds');
    const go = `#!/bin/sh
echo "$@" >> ${log}
echo some/package >&2
/bin/sleep 0.3
printf '%s' '${script}' > "$GOBIN/temporal"
/bin/chmod +x "$GOBIN/temporal"
`;
    await putExecutable(join(folder, 'bin', 'go'), go);
    const messages: string[] = [];
    const options = { environment, downloadSite: nowhere, onProgress: (message: string) => messages.push(message) };
    const found = await Promise.all([findTemporal(options), findTemporal(options), findTemporal(options)]);
    expect(found.map(({ path }) => path)).toEqual([cached(), cached(), cached()]);
    expect(found.map(({ source }) => source).sort()).toEqual(['cache', 'cache', 'go install']);
    const builds = (await readFile(log, 'utf8')).trim().split('\n');
    expect(builds).toHaveLength(1);
    expect(builds[0]).toContain(`github.com/temporalio/cli/cmd/temporal@v${temporalVersion}`);
    expect(messages.some((message) => message.startsWith('building Temporal'))).toBe(true);
    expect(messages).toContain('another process is getting Temporal; waiting for it');
    expect(await readdir(dirname(cached()))).toEqual(['temporal']);
  });

  test('does not keep a binary that cannot start', async () => {
    await putExecutable(
      join(folder, 'bin', 'go'),
      `#!/bin/sh\nprintf '#!/bin/sh\\nexit 1\\n' > "$GOBIN/temporal"\n/bin/chmod +x "$GOBIN/temporal"\n`,
    );
    await expect(findTemporal({ environment, downloadSite: nowhere })).rejects.toThrow(/go install failed/);
    expect(await readdir(dirname(cached()))).toEqual([]);
  });

  test('names every mend when there is no way to have one', async () => {
    const failure = findTemporal({ environment, downloadSite: nowhere });
    await expect(failure).rejects.toThrow(
      /could not be downloaded.*Go.*not on PATH.*SWEEP_TEMPORAL_BINARY.*TEMPORAL_ADDRESS/s,
    );
    await expect(failure).rejects.toMatchObject({ name: 'UserError' });
  });

  test('gives a build up when asked to', async () => {
    await putExecutable(join(folder, 'bin', 'go'), '#!/bin/sh\nexec /bin/sleep 60\n');
    const started = performance.now();
    const signal = AbortSignal.timeout(300);
    await expect(findTemporal({ environment, downloadSite: nowhere, signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await readdir(dirname(cached()))).toEqual([]);
  });
});

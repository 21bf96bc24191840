import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedPackages, packageFolder, prefixOf, thisPlatform } from '../../../infra/tfjs-native/prefix.ts';
import { type Release, releaseFor, releaseKey, wheelsOf } from '../../../infra/tfjs-native/release.ts';

const offered = [
  ['native', 'linux-x64', 'tensorflow-cpu'],
  ['native', 'linux-arm64', 'tensorflow'],
  ['native', 'darwin-arm64', 'tensorflow'],
  ['cuda', 'linux-x64', 'tensorflow'],
] as const;

test.each(offered)('pins every wheel of %s on %s', (variant, platform, project) => {
  const release = releaseFor(variant, platform) as Release;
  expect(release.library.project).toBe(project);
  const wheels = wheelsOf(release);
  for (const { sha256, bytes, version } of wheels) {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(bytes).toBeGreaterThan(1e6);
    expect(version).toMatch(/^\d+(\.\d+)+$/);
  }
  expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length);
  expect(wheels).toHaveLength(variant === 'cuda' ? 13 : 1);
});

test('says why there is nothing for a platform', () => {
  expect(releaseFor('cuda', 'darwin-arm64')).toEqual({
    reason: 'TensorFlow has a library with CUDA for linux-x64 only, not for darwin-arm64',
  });
  expect(releaseFor('native', 'darwin-x64')).toEqual({
    reason: 'TensorFlow 2.21.0 has a library for linux-x64, linux-arm64, darwin-arm64, not for darwin-x64',
  });
});

test('another pin is another prefix', () => {
  const release = releaseFor('native', 'linux-x64') as Release;
  const other = { ...release, library: { ...release.library, sha256: '0'.repeat(64) } };
  const key = releaseKey('native', release, 'linux-x64');
  expect(key).toMatch(/^native-4\.22\.0-2\.21\.0-napi8-linux-x64-[0-9a-f]{8}$/);
  expect(releaseKey('native', other, 'linux-x64')).not.toBe(key);
});

test('names the folders of what is installed, by the variables of training workers', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'initsweep-prefixes-'));
  try {
    expect(installedPackages(cache)).toEqual({});
    const release = releaseFor('native', thisPlatform);
    const expected: Record<string, string> = {};
    if (!('reason' in release)) {
      const prefix = prefixOf(cache, 'native', release);
      await mkdir(prefix, { recursive: true });
      expected['SWEEP_TFJS_NODE'] = packageFolder(prefix, release);
    }
    expect(installedPackages(cache)).toEqual(expected);
  } finally {
    await rm(cache, { recursive: true });
  }
});

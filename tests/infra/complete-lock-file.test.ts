import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { missingPlatformPackages } from '../../infra/complete-lock-file.ts';

describe('package-lock.json', () => {
  test('names the packages of every platform, so that npm ci works on all of them (mend: npm run lock)', async () => {
    const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: object };
    expect(missingPlatformPackages(lock.packages as Parameters<typeof missingPlatformPackages>[0])).toEqual({});
  });
});

describe('missingPlatformPackages', () => {
  const optionalDependencies = {
    'tool-darwin-arm64': '1.2.3',
    '@tool/linux-arm-gnueabihf': '1.2.3',
    '@tool/linux-x64-musl': '1.2.3',
    'no-platform': '1.2.3',
    'any-win32-x64': '^1.2.3',
  };

  test('tells system, processor and C library from the name, and leaves alone what it cannot tell', () => {
    expect(missingPlatformPackages({ 'node_modules/tool': { version: '1.2.3', optionalDependencies } })).toEqual({
      'node_modules/tool-darwin-arm64': { version: '1.2.3', os: ['darwin'], cpu: ['arm64'], optional: true },
      'node_modules/@tool/linux-arm-gnueabihf': {
        version: '1.2.3',
        os: ['linux'],
        cpu: ['arm'],
        libc: ['glibc'],
        optional: true,
      },
      'node_modules/@tool/linux-x64-musl': {
        version: '1.2.3',
        os: ['linux'],
        cpu: ['x64'],
        libc: ['musl'],
        optional: true,
      },
    });
  });

  test('finds a package beside its parent or further up', () => {
    const parent = { version: '1.2.3', optionalDependencies: { 'tool-darwin-arm64': '1.2.3' } };
    const here = { version: '1.2.3' };
    expect(
      missingPlatformPackages({ 'node_modules/a/node_modules/tool': parent, 'node_modules/tool-darwin-arm64': here }),
    ).toEqual({});
    expect(
      missingPlatformPackages({
        'node_modules/a/node_modules/tool': parent,
        'node_modules/a/node_modules/tool-darwin-arm64': here,
      }),
    ).toEqual({});
  });
});

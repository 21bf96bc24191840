import { describe, expect, test } from 'vitest';
import { folders } from '../../../infra/local/folders.ts';

describe('folders', () => {
  test.each([
    ['the environment wins, also as root', { SWEEP_HOME: '/a', SWEEP_CACHE: '/b' }, true, '/a', '/b'],
    ['root stays out of its closed home', { HOME: '/root' }, true, '/var/lib/initsweep', '/var/cache/initsweep'],
    ['others follow XDG', { XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/c' }, false, '/d/initsweep', '/c/initsweep'],
    [
      'and its usual defaults',
      { HOME: '/home/me' },
      false,
      '/home/me/.local/share/initsweep',
      '/home/me/.cache/initsweep',
    ],
  ])('%s', (_title, environment, isRoot, home, cache) => {
    expect(folders(environment, isRoot)).toEqual({ home, cache, logs: `${home}/logs` });
  });

  test('relative folders become absolute, because workers run elsewhere', () => {
    expect(folders({ SWEEP_HOME: 'here' }, false).home).toBe(`${process.cwd()}/here`);
  });
});

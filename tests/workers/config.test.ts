import { describe, expect, test } from 'vitest';
import { UserError } from '../../core/errors.ts';
import { defaultLimits } from '../../core/sweep/limits.ts';
import { readControlConfig, readIsTraced, readSweepLimits, readTrainingConfig } from '../../workers/config.ts';

const databaseUrl = 'postgresql://sweeper:secret@localhost:5432/sweeps';

function mistakesOf(read: () => unknown): UserError {
  try {
    read();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return expect.unreachable('no mistake was found');
}

describe('a control worker’s settings', () => {
  test('come from the environment, with Temporal’s own variables and defaults for the rest', () => {
    const config = readControlConfig({
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'research',
      SWEEP_MAX_DEPTH: '512',
      SWEEP_LOG_LEVEL: '',
    });

    expect(config).toMatchObject({
      databaseUrl,
      logLevel: 'info',
      temporal: { connection: { address: 'temporal.example:7233' }, namespace: 'research' },
      limits: { ...defaultLimits, depth: 512 },
    });
  });

  test('use TLS with an API key, as Temporal’s convention says', () => {
    const { temporal } = readControlConfig({
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: 'a:1',
      TEMPORAL_API_KEY: 'key',
    });

    expect(temporal.connection).toMatchObject({ apiKey: 'key', tls: true });
  });

  test('are refused with every mistake at once', () => {
    const mistakes = mistakesOf(() =>
      readControlConfig({
        DATABASE_URL: 'mysql://sweeper:secret@localhost/sweeps',
        SWEEP_LOG_LEVEL: 'loud',
        SWEEP_METRICS: '9464',
        SWEEP_MAX_TRIALS: '-1',
        TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml',
      }),
    );

    expect(mistakes.issues.map(({ path }) => path)).toEqual([
      'DATABASE_URL',
      'SWEEP_LOG_LEVEL',
      'SWEEP_METRICS',
      'SWEEP_MAX_TRIALS',
      'TEMPORAL_CONFIG_FILE',
    ]);
    expect(mistakes.message).toContain('SWEEP_LOG_LEVEL is "loud": expected one of trace, debug, info, warn, error');
  });

  test('show no password and no key in a mistake', () => {
    const mistakes = mistakesOf(() =>
      readControlConfig({ DATABASE_URL: 'mysql://sweeper:secret@localhost/sweeps', SWEEP_PAYLOAD_KEYS: 'k:secret' }),
    );

    expect(mistakes.issues.map(({ path }) => path)).toEqual(['SWEEP_PAYLOAD_KEYS', 'DATABASE_URL']);

    expect(JSON.stringify([mistakes.message, mistakes.issues])).not.toContain('secret');
  });

  test('name the build of its deployment, or none', () => {
    const both = { TEMPORAL_DEPLOYMENT_NAME: 'initsweep', TEMPORAL_WORKER_BUILD_ID: 'a1b2' };

    expect(readControlConfig({ DATABASE_URL: databaseUrl }).deployment).toBeNull();
    expect(readControlConfig({ DATABASE_URL: databaseUrl, ...both }).deployment).toEqual({
      deploymentName: 'initsweep',
      buildId: 'a1b2',
    });
    const half = mistakesOf(() =>
      readControlConfig({ DATABASE_URL: databaseUrl, TEMPORAL_DEPLOYMENT_NAME: 'initsweep' }),
    );
    expect(half.issues.map(({ path }) => path)).toEqual(['TEMPORAL_WORKER_BUILD_ID']);
  });
});

describe('a training worker’s settings', () => {
  test('choose backend, processes and folder by themselves unless they are given', () => {
    expect(readTrainingConfig({ DATABASE_URL: databaseUrl })).toMatchObject({
      backend: 'auto',
      trainers: undefined,
      datasetFolder: undefined,
      checkpoints: { kind: 'database' },
      checkpointIntervalMs: 30_000,
      trainerSilenceMs: 300_000,
    });
    expect(
      readTrainingConfig({
        DATABASE_URL: databaseUrl,
        SWEEP_BACKEND: 'cpu',
        SWEEP_TRAINERS: '2',
        SWEEP_DATASETS: import.meta.dirname,
      }),
    ).toMatchObject({ backend: 'cpu', trainers: 2, datasetFolder: import.meta.dirname });
  });

  test('are refused with every mistake at once', () => {
    const mistakes = mistakesOf(() =>
      readTrainingConfig({ SWEEP_BACKEND: 'gpu', SWEEP_TRAINERS: 'two', SWEEP_DATASETS: '/nowhere/at/all' }),
    );

    expect(mistakes.issues.map(({ path }) => path)).toEqual([
      'DATABASE_URL',
      'SWEEP_BACKEND',
      'SWEEP_TRAINERS',
      'SWEEP_DATASETS',
    ]);
  });
});

describe('where checkpoints go', () => {
  test.each([
    ['database', { kind: 'database' }],
    ['file:///shared/check%20points', { kind: 'directory', folder: '/shared/check points' }],
    ['s3://weights', { kind: 'bucket', bucket: 'weights', prefix: '', endpoint: null, region: null }],
    [
      's3://my.weights/lab/sweeps/?endpoint=https://s3.example:9000&region=eu-central-1',
      {
        kind: 'bucket',
        bucket: 'my.weights',
        prefix: 'lab/sweeps',
        endpoint: 'https://s3.example:9000',
        region: 'eu-central-1',
      },
    ],
  ])('is read from %s', (text, location) => {
    const config = readTrainingConfig({
      DATABASE_URL: databaseUrl,
      SWEEP_CHECKPOINTS: text,
      SWEEP_CHECKPOINT_INTERVAL: '1.5',
    });

    expect(config).toMatchObject({ checkpoints: location, checkpointIntervalMs: 1_500 });
  });

  test('is shown in a mistake without the keys that somebody put into it', () => {
    const SWEEP_CHECKPOINTS = 's3://key:secret@weights/prefix';
    const mistakes = mistakesOf(() => readTrainingConfig({ DATABASE_URL: databaseUrl, SWEEP_CHECKPOINTS }));

    expect(mistakes.message).toContain('AWS_SECRET_ACCESS_KEY');
    expect(JSON.stringify([mistakes.message, mistakes.issues])).not.toContain('secret@');
  });

  test.each([
    'somewhere',
    '/shared',
    'file://host/shared',
    'ftp://host/shared',
    'file:///a?b',
    's3://',
    's3://Weights',
    's3://weights:80/a',
    's3://weights//a',
    's3://weights/%zz',
    's3://weights?endpoint=s3.example',
    's3://weights?endpoint=https://s3.example/path',
    's3://weights?endpoint=https://key:secret@s3.example',
    's3://weights?profile=mine',
  ])('is refused when it is %s', (text) => {
    const mistakes = mistakesOf(() =>
      readTrainingConfig({
        DATABASE_URL: databaseUrl,
        SWEEP_CHECKPOINTS: text,
        SWEEP_CHECKPOINT_INTERVAL: 'soon',
        SWEEP_TRAINER_SILENCE: '0',
      }),
    );

    expect(mistakes.issues.map(({ path }) => path)).toEqual([
      'SWEEP_CHECKPOINTS',
      'SWEEP_CHECKPOINT_INTERVAL',
      'SWEEP_TRAINER_SILENCE',
    ]);
    expect(mistakes.message).toContain('expected database, a folder');
  });
});

test('limits on a sweep’s size can be read without a worker’s other settings', () => {
  expect(readSweepLimits({})).toEqual(defaultLimits);
  expect(readSweepLimits({ SWEEP_MAX_TRIALS: '1000000' }).trials).toBe(1_000_000);
});

describe('whether there are traces', () => {
  const endpoint = 'http://localhost:4318';
  test.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`, OTEL_TRACES_EXPORTER: 'otlp' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'true' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: 'none' }, false],
    [{ OTEL_SERVICE_NAME: 'mine' }, false],
  ])('is by %j', (variables, isTraced) => {
    expect(readControlConfig({ DATABASE_URL: databaseUrl, ...variables }).isTraced).toBe(isTraced);
    expect(readTrainingConfig({ DATABASE_URL: databaseUrl, ...variables }).isTraced).toBe(isTraced);
    expect(readIsTraced(variables)).toBe(isTraced);
  });

  test('is refused with a protocol that is not spoken, and with an address that is none', () => {
    const mistakes = mistakesOf(() =>
      readIsTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
    );

    expect(mistakes.issues.map(({ path }) => path)).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_PROTOCOL',
    ]);
    expect(mistakes.message).toContain('expected http/protobuf');
  });
});

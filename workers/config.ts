import { existsSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { z } from 'zod';
import { type Issue, UserError } from '../core/errors.ts';
import { defaultLimits, type LimitName, limitVariables, type SweepLimits } from '../core/sweep/limits.ts';
import { type CheckpointLocation, parseCheckpointLocation } from '../storage/checkpoints/checkpoint-location.ts';
import { type PayloadKey, payloadKeysSchema } from './payloads/payload-keys.ts';
import type { DeploymentVersion } from './worker-versioning.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

const wanted = (text: string) => ({ error: `expected ${text}` });

const payloadSchema = z.object({ SWEEP_PAYLOAD_KEYS: payloadKeysSchema.default([]) });

const otlpAddress = z.url({ protocol: /^https?$/, ...wanted('an address such as http://localhost:4318') }).optional();
const otlpProtocol = z
  .literal('http/protobuf', wanted('http/protobuf, which is the one that is spoken here'))
  .optional();
/** Of OpenTelemetry's own variables those that decide whether there are traces; its libraries read the others. */
const tracingSchema = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpAddress,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpAddress,
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpProtocol,
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], wanted('otlp or none')).optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
});

const commonSchema = payloadSchema.extend(tracingSchema.shape).extend({
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    ...wanted('a PostgreSQL address such as postgresql://user:password@host:5432/database'),
  }),
  SWEEP_LOG_LEVEL: z.enum(logLevels, wanted(`one of ${logLevels.join(', ')}`)).default('info'),
  SWEEP_METRICS: z
    .string()
    .regex(/^(\[[\da-f:]+\]|[\d.]+):\d{1,5}$/i, wanted('an address and port to listen on, such as 127.0.0.1:9464'))
    .optional(),
});

const limitNames = Object.keys(limitVariables) as LimitName[];
const limit = z.coerce.number(wanted('a number')).int().positive();
const limitsSchema = z.object(
  Object.fromEntries(limitNames.map((name) => [limitVariables[name], limit.default(defaultLimits[name])])) as Record<
    `SWEEP_MAX_${string}`,
    z.ZodDefault<typeof limit>
  >,
);

/** May have a fraction. */
const seconds = (least: number) =>
  z.coerce.number(wanted('a number of seconds')).min(least, wanted(`${least} second or more`));
const wantedLocation =
  'expected database, a folder that all training workers see, such as file:///shared/checkpoints, or a bucket, such as ' +
  's3://bucket/prefix?endpoint=https://host:9000 (its keys are in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)';

const deploymentSchema = z
  .object({ TEMPORAL_DEPLOYMENT_NAME: z.string().optional(), TEMPORAL_WORKER_BUILD_ID: z.string().optional() })
  .refine(
    ({ TEMPORAL_DEPLOYMENT_NAME: name, TEMPORAL_WORKER_BUILD_ID: build }) =>
      (name === undefined) === (build === undefined),
    { path: ['TEMPORAL_WORKER_BUILD_ID'], ...wanted('both this and TEMPORAL_DEPLOYMENT_NAME, or neither') },
  );

const controlSchema = commonSchema.extend(limitsSchema.shape).and(deploymentSchema);

const trainingSchema = commonSchema.extend({
  SWEEP_BACKEND: z
    .enum(
      ['auto', 'cuda', 'simd', 'wasm', 'native', 'tfjsWasm', 'cpu'],
      wanted('one of auto, cuda, simd, wasm, native, tfjsWasm, cpu'),
    )
    .default('auto'),
  SWEEP_TRAINERS: z.coerce.number(wanted('a number of processes')).int().min(1).max(256).optional(),
  SWEEP_DATASETS: z
    .string()
    .refine((folder) => existsSync(folder), wanted('a folder that exists'))
    .optional(),
  SWEEP_CHECKPOINTS: z
    .string()
    .default('database')
    .transform((text, context): CheckpointLocation => {
      const location = parseCheckpointLocation(text);
      if (location !== null) return location;
      context.addIssue({ code: 'custom', message: wantedLocation });
      return z.NEVER;
    }),
  SWEEP_CHECKPOINT_INTERVAL: seconds(1).default(30),
  SWEEP_TRAINER_SILENCE: seconds(1).default(300),
});

export interface WorkerConfig {
  readonly databaseUrl: string;
  readonly logLevel: (typeof logLevels)[number];
  /** Address and port where Prometheus may read metrics; undefined: nowhere. */
  readonly metricsAddress: string | undefined;
  /** Spans go where OTEL_EXPORTER_OTLP_ENDPOINT says. */
  readonly isTraced: boolean;
  /** Payloads travel encrypted by the first; none: in the clear. */
  readonly payloadKeys: readonly PayloadKey[];
  readonly temporal: { readonly connection: NativeConnectionOptions; readonly namespace: string };
}

export interface ControlWorkerConfig extends WorkerConfig {
  /** Null: Temporal hands it whatever waits. */
  readonly deployment: DeploymentVersion | null;
  /** How large a sweep may be. */
  readonly limits: SweepLimits;
}

export interface TrainingWorkerConfig extends WorkerConfig {
  readonly backend: z.infer<typeof trainingSchema>['SWEEP_BACKEND'];
  /** Trainer processes; undefined leaves the number to the machine. */
  readonly trainers: number | undefined;
  /** Folder of a user's own data files. */
  readonly datasetFolder: string | undefined;
  readonly checkpoints: CheckpointLocation;
  /** Between two checkpoints of a trial. */
  readonly checkpointIntervalMs: number;
  /** A trainer process that trains and does nothing for so long is killed. */
  readonly trainerSilenceMs: number;
}

/**
 * A control worker's settings from the environment: DATABASE_URL, SWEEP_LOG_LEVEL, SWEEP_METRICS, SWEEP_PAYLOAD_KEYS, SWEEP_MAX_*, and TEMPORAL_* and OTEL_* by the
 * conventions of Temporal and OpenTelemetry. Throws UserError with every mistake at once.
 */
export function readControlConfig(environment: NodeJS.ProcessEnv): ControlWorkerConfig {
  const issues: Issue[] = [];
  const temporal = readTemporal(environment, issues);
  const variables = read(controlSchema, environment, issues);
  return {
    databaseUrl: variables.DATABASE_URL,
    logLevel: variables.SWEEP_LOG_LEVEL,
    metricsAddress: variables.SWEEP_METRICS,
    isTraced: isTraced(variables),
    payloadKeys: variables.SWEEP_PAYLOAD_KEYS,
    temporal,
    limits: limitsOf(variables),
    deployment: deploymentOf(variables),
  };
}

/** Only the keys of payloads, for a client. Throws UserError, which shows none. */
export function readPayloadKeys(environment: NodeJS.ProcessEnv): readonly PayloadKey[] {
  return read(payloadSchema, environment, []).SWEEP_PAYLOAD_KEYS;
}

/** Only whether a client's calls are traced. Throws UserError. */
export function readIsTraced(environment: NodeJS.ProcessEnv): boolean {
  return isTraced(read(tracingSchema, environment, []));
}

/** Only the limits on a sweep's size, for who checks a sweep file without a worker. Throws UserError. */
export function readSweepLimits(environment: NodeJS.ProcessEnv): SweepLimits {
  return limitsOf(read(limitsSchema, environment, []));
}

/** A training worker's settings; instead of SWEEP_MAX_* it knows SWEEP_BACKEND, SWEEP_TRAINERS, SWEEP_DATASETS and those of checkpoints. */
export function readTrainingConfig(environment: NodeJS.ProcessEnv): TrainingWorkerConfig {
  const issues: Issue[] = [];
  const temporal = readTemporal(environment, issues);
  const variables = read(trainingSchema, environment, issues);
  return {
    databaseUrl: variables.DATABASE_URL,
    logLevel: variables.SWEEP_LOG_LEVEL,
    metricsAddress: variables.SWEEP_METRICS,
    isTraced: isTraced(variables),
    payloadKeys: variables.SWEEP_PAYLOAD_KEYS,
    temporal,
    backend: variables.SWEEP_BACKEND,
    trainers: variables.SWEEP_TRAINERS,
    datasetFolder: variables.SWEEP_DATASETS,
    checkpoints: variables.SWEEP_CHECKPOINTS,
    checkpointIntervalMs: 1_000 * variables.SWEEP_CHECKPOINT_INTERVAL,
    trainerSilenceMs: 1_000 * variables.SWEEP_TRAINER_SILENCE,
  };
}

function isTraced(variables: z.output<typeof tracingSchema>): boolean {
  const address = variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? variables.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isOff = variables.OTEL_TRACES_EXPORTER === 'none' || variables.OTEL_SDK_DISABLED?.toLowerCase() === 'true';
  return address !== undefined && !isOff;
}

function deploymentOf(variables: z.output<typeof deploymentSchema>): DeploymentVersion | null {
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = variables;
  return deploymentName === undefined || buildId === undefined ? null : { deploymentName, buildId };
}

function limitsOf(variables: Readonly<Record<string, unknown>>): SweepLimits {
  return Object.fromEntries(
    limitNames.map((name) => [name, variables[limitVariables[name]]]),
  ) as unknown as SweepLimits;
}

/** Throws UserError with the issues that there are already and those that the schema finds. */
function read<Schema extends z.ZodType>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
  earlier: readonly Issue[],
): z.output<Schema> {
  const present = withoutEmpty(environment);
  const parsed = schema.safeParse(present);
  const issues = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => issueOf(path.join('.'), message, present)),
    ...earlier,
  ];
  if (parsed.success && issues.length === 0) return parsed.data;
  const lines = issues.map(
    ({ path, value, message }) => `  ${path}${value === undefined ? '' : ` is ${value}`}: ${message}`,
  );
  throw new UserError(`The environment cannot be used:\n${lines.join('\n')}`, issues);
}

function readTemporal(environment: NodeJS.ProcessEnv, issues: Issue[]): WorkerConfig['temporal'] {
  const present = withoutEmpty(environment);
  const file = present['TEMPORAL_CONFIG_FILE'];
  // The library takes a missing file for an empty one and would connect to this machine.
  if (file !== undefined && !existsSync(file)) {
    issues.push(issueOf('TEMPORAL_CONFIG_FILE', 'expected a file that exists', present));
  }
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: present });
    return { connection: connectionOptions, namespace: namespace ?? 'default' };
  } catch (error) {
    issues.push({ path: 'TEMPORAL_*', message: error instanceof Error ? error.message : String(error) });
    return { connection: {}, namespace: 'default' };
  }
}

/** A variable that is set to nothing counts as not set. */
function withoutEmpty(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

/** What may not be shown: it holds a password or a key. */
const secrets: readonly string[] = ['DATABASE_URL', 'SWEEP_PAYLOAD_KEYS'];
/** An address in which somebody put a password all the same. */
const hasPassword = /:\/\/[^/]*@/;

function issueOf(path: string, message: string, environment: Readonly<Record<string, string>>): Issue {
  const value = secrets.includes(path) || hasPassword.test(environment[path] ?? '') ? undefined : environment[path];
  return value === undefined ? { path, message } : { path, message, value: JSON.stringify(value) };
}

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { controlQueue, trainingQueue } from '../../../workflows/task-queues.ts';
import { projectPath, readYaml } from './infra-files.ts';

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: unknown;
}
interface Model {
  validate(): void;
}

const folder = 'infra/kubernetes';
const files = readdirSync(projectPath(folder), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => join(folder, name));
const customizations = files.filter((name) => name.endsWith('kustomization.yaml'));

interface Customization {
  readonly resources: readonly string[];
  readonly patches?: readonly { readonly path: string }[];
}
const partsOf = (file: string) => readYaml(file)[0] as Customization;
/** A patch is a piece of a resource: only what it makes of one can be valid. */
const patches = customizations.flatMap((file) =>
  (partsOf(file).patches ?? []).map(({ path }) => join(dirname(file), path)),
);
const resourceFiles = files.filter((file) => !customizations.includes(file) && !patches.includes(file));

/** The published schema of a resource's kind. */
async function modelOf({ apiVersion, kind }: Resource): Promise<new (resource: object) => Model> {
  const from = apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
  const models = (await import(`${from}/${apiVersion}`)) as Record<string, new (resource: object) => Model>;
  const model = models[kind];
  if (model === undefined) throw new Error(`${apiVersion} knows no ${kind}`);
  return model;
}

test.each(resourceFiles)('%s keeps the schemas of its kinds', async (file) => {
  const resources = readYaml(file) as Resource[];
  expect(resources.length).toBeGreaterThan(0);
  for (const resource of resources) new (await modelOf(resource))(resource).validate();
});

test('the schemas find a mistake', async () => {
  const broken = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 'two' } };
  const Deployment = await modelOf(broken);
  expect(() => new Deployment(broken).validate()).toThrow('replicas must be integer');
});

test.each(customizations)('%s names files that are there, and each file is named', (file) => {
  const { resources, patches: changes = [] } = partsOf(file);
  const named = [...resources, ...changes.map(({ path }) => path)];
  expect(named.filter((name) => !existsSync(join(projectPath(dirname(file)), name)))).toEqual([]);
  const beside = files.filter((other) => dirname(other) === dirname(file) && other !== file);
  expect(
    named
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => join(dirname(file), name))
      .toSorted(),
  ).toEqual(beside.toSorted());
});

describe('every pod', () => {
  interface Pod {
    readonly automountServiceAccountToken: boolean;
    readonly terminationGracePeriodSeconds?: number;
    readonly securityContext: object;
    readonly containers: readonly {
      readonly name: string;
      readonly args: readonly string[];
      readonly securityContext: object;
    }[];
  }
  const pods = resourceFiles
    .flatMap((file) => readYaml(file) as Resource[])
    .flatMap(({ spec }) => {
      const pod = (spec as { template?: { spec?: Pod } } | undefined)?.template?.spec;
      return pod ? [pod] : [];
    });

  test('runs without root, without rights, on a file system that it cannot write', () => {
    expect(pods).toHaveLength(3);
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const { securityContext } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  test('of workers may take longer to stop than the workers themselves take at most', () => {
    const workers = pods.filter(({ containers }) => containers[0]!.args[0] === 'worker');
    expect(workers.map(({ containers }) => containers[0]!.args)).toEqual([['worker', 'control'], ['worker', 'training']]); // prettier-ignore
    for (const { terminationGracePeriodSeconds = 30 } of workers)
      expect(terminationGracePeriodSeconds).toBeGreaterThan(30);
  });
});

test('the autoscaler looks at the queue of training', () => {
  const [scaler] = readYaml(`${folder}/autoscaling/scaled-training.yaml`) as [
    { spec: { triggers: { metadata: Record<string, string> }[] } },
  ];
  expect(trainingQueue).not.toBe(controlQueue);
  expect(scaler.spec.triggers[0]!.metadata).toMatchObject({ taskQueue: trainingQueue, queueTypes: 'activity' });
});

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MachineError } from '../../core/errors.ts';
import { startTrainerProcess } from '../../training/process/trainer-process.ts';
import { shareGpus } from '../../workers/start-trainers.ts';
import { visibleGpus } from '../../workers/visible-gpus.ts';

const settings = { backend: 'cpu', datasetFolder: null } as const;

describe('trainer processes of one machine with several GPUs', () => {
  test('share them in turn, each process with one', () => {
    expect(shareGpus(settings, 3, ['GPU-a', 'GPU-b']).map(({ gpu }) => gpu)).toEqual(['GPU-a', 'GPU-b', 'GPU-a']);
  });

  test('have none to share where there is none', () => {
    expect(shareGpus(settings, 2, [])).toEqual([settings, settings]);
  });

  test.runIf(process.platform === 'linux')('see their own GPU only', async () => {
    const trainers = await Promise.all(shareGpus(settings, 2, ['GPU-a', 'GPU-b']).map(startTrainerProcess));
    try {
      const seen = trainers.map(async ({ pid }) => {
        const variables = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
        return variables.filter((variable) => variable.startsWith('CUDA_VISIBLE_DEVICES='));
      });
      expect(await Promise.all(seen)).toEqual([['CUDA_VISIBLE_DEVICES=GPU-a'], ['CUDA_VISIBLE_DEVICES=GPU-b']]);
    } finally {
      await Promise.all(trainers.map((trainer) => trainer.close()));
    }
  });
});

describe('the GPUs of a machine', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'gpus-'))));
  afterEach(() => rm(folder, { recursive: true }));

  /** A PATH on which nvidia-smi prints this. */
  async function driverThatLists(...uuids: string[]): Promise<NodeJS.ProcessEnv> {
    const tool = join(folder, 'nvidia-smi');
    await writeFile(tool, `#!/bin/sh\nprintf '%s\\n' ${uuids.join(' ')}\n`);
    await chmod(tool, 0o755);
    return { PATH: `${folder}:${process.env['PATH']}` };
  }

  test('are those that the driver lists', async () => {
    expect(await visibleGpus(await driverThatLists('GPU-1', 'GPU-2', 'GPU-3', 'GPU-4'))).toEqual([
      'GPU-1',
      'GPU-2',
      'GPU-3',
      'GPU-4',
    ]);
  });

  test('are only those that CUDA_VISIBLE_DEVICES leaves', async () => {
    const environment = await driverThatLists('GPU-1', 'GPU-2', 'GPU-3');
    expect(await visibleGpus({ ...environment, CUDA_VISIBLE_DEVICES: 'GPU-3, GPU-1' })).toEqual(['GPU-3', 'GPU-1']);
    expect(await visibleGpus({ ...environment, CUDA_VISIBLE_DEVICES: '-1' })).toEqual([]);
  });

  test('cannot be told without a driver', async () => {
    await expect(visibleGpus({ PATH: folder })).rejects.toThrow(MachineError);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { smallDisks } from '../setup/small-disks.ts';
import { useWorkerProcesses } from './use-worker-processes.ts';

const workers = useWorkerProcesses({ SWEEP_BACKEND: 'wasm', SWEEP_CHECKPOINT_INTERVAL: '1' });

/** A checkpoint of the trial below has 180 KiB. */
test.each(smallDisks(64))(
  'on $title checkpoints are missed, each with a line in the log, and the trial ends',
  async (disk) => {
    const folder = await mkdtemp(join(tmpdir(), 'small-disk-'));
    await workers.begin('control').ready;
    const training = workers.begin('training', { SWEEP_CHECKPOINTS: pathToFileURL(folder).href }, (program) =>
      disk.command(folder, program),
    );
    const file = {
      name: 'full',
      axes: { initializer: 'heNormal', activation: 'relu', depth: 8, width: 64, optimizer: 'adam', seed: 1 },
      training: { epochs: 250, target: null },
      run: { reuse: false },
    };
    const options = { taskQueue: controlQueue, workflowId: `full-${disk.code}`, args: [file] as [unknown] };
    const result = await workers.temporal.client.workflow.execute<typeof sweep>('sweep', options);

    expect(result).toMatchObject({ trials: 1, states: { notConverged: 1, failed: 0 } });
    const missed = training
      .log()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; error?: { message: string } })
      .filter(({ msg }) => msg === 'a checkpoint could not be saved');
    expect(missed.length).toBeGreaterThan(0);
    for (const { error } of missed) expect(error?.message).toContain(disk.code);
    await rm(folder, { recursive: true });
  },
  120_000,
);

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MachineError } from '../../../core/errors.ts';
import { createDirectoryPlace } from '../../../storage/checkpoints/directory-place.ts';
import { filesIn } from '../../contracts/checkpoint-files.ts';
import { describeCheckpointPlace } from '../../contracts/checkpoint-place-contract.ts';
import { smallDisks } from '../../setup/small-disks.ts';

describeCheckpointPlace('a directory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
  return { location: { kind: 'directory', folder }, folder, close: () => rm(folder, { recursive: true }) };
});

test('a file that cannot be written leaves no part of it, and the folder as it was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
  await writeFile(join(folder, '7'), 'a file where a folder has to be');

  await expect(createDirectoryPlace(folder).put('7/1-1', new Uint8Array(10))).rejects.toBeInstanceOf(MachineError);
  expect(await filesIn(folder)).toEqual(['7']);
  await rm(folder, { recursive: true });
});

const sizeKiB = 2_048;
test.each(smallDisks(sizeKiB))(
  'on $title a checkpoint that does not fit is refused whole, and those that fit stay',
  async (disk) => {
    const folder = await mkdtemp(join(tmpdir(), 'small-disk-'));
    const script = fileURLToPath(new URL('puts-on-small-disk.ts', import.meta.url));
    const program = [process.execPath, '--import', 'tsx', script, folder, String(sizeKiB)];
    const [command, ...args] = disk.command(folder, program);
    const { problems, kept, files } = JSON.parse(execFileSync(command, args, { encoding: 'utf8' })) as {
      problems: string[];
      kept: (boolean | null)[];
      files: string[];
    };

    expect(problems).toEqual([
      expect.stringMatching(new RegExp(`^1/1-2 MachineError: Writing a checkpoint failed: ${disk.code}`)),
      expect.stringMatching(new RegExp(`^2/1-1 MachineError: Writing a checkpoint failed: ${disk.code}`)),
    ]);
    expect(kept).toEqual([true, null, true]);
    expect(files).toEqual(['1/1-1', '1/1-3']);
    await rm(folder, { recursive: true });
  },
);

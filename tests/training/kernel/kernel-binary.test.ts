import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';
import { expect, it } from 'vitest';

it('the kernel that is checked in is what its source compiles to (npm run kernel)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kernel-'));
  try {
    const outFile = join(folder, 'kernel.wasm');
    const { error } = await main(['--config', 'training/kernel/asconfig.json', '--outFile', outFile]);
    expect(error).toBeNull();
    const [built, checkedIn] = await Promise.all([readFile(outFile), readFile('training/kernel/kernel.wasm')]);
    expect(built.equals(checkedIn)).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});

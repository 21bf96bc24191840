import { describe, expect, it } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { bestOf, chooseBackend } from '../../../training/backends/choose-backend.ts';
import { createCpuBackend } from '../../../training/backends/cpu/cpu-backend.ts';

const broken = {
  name: 'cuda',
  create: () => Promise.reject(new Error('there is no such device')),
} as const;
const working = { name: 'cpu', create: async () => createCpuBackend() } as const;

describe('choosing a backend', () => {
  it('takes the one asked for by name', async () => {
    const { backend, why } = await chooseBackend('cpu');
    expect(backend.name).toBe('cpu');
    expect(why).toBe('asked for by name');
    await backend.dispose();
  });

  it('takes one that is faster than the reference where the choice is left to it', async () => {
    const { backend, why } = await chooseBackend('auto');
    expect(backend.name).not.toBe('cpu');
    expect(why).toMatch(/^the best that works here/);
    await backend.dispose();
  });

  it('refuses a name that it does not know and says which there are', async () => {
    await expect(chooseBackend('abacus')).rejects.toThrow(UserError);
    await expect(chooseBackend('abacus')).rejects.toThrow(/one of auto, .*cpu/);
  });

  it('takes the first that works and says why not the ones before', async () => {
    const { backend, why } = await bestOf([broken, working]);
    expect(backend.name).toBe('cpu');
    expect(why).toBe('the best that works here; not cuda: there is no such device');
  });

  it('says why none works', async () => {
    await expect(bestOf([broken])).rejects.toThrow('No backend works here (not cuda: there is no such device).');
  });
});

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Contender, Processes } from './contender.ts';
import { installPeer, jax, torch, type PythonPeer } from './install-peers.ts';
import { startPeerProcesses, type PeerCommand } from './peer-processes.ts';
import { startTrainerProcesses } from './trainer-processes.ts';
import type { Work } from './work.ts';

/** A group of contenders that share running processes. */
interface Lineup {
  readonly system: string;
  readonly cores: string;
  readonly stacks: readonly number[];
  /** Trials of a measurement one at a time. */
  readonly alone: number;
  readonly start: () => Promise<Processes>;
}

export interface Contenders {
  readonly contenders: readonly Contender[];
  /** What could not take part, and why. */
  readonly absent: readonly string[];
}

export const ours = 'ours';
export const oneCore = '1 core';
export const allCores = availableParallelism();

const stacks = [1, 8, 32, 128];

/** What of all that takes part; null: everything. */
export interface Selection {
  readonly systems: readonly string[] | null;
  readonly stacks: readonly number[] | null;
  readonly oneCore: boolean;
}

/** How each peer's processes are started; a peer that cannot be installed is named with the reason instead. */
export async function findPeers(onProgress: (message: string) => void): Promise<{
  readonly found: readonly { readonly name: string; readonly command: readonly string[] }[];
  readonly absent: readonly string[];
}> {
  const found = [];
  const absent = [];
  const scripts: readonly (readonly [PythonPeer, string])[] = [
    [torch, 'torch_peer.py'],
    [jax, 'jax_peer.py'],
  ];
  for (const [peer, script] of scripts) {
    try {
      const python = await installPeer(peer, onProgress);
      found.push({ name: peer.name, command: [python, fileURLToPath(new URL(script, import.meta.url))] });
    } catch (error) {
      absent.push(`${peer.name}: ${(error as Error).message}`);
    }
  }
  return { found, absent };
}

/** Starts everybody's processes afresh for one work, so that each one's memory is its own. */
export async function startContenders(
  peers: Awaited<ReturnType<typeof findPeers>>,
  folderOf: (work: Work) => string,
  selection: Selection,
): Promise<Contenders> {
  const lineups: Lineup[] = [
    { system: ours, cores: oneCore, stacks, alone: 8, start: () => startTrainerProcesses('simd', 1) },
    {
      system: 'ours on wasm',
      cores: oneCore,
      stacks: [1, 32],
      alone: 8,
      start: () => startTrainerProcesses('wasm', 1),
    },
    {
      system: 'ours on tfjs',
      cores: oneCore,
      stacks: [1, 8],
      alone: 2,
      start: () => startTrainerProcesses('tfjsWasm', 1),
    },
    {
      system: 'plain tfjs',
      cores: oneCore,
      stacks: [1],
      alone: 2,
      start: () => startPeerProcesses({ command: tfjsCommand, folderOf }, 1, 1),
    },
    ...peers.found.map(({ name, command }) => ({
      system: name,
      cores: oneCore,
      stacks,
      alone: 8,
      start: () => startPeerProcesses({ command, folderOf }, 1, 1),
    })),
  ];
  if (allCores > 1 && !selection.oneCore) {
    const processes = `${allCores} processes`;
    lineups.push({
      system: ours,
      cores: processes,
      stacks,
      alone: 8,
      start: () => startTrainerProcesses('simd', allCores),
    });
    for (const { name, command } of peers.found) {
      const peer: PeerCommand = { command, folderOf };
      lineups.push(
        { system: name, cores: processes, stacks, alone: 8, start: () => startPeerProcesses(peer, allCores, 1) },
        {
          system: name,
          cores: `${allCores} threads`,
          stacks,
          alone: 8,
          start: () => startPeerProcesses(peer, 1, allCores),
        },
      );
    }
  }
  const contenders: Contender[] = [];
  const absent = [...peers.absent];
  for (const lineup of lineups.filter(({ system }) => selection.systems?.includes(system) ?? true)) {
    try {
      const processes = await lineup.start();
      for (const stack of lineup.stacks.filter((size) => selection.stacks?.includes(size) ?? true)) {
        const trials = stack === 1 ? lineup.alone : stack;
        contenders.push({ system: lineup.system, cores: lineup.cores, stack, trials, processes });
      }
    } catch (error) {
      absent.push(`${lineup.system} (${lineup.cores}): ${(error as Error).message}`);
    }
  }
  return { contenders, absent };
}

const tfjsCommand = [process.execPath, '--import', 'tsx', fileURLToPath(new URL('tfjs-peer.ts', import.meta.url))];

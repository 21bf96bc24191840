import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { findGrafana, grafanaImage, howToGetGrafana } from '../../infra/local/find-grafana.ts';
import { findOnPath } from '../../infra/local/find-on-path.ts';
import { folders } from '../../infra/local/folders.ts';
import { freeBytes } from '../../infra/local/free-bytes.ts';
import type { Finding } from './finding.ts';

const run = promisify(execFile);
/** PostgreSQL's and Temporal's files of a few thousand trials stay well below; a full disk stops both. */
const scarceBytes = 2e9;

/** Node, packages, cores, memory, disk, GPU and Grafana. */
export async function machineFindings(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { home, cache } = folders(environment);
  return [
    // The command's first step has refused an older Node and has made node_modules fit.
    { subject: 'Node', state: 'good', detail: `${process.versions.node} on ${process.platform} ${process.arch}` },
    { subject: 'packages', state: 'good', detail: 'node_modules is what package-lock.json asks for' },
    {
      subject: 'machine',
      state: 'good',
      detail: `${availableParallelism()} cores, ${Math.round(totalmem() / 1e9)} GB of memory`,
    },
    await diskFinding('state folder', home),
    await diskFinding('cache folder', cache),
    await gpuFinding(environment),
    await grafanaFinding(environment),
  ];
}

async function diskFinding(subject: string, folder: string): Promise<Finding> {
  const free = await freeBytes(folder);
  const detail = `${folder}, ${(free / 1e9).toFixed(1)} GB free`;
  if (free >= scarceBytes) return { subject, state: 'good', detail };
  const variable = subject === 'state folder' ? 'SWEEP_HOME' : 'SWEEP_CACHE';
  return { subject, state: 'bad', detail, mend: `free some space, or set ${variable} to a folder on another disk` };
}

async function gpuFinding(environment: NodeJS.ProcessEnv): Promise<Finding> {
  const subject = 'GPU';
  const tool = await findOnPath('nvidia-smi', environment);
  if (tool === null) return { subject, state: 'note', detail: 'none found (no nvidia-smi): training uses the CPU' };
  try {
    const { stdout } = await run(tool, ['--query-gpu=name,memory.total', '--format=csv,noheader']);
    return { subject, state: 'good', detail: stdout.trim().split('\n').join('; ') };
  } catch (error) {
    return { subject, state: 'note', detail: `nvidia-smi failed: ${(error as Error).message.split('\n')[0] ?? ''}` };
  }
}

async function grafanaFinding(environment: NodeJS.ProcessEnv): Promise<Finding> {
  const subject = 'Grafana';
  const found = await findGrafana(environment).catch((error: unknown) => error as Error);
  if (found instanceof Error) return { subject, state: 'bad', detail: found.message };
  if (found?.kind === 'running') return { subject, state: 'good', detail: `GRAFANA_URL is ${found.address}` };
  if (found?.kind === 'program') return { subject, state: 'good', detail: found.command.join(' ') };
  if (found?.kind === 'container')
    return { subject, state: 'good', detail: `the image ${grafanaImage} in ${found.engine}` };
  return {
    subject,
    state: 'note',
    detail: 'not found: sweeps run without it',
    mend: howToGetGrafana,
  };
}

import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** A way to run a program whose writes to a folder meet a full disk. */
export interface SmallDisk {
  readonly title: string;
  /** What the system says when it is full. */
  readonly code: 'ENOSPC' | 'EFBIG';
  /** The command that runs `program` with `folder` on the disk. */
  command(folder: string, program: readonly string[]): readonly [string, ...string[]];
}

/**
 * The ways there are on this machine to a disk of so many KiB: a file system of its own in memory, where a process may mount one that only it sees; and,
 * everywhere, a limit on the size of a file, which is a disk that is full for large files alone.
 */
export function smallDisks(sizeKiB: number): SmallDisk[] {
  const mounted: SmallDisk = {
    title: `a disk of ${sizeKiB} KiB`,
    code: 'ENOSPC',
    command: (folder, program) => {
      const script = `mount -t tmpfs -o size=${sizeKiB}k tmpfs "$0" && exec "$@"`;
      return ['unshare', '-rm', 'sh', '-c', script, folder, ...program];
    },
  };
  const limited: SmallDisk = {
    title: `a limit of ${sizeKiB} KiB a file`,
    code: 'EFBIG',
    // In blocks of half a KiB. The signal that comes with it ends a process that does not ignore it.
    command: (folder, program) => ['sh', '-c', `trap '' XFSZ; ulimit -f ${2 * sizeKiB}; exec "$@"`, folder, ...program],
  };
  return mayMount(mounted) ? [mounted, limited] : [limited];
}

function mayMount(disk: SmallDisk): boolean {
  try {
    const [command, ...args] = disk.command(tmpdir(), ['true']);
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

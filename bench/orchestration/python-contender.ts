import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MachineError } from '../../core/errors.ts';
import { installPeer, type PythonPeer } from '../peers/install-peers.ts';
import { peerEnvironment } from '../peers/peer-environment.ts';
import type { ContenderKind } from './contender.ts';

export interface PythonContender extends Omit<ContenderKind, 'start'> {
  readonly peer: PythonPeer;
  /** File beside this one. It prints `ready`, runs the load when a line comes, prints what it has stored, and ends when its input does. */
  readonly script: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A system in Python that runs as one process tree beside PostgreSQL. */
export function pythonContender({ peer, script, options, ...kind }: PythonContender): ContenderKind {
  const { system } = kind;
  return {
    ...kind,
    async start(load, { databaseUrl, postgresPid, folder, onProgress }) {
      const python = await installPeer(peer, onProgress);
      const settings = JSON.stringify({ ...load, ...options, databaseUrl, folder });
      const child = spawn(python, [fileURLToPath(new URL(script, import.meta.url)), settings], {
        cwd: folder,
        env: peerEnvironment(),
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const exited = once(child, 'exit');
      let errors = '';
      child.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-20_000)));
      child.stdin.on('error', () => {}); // it ended; the next answer says so
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      /** What the script says after a `> `: Ray prints lines of its own. */
      const answer = async (): Promise<string> => {
        for (;;) {
          const { value, done } = await lines.next();
          if (done === true)
            throw new MachineError(`${script} ended: ${errors.trim().split('\n').slice(-5).join('\n')}`);
          if (value.startsWith('> ')) return value.slice(2);
        }
      };
      await answer();
      return {
        system,
        parts: { PostgreSQL: postgresPid, [system]: child.pid! },
        async run() {
          child.stdin.write('run\n');
          await answer();
        },
        stored() {
          child.stdin.write('stored\n');
          return answer();
        },
        async close() {
          child.stdin.end();
          await exited;
        },
      };
    },
  };
}

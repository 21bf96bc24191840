/** Starts a process that never comes back to its event loop, and prints that one's id: what the test of orphans kills. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('one-that-hangs.ts', import.meta.url));
const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.once('data', () => process.stdout.write(`${child.pid}\n`));
setInterval(() => {}, 60_000);

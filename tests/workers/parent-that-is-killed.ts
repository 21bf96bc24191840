/** Starts a training worker as a supervisor does and prints its id when it polls: what the test of orphans kills. */
import { startWorkerProcess } from './worker-process.ts';

const { child, ready } = startWorkerProcess('training', process.env);
await ready;
process.stdout.write(`${child.pid}\n`);
setInterval(() => {}, 60_000);

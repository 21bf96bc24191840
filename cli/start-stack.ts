import { Listr } from 'listr2';
import { ensureStack, findStack } from '../infra/local/stack.ts';
import type { StackState, StackStep } from '../infra/local/stack-state.ts';

/**
 * The local stack, started when it is not up: each step is shown as it goes, live on a terminal, else a line for every
 * change. A stack that is up costs no line.
 */
export async function startStack(): Promise<StackState> {
  if (await findStack()) return ensureStack();
  return process.stderr.isTTY ? startLive() : ensureStack({ onSteps: plainSteps() });
}

/** Prints what has changed, but repeats no more often than every ten seconds what is only counting on. */
function plainSteps(): (steps: readonly StackStep[]) => void {
  const shown = new Map<string, { text: string; atMs: number; state: StackStep['state'] }>();
  return (steps) => {
    for (const { title, state, detail } of steps) {
      const last = shown.get(title);
      const isCounting = last?.state === state && detail.includes(' so far');
      if (last?.text === detail || (isCounting && performance.now() - last.atMs < 10_000)) continue;
      shown.set(title, { text: detail, atMs: performance.now(), state });
      console.error(`${title}: ${detail}`);
    }
  };
}

/** One task per step; the supervisor says when each begins and ends. */
async function startLive(): Promise<StackState> {
  const titles = ['PostgreSQL', 'Temporal', 'workers'];
  const gates = new Map(titles.map((title) => [title, gate()]));
  const writers = new Map<string, (detail: string) => void>();
  const stack = ensureStack({
    onSteps: (steps) => {
      for (const { title, state, detail } of steps) {
        writers.get(title)?.(detail);
        if (state === 'done') gates.get(title)?.open(detail);
      }
    },
  });
  stack.catch((error: unknown) => gates.forEach((each) => each.fail(error)));
  const list = new Listr(
    titles.map((title) => ({
      title,
      task: async (_context: unknown, task: { output: string; title: string }) => {
        writers.set(title, (detail) => (task.output = detail));
        task.title = `${title}: ${await gates.get(title)?.done}`;
      },
    })),
    { concurrent: true, exitOnError: false, rendererOptions: { collapseErrors: true, showErrorMessage: false } },
  );
  await list.run();
  return stack;
}

function gate() {
  let open!: (detail: string) => void;
  let fail!: (reason: unknown) => void;
  const done = new Promise<string>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  done.catch(() => undefined);
  return { done, open, fail };
}

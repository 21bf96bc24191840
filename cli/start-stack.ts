import { Listr } from 'listr2';
import { ensureStack, findStack } from '../infra/local/stack.ts';
import type { StackState, StackStep } from '../infra/local/stack-state.ts';

type OnSteps = (steps: readonly StackStep[]) => void;

/**
 * The local stack, started when it is not up: each step is shown as it goes, live on a terminal, else a line for every
 * change. A stack that is up costs no line.
 */
export async function startStack(): Promise<StackState> {
  if (await findStack()) return ensureStack();
  // The live list draws on standard output: where that goes to a file, results alone belong there.
  const isTerminal = process.stderr.isTTY && process.stdout.isTTY;
  return isTerminal ? showLive((onSteps) => ensureStack({ onSteps })) : ensureStack({ onSteps: plainSteps() });
}

/** Prints what has changed, but repeats no more often than every ten seconds what is only counting on. */
function plainSteps(): OnSteps {
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
export async function showLive<Stack>(start: (onSteps: OnSteps) => Promise<Stack>): Promise<Stack> {
  const titles = ['PostgreSQL', 'Temporal', 'workers', 'Grafana'];
  const gates = new Map(titles.map((title) => [title, gate()]));
  const writers = new Map<string, (detail: string) => void>();
  const stack = start((steps) => {
    for (const { title, state, detail } of steps) {
      if (state !== 'done') {
        writers.get(title)?.(detail);
        continue;
      }
      // The list refuses output of a task that is over.
      writers.delete(title);
      gates.get(title)?.open(detail);
    }
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

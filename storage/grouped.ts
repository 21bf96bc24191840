import { MachineError } from '../core/errors.ts';
import { storageError } from './storage-error.ts';

/** More rows than that a statement hold up the others for longer than a round trip saves. */
const largestGroup = 200;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a call of one item out of a statement for many, as databases commit in groups: what comes at once, or while a statement is under way,
 * is the next statement's. A call waits for no timer, so a lone one is as fast as it would be by itself. `run` answers in
 * the order of its items. When it fails by what one of several items does wrong, each is run alone.
 */
export function grouped<Item, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
): (item: Item) => Promise<Answer> {
  const waiting: Waiting<Item, Answer>[] = [];
  let isRunning = false;

  const runGroup = async (group: readonly Waiting<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await run(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => resolve(answers[index]!));
    } catch (error) {
      const isAllTheSame = group.length === 1 || storageError(error, 'group') instanceof MachineError;
      if (isAllTheSame) group.forEach(({ reject }) => reject(error));
      else await Promise.all(group.map((one) => runGroup([one])));
    }
  };

  const runAll = async (): Promise<void> => {
    while (waiting.length > 0) await runGroup(waiting.splice(0, largestGroup));
    isRunning = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (isRunning) return;
      isRunning = true;
      setImmediate(() => void runAll());
    });
}

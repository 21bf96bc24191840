import { Listr } from 'listr2';
import type { RunStep } from '../../infra/tfjs-native/install.ts';

const repeatedEveryMs = 10_000;

/** Steps one after the other: live on a terminal, else a line for each, and one now and then while it takes long. */
export const showStep: RunStep = (title, work) => (process.stderr.isTTY ? live(title, work) : plain(title, work));

const live: RunStep = async (title, work) => {
  // An answer can be undefined, so it lies in a box.
  const answers: Awaited<ReturnType<typeof work>>[] = [];
  const list = new Listr(
    [
      {
        title,
        task: async (_context: unknown, task: { output: string; title: string }) => {
          const started = performance.now();
          answers.push(await work((detail) => (task.output = detail)));
          task.title = `${title}: ${seconds(started)}`;
        },
      },
    ],
    { rendererOptions: { showErrorMessage: false } },
  );
  await list.run();
  return answers[0] as (typeof answers)[number];
};

const plain: RunStep = async (title, work) => {
  const started = performance.now();
  let shownAtMs = started;
  console.error(`${title} ...`);
  try {
    const answer = await work((detail) => {
      if (performance.now() - shownAtMs < repeatedEveryMs) return;
      shownAtMs = performance.now();
      console.error(`  ${detail}`);
    });
    console.error(`  done in ${seconds(started)}`);
    return answer;
  } catch (error) {
    console.error(`  failed after ${seconds(started)}`);
    throw error;
  }
};

function seconds(startedMs: number): string {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}

import Table from 'cli-table3';
import { frameworkCode } from '../../core/recommendation/framework-code.ts';
import type { DescribedNetwork, Recommendation } from '../../core/recommendation/recommend.ts';
import { parseInitializer } from '../../core/sweep/parse-choice.ts';
import { activationLabel, networkLabel, normalizationLabel } from '../../core/trial/labels.ts';
import { intervalText, listText } from './numbers.ts';

/** A recommendation as a person reads it: the answer, the ranking, what it rests on, theory's choice, and code for it. */
export function recommendationText(network: DescribedNetwork, recommendation: Recommendation): string {
  const { ranking, theory } = recommendation;
  const name = nameOf(network);
  const theoryLine = `Theory would take ${theory.length === 0 ? 'none: it is silent here' : theory.join(' or ')}.`;
  const first = ranking[0]?.initializer;
  if (first === undefined) {
    return `Not measured: no finished sweep encloses ${name}.\n${theoryLine}\n${codeLines(theory[0], network)}`;
  }
  return [answerLine(name, recommendation), theoryLine, '', rankingTable(recommendation), evidenceText(recommendation)]
    .join('\n')
    .concat(`\n${codeLines(first, network)}`);
}

/** Such as `relu, depth 12, width 32, residual`. */
function nameOf({ activation, depth, width, network, normalization }: DescribedNetwork): string {
  return [
    activationLabel(activation),
    `depth ${depth}`,
    `width ${width}`,
    ...(network.name === 'mlp' ? [] : [networkLabel(network)]),
    ...(normalization.name === 'none' ? [] : [`${normalizationLabel(normalization)} normalization`]),
  ].join(', ');
}

function answerLine(name: string, { ranking, notToldApart }: Recommendation): string {
  const first = ranking[0]!.initializer;
  if (ranking.length === 1) return `For ${name} only ${first} was measured: there is nothing to compare it with.`;
  return notToldApart.length === 1
    ? `For ${name} take ${first}: it is ahead of all others measured.`
    : `For ${name} take ${first}, though the trials do not tell apart ${listText(notToldApart)}.`;
}

function rankingTable({ ranking }: Recommendation): string {
  const table = new Table({
    style: { head: [], border: [], compact: true },
    head: ['', 'initializer', 'place (1 is best)', 'trials', 'seeds', '1 is better'],
  });
  ranking.forEach(({ initializer, place, trials, seeds, beatenByFirst }, i) => {
    const chance = beatenByFirst
      ? `${beatenByFirst.probability.toFixed(2)} ${intervalText(beatenByFirst.interval, (value) => value.toFixed(2))}`
      : '';
    table.push([i + 1, initializer, place.toFixed(2), trials, seeds, chance]);
  });
  return table.toString();
}

function evidenceText({ corners, ranking, sweeps }: Recommendation): string {
  const trials = ranking.reduce((sum, each) => sum + each.trials, 0);
  const lines = corners.map(
    ({ setting, depth, width, weight }) =>
      `  depth ${depth}, width ${width}: ${Math.round(100 * weight)} % (${setting})`,
  );
  return [
    `Rests on ${trials} trials in ${corners.length * ranking.length} cells of ${listText(sweeps)}, interpolated from:`,
    ...lines,
  ].join('\n');
}

function codeLines(label: string | undefined, network: DescribedNetwork): string {
  if (label === undefined) return '';
  const code = frameworkCode(parseInitializer(label), network.activation);
  if (code === null) return `\n${label}: PyTorch, Keras and JAX have no initializer that is exactly this one.`;
  const lines = Object.entries({ PyTorch: code.pytorch, Keras: code.keras, JAX: code.jax });
  return [`\n${label}, exactly:`, ...lines.map(([name, line]) => `  ${name.padEnd(8)} ${line}`)].join('\n');
}

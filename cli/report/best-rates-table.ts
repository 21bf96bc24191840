import Table from 'cli-table3';
import type { RateChoice } from '../../core/comparison/best-rate.ts';
import { cellParts, type CellLabels } from '../../core/trial/labels.ts';

/** Rows: networks; columns: initializers; in each field the learning rates that its two halves of seeds are reported at. */
export function bestRatesTable(choices: readonly RateChoice[]): string {
  const initializers = [...new Set(choices.map(({ cell }) => cell.initializer))].sort();
  const networks = new Map<string, Map<string, string>>();
  for (const choice of choices) {
    const title = networkTitle(choice, choices);
    const fields = networks.get(title) ?? new Map<string, string>();
    networks.set(title, fields.set(choice.cell.initializer, ratesText(choice)));
  }
  const table = new Table({ head: ['network', ...initializers], style: { head: [], border: [], compact: true } });
  for (const [title, fields] of networks) {
    table.push([title, ...initializers.map((initializer) => fields.get(initializer) ?? '')]);
  }
  return table.toString();
}

/** `0.03`, or `0.01, 0.03` where the halves chose differently; an arrow marks an end of the rates tried, beyond which a better one may lie. */
function ratesText({ rates, parts }: RateChoice): string {
  const chosen = [...new Set(parts.map(({ learningRate }) => learningRate))].sort((a, b) => a - b);
  const marked = chosen.map((rate) => {
    if (rates.length === 1) return String(rate);
    return `${rate}${rate === rates[0] ? ' ↓' : ''}${rate === rates.at(-1) ? ' ↑' : ''}`;
  });
  return marked.join(', ') || '-';
}

function networkTitle({ cell }: RateChoice, all: readonly RateChoice[]): string {
  const shown = (axis: keyof CellLabels): boolean => {
    if (axis === 'initializer' || axis === 'learningRate') return false;
    return axis === 'activation' || axis === 'depth' || new Set(all.map((other) => other.cell[axis])).size > 1;
  };
  return cellParts({ ...cell, learningRate: 'best' }, shown).join(' · ');
}

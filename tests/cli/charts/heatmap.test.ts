import { parseHTML } from 'linkedom';
import { expect, it } from 'vitest';
import { heatmap, type Heatmap } from '../../../cli/charts/heatmap.ts';

const chart: Heatmap = {
  title: 'median epochs',
  rows: ['relu', 'tanh'],
  columns: ['heNormal', 'zeros'],
  cells: [
    { row: 'relu', column: 'heNormal', value: 2, text: '2' },
    { row: 'relu', column: 'zeros', value: null, text: '> 20' },
    { row: 'tanh', column: 'heNormal', value: 18, text: '18' },
  ],
  domain: [20, 1],
};

function fills(svg: string, selector: string): (string | null)[] {
  return [...parseHTML(svg).document.querySelectorAll(selector)].map((element) => element.getAttribute('fill'));
}

it('colours cells by their values and leaves those without a number plain', () => {
  const [best, none, slow] = fills(heatmap(chart), 'g[aria-label="cell"] rect');
  expect(none).toBe('none');
  expect(best).toMatch(/^rgb/);
  expect(slow).toMatch(/^rgb/);
  expect(best).not.toBe(slow);
});

it('writes black on bright cells, white on dark ones and in the colour of text on plain ones', () => {
  expect(fills(heatmap(chart), 'g[aria-label="text"] text')).toEqual(['#000000', 'currentColor', '#ffffff']);
});

it('shows the texts of all cells and names rows and columns', () => {
  const svg = heatmap(chart);
  for (const text of ['2', '&gt; 20', '18', 'relu', 'tanh', 'heNormal', 'zeros']) expect(svg).toContain(`>${text}<`);
});

it('draws where all values are the same, and where there are none', () => {
  const same = chart.cells.map((cell) => ({ ...cell, value: 3 }));
  const { domain: _, ...open } = chart;
  expect(heatmap({ ...open, cells: same })).not.toContain('NaN');
  expect(heatmap({ ...open, cells: chart.cells.map((cell) => ({ ...cell, value: null })) })).not.toContain('NaN');
});

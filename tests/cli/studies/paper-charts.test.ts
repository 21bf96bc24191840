import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { glorotCharts, heChart, saxeChart, schoenholzCharts, type Picture } from '../../../cli/studies/paper-charts.ts';
import { glorotTable, heTable, saxeTable, schoenholzTable } from '../../../cli/studies/paper-tables.ts';
import { paperLayer, paperTrial } from '../../core/papers/paper-trials.ts';

const seeds = [1, 2, 3, 4];

/** What a picture draws: its lines' paths and its texts. */
function drawn({ svg }: Picture) {
  const { document } = parseHTML(svg);
  return {
    lines: [...document.querySelectorAll('g[aria-label="line"] path')].map((path) => path.getAttribute('d') ?? ''),
    texts: [...document.querySelectorAll('text')].map((text) => text.textContent),
  };
}

describe('pictures and tables of the papers', () => {
  it('show layers before training beside theory', () => {
    const trials = ['commonHeuristic', 'glorotUniform'].flatMap((initializer) =>
      seeds.map((seed) => paperTrial({ initializer, seed })),
    );
    const layers = trials.flatMap((trial) =>
      [1, 2, 3, 4, 5, 6].map((layer) => paperLayer(trial, layer, { backpropagatedVariance: 10 ** (layer - 9) })),
    );
    const input = { trials, layers, epochs: 1, target: null };
    for (const picture of glorotCharts(input)) expect(drawn(picture).lines).toHaveLength(4);
    expect(glorotTable(input)).toMatch(/\| commonHeuristic \| gradient \| 1e-8 \(.*\) \| 1e-7 \(/);
  });

  it('show the share of trials at the target, and medians with censoring', () => {
    const trials = ['glorotNormal', 'heNormal'].flatMap((initializer) =>
      [21, 29].flatMap((depth) =>
        seeds.map((seed) =>
          paperTrial({
            initializer,
            depth,
            seed,
            activation: 'relu',
            epochsToTarget: initializer === 'glorotNormal' && depth === 29 ? null : depth,
          }),
        ),
      ),
    );
    const input = { trials, layers: [], epochs: 60, target: {} };
    const { lines, texts } = drawn(heChart(input)[0]!);
    expect(lines).toHaveLength(4);
    expect(texts).toContain('glorotNormal, 30 layers');
    expect(heTable(input)).toContain('| 30 | glorotNormal | 0 of 4 | > 60 |');
  });

  it('show epochs over depth, and at which rates', () => {
    const trials = ['lecunNormal', 'orthogonal'].flatMap((initializer) =>
      [2, 8].flatMap((depth) =>
        seeds.flatMap((seed) =>
          [0.01, 0.1].map((learningRate) =>
            paperTrial({ initializer, depth, seed, learningRate, epochsToTarget: learningRate === 0.1 ? 3 : 30 }),
          ),
        ),
      ),
    );
    const input = { trials, layers: [], epochs: 200, target: {} };
    expect(drawn(saxeChart(input)[0]!).lines).toHaveLength(2);
    expect(saxeTable(input)).toContain('| orthogonal | 3 at 0.1 | 3 at 0.1 |');
  });

  it('show which depths were trained, and mark those up to six correlation lengths', () => {
    const trials = [0.7071, 1.3266].flatMap((sigmaW) =>
      [6, 24].flatMap((depth) =>
        seeds.map((seed) =>
          paperTrial({
            initializer: `meanField(sigmaB=0.2236, sigmaW=${sigmaW})`,
            depth,
            seed,
            epochsToTarget: sigmaW < 1 && depth === 24 ? null : 5,
          }),
        ),
      ),
    );
    const input = { trials, layers: [], epochs: 15, target: {} };
    const [trained, limit] = schoenholzCharts(input);
    // xi is 1.2 at sigmaW^2 = 0.5, and thousands next to the edge of chaos.
    const fields = drawn(trained!).texts.filter((text) => /^\d\/\d/.test(text ?? ''));
    expect(fields.toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))).toEqual(['0/4', '4/4 ◂', '4/4 ◂', '4/4 ◂']);
    expect(drawn(limit!).lines).toHaveLength(2);
    expect(schoenholzTable(input)).toMatch(/\| 0\.5 \| 1\.19 \| 7\.1\d \| 6 \| 4\/4 \| 0\/4 \|/);
  });
});

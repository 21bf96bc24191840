import { describe, expect, test } from 'vitest';
import { progressDisplay } from '../../../cli/progress/progress-display.ts';
import { durationText, progressLine } from '../../../cli/progress/progress-text.ts';
import type { SweepProgress } from '../../../storage/sweep-store.ts';

function progressOf(converged: number, running = 2): SweepProgress {
  const states = { running, converged, notConverged: 0, diverged: 1, failed: 0, cancelled: 0, pruned: 0 };
  return {
    total: 40,
    states,
    reused: 0,
    epochsPlanned: 0,
    epochsSpared: 0,
    best: {
      initializer: 'heNormal',
      activation: 'relu',
      network: 'mlp',
      normalization: 'none',
      depth: 8,
      width: 32,
      learningRate: 0.1,
      optimizer: 'sgd',
      batchSize: 64,
      dataset: 'digits',
      trials: 5,
      converged: 5,
      medianEpochsToTarget: 4,
      medianTestAccuracy: 0.9712,
      medianTestLoss: 0.1,
    },
  };
}

function recorder(): { stream: NodeJS.WriteStream; lines: () => string[] } {
  let text = '';
  const stream = { isTTY: false, write: (part: string) => ((text += part), true) } as unknown as NodeJS.WriteStream;
  return { stream, lines: () => text.split('\n').filter(Boolean) };
}

describe('plain progress', () => {
  test('says what is done, runs and failed, the time left, and the best cell', () => {
    expect(progressLine(progressOf(19), 95_000)).toBe(
      '20/40 trials done (50 %) · 2 running · 0 failed · 1 diverged · about 1 min 35 s left · ' +
        'best so far: heNormal, relu, depth 8, target after 4 epochs, test accuracy 97.1 %',
    );
  });

  test('comes every few seconds, only when something has changed, and always at the end', () => {
    let now = 0;
    const { stream, lines } = recorder();
    const display = progressDisplay(stream, () => now);
    for (; now < 4_000; now += 500) display.show(progressOf(now / 500));
    expect(lines()).toHaveLength(1);
    for (; now < 60_000; now += 500) display.show(progressOf(8));
    expect(lines()).toHaveLength(2);
    display.show(progressOf(9));
    display.show(progressOf(39, 0));
    display.end();
    expect(lines().at(-1)).toContain('40/40 trials done (100 %) · 0 running');
    const before = lines().length;
    display.end();
    expect(lines()).toHaveLength(before);
  });
});

describe('durationText', () => {
  test.each([
    [300, '1 s'],
    [59_400, '59 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms is %s', (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text);
  });
});

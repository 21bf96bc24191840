/** A sweep file of 20 trials that all of the arithmetic trainer's networks converge on. */
export function sweepFile(changes: { axes?: object; training?: object; run?: object } = {}) {
  return {
    name: 'orchestra',
    axes: {
      initializer: ['heNormal', 'glorotNormal'],
      activation: ['relu', 'tanh'],
      depth: 2,
      seed: [1, 2, 3, 4, 5],
      ...changes.axes,
    },
    training: { epochs: 8, target: { metric: 'validationAccuracy', threshold: 0.9 }, ...changes.training },
    run: { concurrency: 6, ...changes.run },
  };
}

import type { NetworkFamily } from './sample-networks.ts';

const he = { name: 'heNormal', mode: 'fanIn', slope: 'activation' } as const;
const glorot = { name: 'glorotNormal', gain: 1 } as const;
const size = { depth: 30, width: 256 };

/** The networks of docs/theory.md; critical at sigmaB^2 = 0.05, where tanh's sigmaW^2 is 1.761. */
export const families: readonly (NetworkFamily & { readonly title: string })[] = [
  { title: 'relu, He', initializer: he, activation: { name: 'relu' }, ...size },
  { title: 'relu, Glorot', initializer: glorot, activation: { name: 'relu' }, ...size },
  { title: 'tanh, Glorot', initializer: glorot, activation: { name: 'tanh' }, ...size },
  { title: 'tanh, He', initializer: he, activation: { name: 'tanh' }, ...size },
  {
    title: 'tanh, critical',
    initializer: { name: 'critical', sigmaB: Math.sqrt(0.05) },
    activation: { name: 'tanh' },
    ...size,
  },
  { title: 'sigmoid, Glorot', initializer: glorot, activation: { name: 'sigmoid' }, ...size },
];

import type { ClaimName } from './claim.ts';

/** The six claims, in the order in which they are numbered. */
export const claimNames = [
  'symmetry',
  'variance',
  'gradients',
  'speed',
  'fit',
  'framework',
] as const satisfies readonly ClaimName[];

/** Each claim in a few words, and as textbooks have it. */
export const claimTexts: Readonly<Record<ClaimName, { readonly title: string; readonly statement: string }>> = {
  symmetry: {
    title: 'Equal weights stay equal',
    statement: 'With zeros or constant weights the units of a layer stay identical; with random ones they do not.',
  },
  variance: {
    title: 'The fitting scale keeps variance',
    statement:
      'Glorot keeps the variance of activations across depth under tanh, He under relu; a wrong scale changes it geometrically.',
  },
  gradients: {
    title: 'The fitting scale keeps gradients',
    statement:
      'The fitting initializer keeps gradients from vanishing and exploding on their way to the first layer; a wrong scale does not.',
  },
  speed: {
    title: 'The fitting initializer is faster',
    statement: 'With the fitting initializer fewer epochs are needed until the target.',
  },
  fit: {
    title: 'He for relu, Glorot for tanh',
    statement: 'He is best with relu and its kin, Glorot with tanh and sigmoid.',
  },
  framework: {
    title: 'Theory recommends well',
    statement:
      'From architecture and activation alone, theory recommends an initializer that does better than the other ones measured.',
  },
};

/** A factor on the standard deviation: a number, the conventional gain of the activation, or the gain that keeps the second moment. */
export type Gain = number | 'conventional' | 'secondMoment';

/** Every initializer, parsed and with its defaults filled in. */
export type Initializer =
  | { readonly name: 'zeros' }
  | { readonly name: 'constant'; readonly value: number }
  | { readonly name: 'normal'; readonly sd: number }
  | { readonly name: 'truncatedNormal'; readonly sd: number }
  | { readonly name: 'uniform'; readonly limit: number }
  | { readonly name: 'lecunNormal' | 'lecunUniform' | 'lecunTruncatedNormal'; readonly gain: Gain }
  | { readonly name: 'glorotNormal' | 'glorotUniform' | 'glorotTruncatedNormal'; readonly gain: Gain }
  | { readonly name: 'commonHeuristic' }
  | {
      readonly name: 'heNormal' | 'heUniform' | 'heTruncatedNormal';
      readonly mode: 'fanIn' | 'fanOut';
      /** Negative slope a in 2 / ((1 + a^2) fan); `activation` takes it from the activation (0 where that has none). */
      readonly slope: number | 'activation';
    }
  | { readonly name: 'orthogonal'; readonly gain: Gain }
  | { readonly name: 'identity'; readonly gain: Gain }
  | { readonly name: 'sparse'; readonly k: number; readonly sd: number }
  | { readonly name: 'lsuv'; readonly tolerance: number; readonly maxIterations: number }
  | { readonly name: 'critical'; readonly sigmaB: number }
  | { readonly name: 'meanField'; readonly sigmaW: number; readonly sigmaB: number }
  | { readonly name: 'deltaOrthogonal'; readonly gain: Gain }
  | { readonly name: 'fixup' };

export type InitializerName = Initializer['name'];

/** Every activation, parsed and with its defaults filled in. */
export type Activation =
  | { readonly name: 'leakyRelu'; readonly slope: number }
  | { readonly name: 'elu'; readonly alpha: number }
  | {
      readonly name:
        'relu' | 'selu' | 'gelu' | 'swish' | 'softplus' | 'softsign' | 'tanh' | 'hardTanh' | 'sigmoid' | 'linear';
    };

export type ActivationName = Activation['name'];

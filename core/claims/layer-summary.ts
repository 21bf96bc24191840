/** What the probes of one trial saw of its hidden layers, summed up: all that the claims need of them, in the same space whatever the depth. */
export interface LayerSummary {
  /** Before the first step; null where the first hidden layer was not probed then. */
  readonly initial: InitialLayers | null;
  /** Gradients after the last probed epoch of training; null where none was probed. */
  readonly finalGradients: GradientNorms | null;
  /** Of the mean pairwise cosines of all hidden layers in all probed epochs of training, the least and the greatest; null without any. */
  readonly cosines: { readonly least: number; readonly greatest: number } | null;
}

/** In each of these a number that was not finite is null. */
export interface InitialLayers {
  /** Of the first hidden layer. */
  readonly preActivationVariance: number | null;
  /** Of the first and of the last hidden layer. */
  readonly activationVariance: { readonly first: number | null; readonly last: number | null };
  readonly gradients: GradientNorms;
}

/** Norms of the kernels' gradients over the hidden layers. */
export interface GradientNorms {
  readonly least: number | null;
  readonly greatest: number | null;
  /** Of the last hidden layer. */
  readonly last: number | null;
  readonly areFinite: boolean;
}

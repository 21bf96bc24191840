import type { Activation } from '../activations/activation.ts';
import { resolveGain } from '../initializers/gain.ts';
import type { Initializer } from '../initializers/initializer.ts';
import { criticalPoint } from '../theory/critical-point.ts';

/** A line each; `layer` is a dense layer of the framework, and biases start at 0 where nothing else is said. */
export interface FrameworkCode {
  readonly pytorch: string;
  readonly keras: string;
  readonly jax: string;
}

interface Scaling {
  /** Variance = scale / fan. */
  readonly scale: number;
  readonly mode: 'fan_in' | 'fan_out' | 'fan_avg';
  readonly distribution: 'normal' | 'uniform' | 'truncatedNormal';
}

/** Standard deviation of a standard normal cut at 2 standard deviations; the frameworks' scaling initializers correct for it, their plain ones do not. */
const afterCut = 0.8796256610342398;
const digits = 13;

/**
 * What draws from exactly the same distribution in PyTorch, Keras 3 and JAX. Their shortcuts of the same name do not always: Keras' and JAX' normal He and
 * Glorot are cut at two standard deviations.
 *
 * @returns null for initializers that no framework has (identity with a gain, sparse, lsuv and their like)
 */
export function frameworkCode(initializer: Initializer, activation: Activation): FrameworkCode | null {
  switch (initializer.name) {
    case 'deltaOrthogonal':
    case 'fixup':
    case 'identity':
    case 'sparse':
    case 'lsuv':
      return null;
    case 'zeros':
      return constantCode(0);
    case 'constant':
      return constantCode(initializer.value);
    case 'normal':
      return {
        pytorch: `torch.nn.init.normal_(layer.weight, std=${initializer.sd})`,
        keras: `keras.initializers.RandomNormal(stddev=${initializer.sd})`,
        jax: `jax.nn.initializers.normal(stddev=${initializer.sd})`,
      };
    case 'truncatedNormal': {
      const sd = initializer.sd / afterCut;
      return {
        pytorch: `torch.nn.init.trunc_normal_(layer.weight, std=${sd}, a=${-2 * sd}, b=${2 * sd})`,
        keras: `keras.initializers.TruncatedNormal(stddev=${sd})`,
        jax: `jax.nn.initializers.truncated_normal(stddev=${sd})`,
      };
    }
    case 'uniform': {
      const { limit } = initializer;
      return {
        pytorch: `torch.nn.init.uniform_(layer.weight, ${-limit}, ${limit})`,
        keras: `keras.initializers.RandomUniform(${-limit}, ${limit})`,
        jax: `lambda key, shape, dtype=float: jax.random.uniform(key, shape, dtype, ${-limit}, ${limit})`,
      };
    }
    case 'orthogonal': {
      const gain = resolveGain(initializer.gain, activation);
      return {
        pytorch: `torch.nn.init.orthogonal_(layer.weight, gain=${gain})`,
        keras: `keras.initializers.Orthogonal(gain=${gain})`,
        jax: `jax.nn.initializers.orthogonal(scale=${gain})`,
      };
    }
    case 'critical':
      return withBias(criticalPoint(activation, initializer.sigmaB).sigmaW, initializer.sigmaB);
    case 'meanField':
      return withBias(initializer.sigmaW, initializer.sigmaB);
    default:
      return scalingCode(scalingOf(initializer, activation));
  }
}

type ScaledInitializer = Extract<
  Initializer,
  { readonly name: `${'lecun' | 'glorot' | 'he'}${string}` | 'commonHeuristic' }
>;

function scalingOf(initializer: ScaledInitializer, activation: Activation): Scaling {
  if (initializer.name === 'commonHeuristic') return { scale: 1 / 3, mode: 'fan_in', distribution: 'uniform' };
  const distribution = initializer.name.endsWith('TruncatedNormal')
    ? 'truncatedNormal'
    : initializer.name.endsWith('Uniform')
      ? 'uniform'
      : 'normal';
  if ('mode' in initializer) {
    const own = activation.name === 'leakyRelu' ? activation.slope : 0;
    const slope = initializer.slope === 'activation' ? own : initializer.slope;
    return { scale: 2 / (1 + slope ** 2), mode: initializer.mode === 'fanIn' ? 'fan_in' : 'fan_out', distribution };
  }
  const scale = resolveGain(initializer.gain, activation) ** 2;
  return { scale, mode: initializer.name.startsWith('glorot') ? 'fan_avg' : 'fan_in', distribution };
}

/** torch's weight is [out, in]. */
const torchFans = {
  fan_in: 'layer.in_features',
  fan_out: 'layer.out_features',
  fan_avg: '((layer.in_features + layer.out_features) / 2)',
} as const;

function scalingCode({ scale: exact, mode, distribution }: Scaling): FrameworkCode {
  // What was computed ends in digits of rounding, which nobody wants to read.
  const scale = Number(exact.toPrecision(digits));
  const fan = torchFans[mode];
  const torch = {
    normal: `torch.nn.init.normal_(layer.weight, std=(${scale} / ${fan}) ** 0.5)`,
    uniform: `b = (${Number((3 * exact).toPrecision(digits))} / ${fan}) ** 0.5; torch.nn.init.uniform_(layer.weight, -b, b)`,
    truncatedNormal: `s = (${scale} / ${fan}) ** 0.5 / ${afterCut}; torch.nn.init.trunc_normal_(layer.weight, std=s, a=-2 * s, b=2 * s)`,
  } as const;
  const keras = { normal: 'untruncated_normal', uniform: 'uniform', truncatedNormal: 'truncated_normal' } as const;
  const jax = { normal: 'normal', uniform: 'uniform', truncatedNormal: 'truncated_normal' } as const;
  return {
    pytorch: torch[distribution],
    keras: `keras.initializers.VarianceScaling(scale=${scale}, mode="${mode}", distribution="${keras[distribution]}")`,
    jax: `jax.nn.initializers.variance_scaling(${scale}, "${mode}", "${jax[distribution]}")`,
  };
}

function withBias(sigmaW: number, sigmaB: number): FrameworkCode {
  const { pytorch, keras, jax } = scalingCode({ scale: sigmaW ** 2, mode: 'fan_in', distribution: 'normal' });
  if (sigmaB === 0) return { pytorch, keras, jax };
  return {
    pytorch: `${pytorch}; torch.nn.init.normal_(layer.bias, std=${sigmaB})`,
    keras: `${keras}, bias_initializer=keras.initializers.RandomNormal(stddev=${sigmaB})`,
    jax: `${jax}  # biases: jax.nn.initializers.normal(stddev=${sigmaB})`,
  };
}

function constantCode(value: number): FrameworkCode {
  return {
    pytorch: `torch.nn.init.constant_(layer.weight, ${value})`,
    keras: `keras.initializers.Constant(${value})`,
    jax: `jax.nn.initializers.constant(${value})`,
  };
}

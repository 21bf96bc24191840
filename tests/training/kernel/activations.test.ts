import { beforeAll, describe, expect, it } from 'vitest';
import { activationFunctions } from '../../../core/activations/activation-functions.ts';
import type { Activation } from '../../../core/activations/activation.ts';
import { normalCdf } from '../../../core/activations/error-function.ts';
import { activationLabel } from '../../../core/trial/labels.ts';
import { activationCodes, activationParameter } from '../../../training/backends/kernel/codes.ts';
import type { Kernel } from '../../../training/backends/kernel/kernel.ts';
import { webAssembly, type WasmMemory } from '../../../training/backends/kernel/web-assembly.ts';
import { everyActivation } from '../../core/activations/every-activation.ts';
import { kernels } from './kernels.ts';

const named = everyActivation.map((activation) => [activationLabel(activation), activation] as const);

/** What the kernel's docstrings claim: a few roundings of 2^-24 and the polynomials' own errors. */
const tolerance = 5e-7;

/** Exponentials below e^-69 and activations of |z| < 2^-100 are 0 in the kernel: 2^-99 absolute, times |z| where z multiplies. */
const flushed = (z: number): number => 2 ** -99 * Math.max(1, Math.abs(z));

const sigmoidSlope = (z: number): number => 0.25 / Math.cosh(z / 2) ** 2;
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Slopes whose textbook form cancels in double precision too, here without. */
const exactSlopes: Partial<Record<Activation['name'], (z: number) => number>> = {
  tanh: (z) => 1 / Math.cosh(z) ** 2,
  sigmoid: sigmoidSlope,
  swish: (z) => sigmoid(z) + z * sigmoidSlope(z),
};

/** Where a slope is a difference of two terms, its error is measured against their sizes. */
const slopeSizes: Partial<Record<Activation['name'], (z: number) => number>> = {
  gelu: (z) => normalCdf(z) + Math.abs(z) * density(z),
  swish: (z) => sigmoid(z) + Math.abs(z) * sigmoidSlope(z),
};

/** Every 2,003rd float32 from 2^-99 to 2^10, both signs: 3,800 numbers in each power of two. */
function sweep(): Float32Array {
  const bits: number[] = [];
  for (let pattern = (127 - 99) << 23; pattern < (127 + 10) << 23; pattern += 2_003) bits.push(pattern);
  const positive = new Float32Array(Uint32Array.from(bits).buffer);
  return Float32Array.from([...positive, ...positive.map((z) => -z)]);
}

describe.each(kernels)('activations of the kernel $name', ({ compile }) => {
  let kernel: Kernel;
  let memory: WasmMemory;
  beforeAll(async () => {
    memory = new webAssembly.Memory({ initial: 1, maximum: 1_024 });
    kernel = (await compile()).instantiate(memory);
    memory.grow(1_023);
  });

  function apply(activation: Activation, z: Float32Array): { values: Float32Array; slopes: Float32Array } {
    const start = Math.ceil(kernel.heapBase() / 64) * 64;
    const padded = Math.ceil(z.length / 16) * 16;
    const values = new Float32Array(memory.buffer, start, padded);
    const slopes = new Float32Array(memory.buffer, start + padded * 4, padded);
    values.set(z);
    const code = activationCodes[activation.name];
    kernel.activate(code, activationParameter(activation), start, start + padded * 4, padded * 4);
    return { values: values.slice(0, z.length), slopes: slopes.slice(0, z.length) };
  }

  const points = sweep();

  it.each(named)(
    '%s and its slope are within 5e-7 of double precision over a dense sweep of float32',
    (_, activation) => {
      const { name } = activation;
      const { value, derivative } = activationFunctions(activation);
      const slope = exactSlopes[name] ?? derivative;
      const { values, slopes } = apply(activation, points);
      let worst = { value: 0, valueAt: 0, slope: 0, slopeAt: 0 };
      points.forEach((z, i) => {
        const exact = value(z);
        const valueError = Math.max(0, Math.abs(values[i]! - exact) - flushed(z)) / Math.abs(exact || 1);
        const exactSlope = slope(z);
        const size = slopeSizes[name]?.(z) ?? Math.abs(exactSlope);
        const slopeError = Math.max(0, Math.abs(slopes[i]! - exactSlope) - flushed(z)) / (size || 1);
        if (!(valueError <= worst.value)) worst = { ...worst, value: valueError, valueAt: z };
        if (!(slopeError <= worst.slope)) worst = { ...worst, slope: slopeError, slopeAt: z };
      });
      expect(worst.value, `value at ${worst.valueAt}`).toBeLessThan(tolerance);
      expect(worst.slope, `slope at ${worst.slopeAt}`).toBeLessThan(tolerance);
    },
  );

  it.each(named)('%s of zeros, huge numbers, infinities and NaN is that of double precision', (_, activation) => {
    const special = Float32Array.of(0, -0, 1e30, -1e30, 3.4e38, -3.4e38, Infinity, -Infinity, NaN, 1e-45, -1e-45);
    const { value } = activationFunctions(activation);
    const { values } = apply(activation, special);
    special.forEach((z, i) => {
      const exact = Math.fround(value(z));
      const equal = Object.is(values[i], exact) || Math.abs(values[i]! - exact) <= Math.abs(exact) * 1e-6 + 2 ** -99;
      expect(equal, `f(${z}) is ${values[i]}, not ${exact}`).toBe(true);
    });
  });

  it.each(named)('%s leaves no subnormal number, whatever goes in', (_, activation) => {
    const tiny = Float32Array.from({ length: 400 }, (__, i) => (i % 2 ? -1 : 1) * 2 ** (-149 + i / 4));
    const { values } = apply(activation, Float32Array.from([...tiny, ...points]));
    expect(values.filter((value) => value !== 0 && Math.abs(value) < 2 ** -126)).toEqual(Float32Array.of());
  });
});

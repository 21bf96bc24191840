import type { Activation } from '../../activations/activation.ts';
import { UserError, type Issue } from '../../errors.ts';
import type { Initializer } from '../../initializers/initializer.ts';
import { criticalPoint } from '../../theory/critical-point.ts';
import { activationLabel, initializerLabel } from '../../trial/labels.ts';
import { excludesCombination } from '../exclusions.ts';
import { issueAt } from '../mistakes/issues-of.ts';
import type { PlacedValue } from '../read-parts.ts';
import type { Exclusion } from '../sweep-spec.ts';

/** Combinations that are solved, a millisecond or so each; a trial beyond them tells for itself. */
const mostSolved = 1000;

/** Combinations of `critical` with activations that have no critical point: each would fail in every trial, so it is told before any runs. */
export function checkCritical(
  input: unknown,
  initializers: readonly PlacedValue<Initializer>[],
  activations: readonly Activation[],
  exclude: readonly Exclusion[],
): Issue[] {
  const critical = initializers.flatMap(({ path, value }) => (value.name === 'critical' ? [{ path, value }] : []));
  return critical.slice(0, mostSolved / Math.max(1, activations.length)).flatMap(({ path, value }) =>
    activations.flatMap((activation) => {
      const labels = { initializer: initializerLabel(value), activation: activationLabel(activation) };
      if (excludesCombination(exclude, labels)) return [];
      const message = reasonAgainst(activation, value.sigmaB);
      return message === null ? [] : [issueAt(input, path, `${message} Or exclude the combination.`)];
    }),
  );
}

function reasonAgainst(activation: Activation, sigmaB: number): string | null {
  try {
    criticalPoint(activation, sigmaB);
    return null;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

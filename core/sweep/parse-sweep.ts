import { checkAdaptive } from './checks/check-adaptive.ts';
import { checkCritical } from './checks/check-critical.ts';
import { checkNetworks } from './checks/check-networks.ts';
import { checkAxes, settleAxes } from './checks/settle-axes.ts';
import { checkTraining, defaultLoss } from './checks/check-training.ts';
import { resolveExclusions } from './checks/resolve-exclusions.ts';
import { oversize } from './input-size.ts';
import { defaultLimits, type SweepLimits } from './limits.ts';
import { describeMistake } from './mistakes/describe-mistake.ts';
import { issuesOf, mistakesError } from './mistakes/issues-of.ts';
import { readParts } from './read-parts.ts';
import { sweepSchemas } from './schema/sweep-file.ts';
import type { SweepSpec } from './sweep-spec.ts';

/**
 * Checks the content of a sweep file, already read from JSON or YAML, and fills its defaults in. The result is plain JSON: it
 * travels through workflow payloads unchanged.
 *
 * @throws UserError with every mistake at once: path, value, and what is allowed
 */
export function parseSweep(input: unknown, limits: SweepLimits = defaultLimits): SweepSpec {
  const tooLarge = oversize(input, limits);
  if (tooLarge !== null) throw mistakesError([tooLarge]);

  const schemas = sweepSchemas(limits);
  const parsed = schemas.file.safeParse(input, { error: describeMistake });
  const parts = readParts(input, schemas);
  const axes = settleAxes(parts.axes);
  const { exclude, issues: exclusionIssues } = resolveExclusions(input, parts, axes, schemas.axisValues);
  const issues = [
    ...(parsed.success ? [] : issuesOf(parsed.error, input)),
    ...checkAxes(input, parts.axes, axes, limits),
    ...checkTraining(input, parts, axes, limits),
    ...exclusionIssues,
    ...checkNetworks(input, parts.axes, axes, exclude),
    ...checkAdaptive(input, parts, axes, limits),
    ...checkCritical(input, parts.axes.initializer.values, axes.activation, exclude),
  ];
  if (!parsed.success || issues.length > 0) throw mistakesError(issues);

  const { name, description, training, probes, adaptive, run } = parsed.data;
  const spec = {
    name,
    description,
    axes,
    exclude,
    training: {
      epochs: training.epochs,
      loss: training.loss ?? defaultLoss(axes.dataset),
      target: training.target,
      stopAtTarget: training.stopAtTarget,
    },
    probes: { epochs: probes.epochs === 'none' ? [] : probes.epochs, examples: probes.examples },
    adaptive,
    run,
  };
  // What the file leaves out is left out here. -0 passes every check; as JSON it is 0, here and in every payload.
  return JSON.parse(JSON.stringify(spec)) as SweepSpec;
}

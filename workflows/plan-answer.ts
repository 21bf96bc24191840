import { axisLabels } from '../core/sweep/exclusions.ts';
import type { Plan } from '../core/sweep/plan.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import type { PlanAnswer } from './messages.ts';

const firstTrialsShown = 10;

/** Answer to the query `plan`. */
export function planAnswer(spec: SweepSpec, plan: Plan): PlanAnswer {
  const firstTrials: string[] = [];
  for (let position = 0; position < plan.gridSize && firstTrials.length < firstTrialsShown; position++) {
    const trial = plan.at(position);
    if (trial !== null) firstTrials.push(trial.label);
  }
  return {
    name: spec.name,
    description: spec.description,
    axes: axisLabels(spec.axes),
    gridSize: plan.gridSize,
    trialCount: plan.trialCount,
    epochsAtMost: plan.trialCount * spec.training.epochs,
    firstTrials,
  };
}

import type { CellSummary } from '../activities/control-activities.ts';
import { cellParts, isTold } from '../core/trial/labels.ts';
import type { ProgressAnswer, VerdictAnswer } from './messages.ts';

const barLength = 20;

/** A sweep's current details for the Temporal UI, in Markdown. */
export function sweepDetails(progress: ProgressAnswer): string {
  const filled = Math.floor(progress.share * barLength);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)}`;
  const counts = [
    ['converged', progress.converged],
    ['not converged', progress.notConverged],
    ['diverged', progress.diverged],
    ['failed', progress.failed],
    ['cancelled', progress.cancelled],
    ['pruned', progress.pruned],
    ['in the workers’ hands', progress.running],
    ['reused from earlier sweeps', progress.reused],
  ] as const;
  return [
    `**${progress.name}** is ${progress.state}: ${progress.done} of ${progress.total} trials`,
    `\`${bar}\` ${Math.floor(progress.share * 100)} %`,
    ...(progress.best === null ? [] : [bestCellLine(progress.best)]),
    ...(progress.verdicts.length === 0 ? [] : [verdictTable(progress.verdicts)]),
    ['| trials | |', '| --- | ---: |', ...counts.map(([name, count]) => `| ${name} | ${count} |`)].join('\n'),
    ...(progress.commonestFailures.length === 0
      ? []
      : [['Failures:', ...progress.commonestFailures.map((reason) => `- ${reason}`)].join('\n')]),
  ].join('\n\n');
}

function verdictTable(verdicts: readonly VerdictAnswer[]): string {
  const rows = verdicts.map(({ title, decision, summary }) => `| ${title} | **${decision}** | ${summary} |`);
  return ['| claim | verdict | |', '| --- | --- | --- |', ...rows].join('\n');
}

function bestCellLine(best: CellSummary): string {
  const name = cellParts(best, (axis) => isTold(best, axis)).join(' · ');
  const speed = best.medianEpochsToTarget === null ? null : `median ${best.medianEpochsToTarget} epochs to target`;
  const accuracy = best.medianTestAccuracy === null ? null : `test accuracy ${best.medianTestAccuracy.toFixed(3)}`;
  const numbers = [`${best.converged} of ${best.trials} converged`, speed, accuracy].filter((text) => text !== null);
  return `Best cell so far: **${name}** (${numbers.join(', ')})`;
}

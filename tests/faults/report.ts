import type { CampaignOptions, CampaignResult } from './campaign.ts';
import { faultNames } from './faults.ts';

/** What did not hold; empty when everything did. */
export function failuresOf(result: CampaignResult, { trials }: CampaignOptions): string[] {
  const { disturbed, undisturbed, injected, refused, executionsOfTwentyStarts } = result;
  const damaged = injected.filter(({ name }) => name.includes('checkpoint')).length;
  return [
    ...[undisturbed, ...disturbed].flatMap(({ trials: found, wrongEpochs, states }) => [
      ...(found === trials ? [] : [`${found} trials instead of ${trials}`]),
      ...(wrongEpochs === 0 ? [] : [`${wrongEpochs} epochs lost or doubled`]),
      ...['running', 'failed', 'cancelled']
        .filter((state) => states[state])
        .map((state) => `${states[state]} trials ${state}`),
    ]),
    ...disturbed.flatMap(({ hash }) =>
      hash === undisturbed.hash ? [] : [`other results: ${hash}, undisturbed ${undisturbed.hash}`],
    ),
    ...(refused >= damaged ? [] : [`${damaged} checkpoints were damaged and ${refused} refused`]),
    ...(executionsOfTwentyStarts === 1 ? [] : [`${executionsOfTwentyStarts} executions of one workflow id`]),
  ];
}

/** For a person, in Markdown. */
export function reportOf(result: CampaignResult, options: CampaignOptions): string {
  const { injected, undisturbed, disturbed, resumed, refused, executionsOfTwentyStarts, suspects, unexpectedEnds } =
    result;
  const rows = faultNames.flatMap((name) => {
    const times = injected.filter((fault) => fault.name === name);
    return times.length === 0 ? [] : [`| ${name} | ${times.length} | ${times[0]!.evidence} |`];
  });
  const failures = failuresOf(result, options);
  return [
    '| fault | injected | seen (the first of them) |',
    '| --- | ---: | --- |',
    ...rows,
    `| the same workflow id started 20 times at once | 1 | ${executionsOfTwentyStarts} execution |`,
    '',
    `${options.trials} trials, ${injected.length} faults, ${options.trainingWorkers} training workers, seed ${options.seed}; ` +
      `undisturbed ${undisturbed.seconds.toFixed(0)} s, hash of all results ${undisturbed.hash}.`,
    ...disturbed.map(
      ({ states, seconds, hash }, index) =>
        `Disturbed run ${index + 1}: ${JSON.stringify(states)}, ${seconds.toFixed(0)} s, hash ${hash}.`,
    ),
    `${resumed} trials went on from a checkpoint, ${refused} damaged checkpoints were refused. ` +
      `${suspects} trials were trained alone after two deaths, none of them quarantined unless it is said below.`,
    `${unexpectedEnds.length} workers ended by themselves and were started again${unexpectedEnds.length === 0 ? '.' : `; the first: ${unexpectedEnds[0]}`}`,
    failures.length === 0 ? 'Nothing lost, nothing doubled.' : `FAILED: ${failures.join('; ')}.`,
  ].join('\n');
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../core/random/random-stream.ts';
import { type Death, quarantineReason, treatmentOf } from '../../../core/trial/blame.ts';

const amongOthers: Death = { worker: '1@a', alone: false, seen: true };
const alone: Death = { worker: '2@a', alone: true, seen: true };
const aloneWithWorker: Death = { worker: '3@b', alone: true, seen: false };

function times(count: number, death: Death): Death[] {
  return Array.from({ length: count }, () => death);
}

describe('a trial', () => {
  test.each([
    ['never', [], 'stacked'],
    ['once among others', times(1, amongOthers), 'stacked'],
    ['twice among others', times(2, amongOthers), 'alone'],
    ['a thousand times among others', times(1000, amongOthers), 'alone'],
    ['once alone', times(1, alone), 'alone'],
    ['twice among others and twice alone', [...times(2, amongOthers), ...times(2, alone)], 'alone'],
    ['twice among others and three times alone', [...times(2, amongOthers), ...times(3, alone)], 'quarantined'],
    ['five times with the worker that trained it alone', times(5, aloneWithWorker), 'alone'],
    ['six times with the worker that trained it alone', times(6, aloneWithWorker), 'quarantined'],
    ['twice alone and twice with its worker', [...times(2, alone), ...times(2, aloneWithWorker)], 'quarantined'],
  ] as const)('that died %s is treated so', (_, deaths, treatment) => {
    expect(treatmentOf(deaths)).toBe(treatment);
  });

  test('is never convicted by what died with neighbours, however often, and more deaths never clear it', () => {
    const death = fc.record({ worker: fc.constantFrom('a', 'b'), alone: fc.boolean(), seen: fc.boolean() });
    const severity = { stacked: 0, alone: 1, quarantined: 2 };
    fc.assert(
      fc.property(fc.array(death, { maxLength: 20 }), death, (deaths, another) => {
        const withNeighbours = deaths.filter((each) => !each.alone);
        expect(treatmentOf(withNeighbours)).not.toBe('quarantined');
        expect(severity[treatmentOf([...deaths, another])]).toBeGreaterThanOrEqual(severity[treatmentOf(deaths)]);
      }),
    );
  });

  test('that is quarantined says how many processes it ended, where, and what to do', () => {
    expect(quarantineReason([...times(2, amongOthers), ...times(3, alone)])).toBe(
      'quarantined: 5 processes died while they trained it, 3 of them with no other trial (workers: 1@a, 2@a). ' +
        "Find the cause in those workers' logs and mend it; the update retryFailed tries it again.",
    );
  });
});

/** Steps of a trial, kept after a death as its checkpoints keep them but for the last one. */
const steps = 40;
const workers = 4;
const places = 16;

interface SimulatedTrial {
  readonly kills: 'nothing' | 'trainer' | 'worker';
  deaths: Death[];
  step: number;
  end: 'none' | 'finished' | 'quarantined';
}

/** What training comes to when trials are treated by the rule: one trial alone a worker, the others stacked. Deaths at those times, and by the guilty. */
function simulate(
  trials: readonly SimulatedTrial[],
  killTimes: ReadonlySet<number>,
  random: ReturnType<typeof randomStream>,
): { readonly guiltyDeaths: number } {
  let guiltyDeaths = 0;
  const die = (dead: readonly SimulatedTrial[], death: Death): void => {
    for (const trial of dead) {
      trial.deaths.push(death);
      trial.step = Math.max(0, trial.step - 4);
    }
  };
  for (let time = 0; trials.some(({ end }) => end === 'none'); time++) {
    const open = trials.filter(({ end }) => end === 'none');
    const isLone = ({ deaths }: SimulatedTrial): boolean => treatmentOf(deaths) === 'alone';
    const lone = open.filter(isLone);
    const others = open.filter((trial) => !isLone(trial));
    for (let worker = 0; worker < workers; worker++) {
      const single = lone[worker];
      const stack = others.slice(worker * places, (worker + 1) * places);
      for (const trial of single === undefined ? stack : [single, ...stack]) trial.step += 1;
      const killer = [single, ...stack].find((trial) => trial?.kills === 'worker' && trial.step > 10);
      const isPicked = killTimes.has(time) && random.integer(workers) === worker;
      const name = `${worker}`;
      if (killer !== undefined || (isPicked && random.integer(2) === 0)) {
        guiltyDeaths += Number(killer !== undefined);
        die(stack, { worker: name, alone: false, seen: false });
        if (single !== undefined) die([single], { worker: name, alone: true, seen: false });
        continue;
      }
      const hit = isPicked ? random.integer(2) : -1;
      const isGuilty = (trial: SimulatedTrial | undefined): boolean => trial?.kills === 'trainer' && trial.step > 10;
      if (stack.some(isGuilty) || hit === 0) {
        guiltyDeaths += Number(stack.some(isGuilty));
        die(stack, { worker: name, alone: false, seen: true });
      }
      if (single !== undefined && (isGuilty(single) || hit === 1)) {
        guiltyDeaths += Number(isGuilty(single));
        die([single], { worker: name, alone: true, seen: true });
      }
    }
    for (const trial of open) {
      if (treatmentOf(trial.deaths) === 'quarantined') trial.end = 'quarantined';
      else if (trial.step >= steps) trial.end = 'finished';
    }
  }
  return { guiltyDeaths };
}

function simulated(kills: SimulatedTrial['kills']): SimulatedTrial {
  return { kills, deaths: [], step: 0, end: 'none' };
}

describe('in a simulated campaign', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('50 random kills quarantine none of 1,000 trials (seed %i)', (seed) => {
    const random = randomStream(seed, 'kills');
    // Undisturbed it takes about 630 ticks.
    const killTimes = new Set(Array.from({ length: 50 }, () => random.integer(600)));
    const trials = Array.from({ length: 1000 }, () => simulated('nothing'));
    simulate(trials, killTimes, random);
    expect(trials.filter(({ end }) => end !== 'finished')).toEqual([]);
    expect(trials.filter(({ deaths }) => deaths.length >= 2).length).toBeGreaterThan(20);
  });

  test('trials that kill their trainers are quarantined after at most five deaths each, and nobody else is', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.boolean(), { minLength: 1, maxLength: 120 }), (seed, guilt) => {
        const trials = guilt.map((isGuilty) => simulated(isGuilty ? 'trainer' : 'nothing'));
        const { guiltyDeaths } = simulate(trials, new Set(), randomStream(seed, 'none'));
        for (const { kills, end } of trials) expect(end).toBe(kills === 'trainer' ? 'quarantined' : 'finished');
        expect(guiltyDeaths).toBeLessThanOrEqual(5 * guilt.filter(Boolean).length);
      }),
      { numRuns: 50 },
    );
  });

  test('a trial that kills whole workers is quarantined after at most eight deaths, and its neighbours finish', () => {
    const trials = [simulated('worker'), ...Array.from({ length: 99 }, () => simulated('nothing'))];
    const { guiltyDeaths } = simulate(trials, new Set(), randomStream(1, 'none'));
    expect(trials.map(({ end }) => end)).toEqual(['quarantined', ...Array.from({ length: 99 }, () => 'finished')]);
    expect(guiltyDeaths).toBeLessThanOrEqual(8);
  });
});

import type { MetricMeter } from '@temporalio/common';
import type { Trainer } from '../training/trainer.ts';

/** How often gauges are told again: one that changed nowhere else follows within this time. */
const gaugeIntervalMs = 5_000;

/**
 * The same trainer, counted: trials in training and places, epochs and optimizer steps, trials by how they ended, seconds that a trial was in
 * training, checkpoints and their bytes. Names begin with `initsweep_`; without an exporter the meter does nothing.
 */
export function meterTrainer(trainer: Trainer, meter: MetricMeter): Trainer {
  const running = meter.createGauge('initsweep_trials_running', 'int', '', 'Trials in training at the moment');
  const places = meter.createGauge('initsweep_places', 'int', '', 'Trials that can be trained at once with gain');
  const ended = meter.createCounter('initsweep_trials_ended', '', 'Trials that left training, by state or error');
  const epochs = meter.createCounter('initsweep_epochs_trained', '', 'Epochs that trials have ended');
  const steps = meter.createCounter('initsweep_steps_trained', '', 'Optimizer steps of all trials');
  const durations = meter.createHistogram(
    'initsweep_trial_duration',
    'float',
    'seconds',
    'Time of a trial in the trainer',
  );
  const checkpoints = meter.createCounter('initsweep_checkpoints', '', 'Checkpoints that the trainer handed out');
  const checkpointBytes = meter.createCounter('initsweep_checkpoint_bytes', '', 'Size of these checkpoints');
  let held = 0;
  const tellGauges = (): void => {
    running.set(held);
    places.set(trainer.info.places);
  };
  const hold = (change: number): void => {
    held += change;
    tellGauges();
  };
  tellGauges();
  const timer = setInterval(tellGauges, gaugeIntervalMs).unref();

  return {
    get info() {
      return trainer.info;
    },

    inspect: (dataset) => trainer.inspect(dataset),

    async train(jobs, onProgress, signal, checkpointing, askAtRung) {
      const startedMs = performance.now();
      /** Steps of a trial that goes on from a checkpoint count from there. */
      const stepsBefore = new Map<string, number>();
      hold(jobs.length);
      try {
        const outcomes = await trainer.train(
          jobs,
          (progress) => {
            const { step, epoch } = progress.epoch;
            const before = stepsBefore.get(progress.id);
            stepsBefore.set(progress.id, step);
            if (before !== undefined && epoch > 0) {
              epochs.add(1);
              steps.add(step - before);
            }
            onProgress(progress);
          },
          signal,
          checkpointing && {
            ...checkpointing,
            onCheckpoint(checkpoint) {
              checkpoints.add(1);
              checkpointBytes.add(checkpoint.bytes.byteLength);
              checkpointing.onCheckpoint(checkpoint);
            },
          },
          askAtRung,
        );
        for (const outcome of outcomes) {
          ended.add(1, { outcome: 'error' in outcome ? outcome.error.name : outcome.result.state });
          durations.record((performance.now() - startedMs) / 1_000);
        }
        return outcomes;
      } catch (error) {
        ended.add(jobs.length, { outcome: 'aborted' });
        throw error;
      } finally {
        hold(-jobs.length);
      }
    },

    async close() {
      clearInterval(timer);
      await trainer.close();
    },
  };
}

-- Views with stable names: dashboards and reports read these, never the tables. Each column says what it is.
-- Filter by sweep_id: the condition reaches the tables below the grouping.

-- -------- sweep_overview
CREATE VIEW "sweep_overview" AS
SELECT
    s."id" AS "sweep_id",
    s."workflow_id",
    s."name",
    s."state"::text AS "state",
    s."reason",
    s."created_at",
    s."closed_at",
    s."trial_count" AS "total",
    count(*) FILTER (WHERE t."state" = 'running') AS "running",
    count(*) FILTER (WHERE t."state" = 'converged') AS "converged",
    count(*) FILTER (WHERE t."state" = 'notConverged') AS "not_converged",
    count(*) FILTER (WHERE t."state" = 'diverged') AS "diverged",
    count(*) FILTER (WHERE t."state" = 'failed') AS "failed",
    count(*) FILTER (WHERE t."state" = 'cancelled') AS "cancelled",
    count(*) FILTER (WHERE t."state" = 'pruned') AS "pruned",
    greatest(s."trial_count" - count(t."id"), 0) AS "pending",
    count(*) FILTER (WHERE t."state" <> 'running') AS "done",
    count(*) FILTER (WHERE t."state" <> 'running')::double precision / nullif(s."trial_count", 0) AS "done_share",
    count(*) FILTER (WHERE l."reused") AS "reused",
    sum(t."duration_ms") FILTER (WHERE NOT l."reused") AS "training_ms",
    max(t."finished_at") FILTER (WHERE NOT l."reused") AS "last_finished_at"
FROM "sweep" s
LEFT JOIN "sweep_trial" l ON l."sweep_id" = s."id"
LEFT JOIN "trial" t ON t."id" = l."trial_id"
GROUP BY s."id";

COMMENT ON VIEW "sweep_overview" IS 'One row a sweep: how far it is and how it ended.';
COMMENT ON COLUMN "sweep_overview"."sweep_id" IS 'Run id of the workflow''s first execution.';
COMMENT ON COLUMN "sweep_overview"."workflow_id" IS 'Temporal''s workflow id.';
COMMENT ON COLUMN "sweep_overview"."name" IS 'Name in the sweep file.';
COMMENT ON COLUMN "sweep_overview"."state" IS 'running, completed, failed or cancelled.';
COMMENT ON COLUMN "sweep_overview"."reason" IS 'Why it ended; null while it runs.';
COMMENT ON COLUMN "sweep_overview"."created_at" IS 'When it was opened.';
COMMENT ON COLUMN "sweep_overview"."closed_at" IS 'When it ended; null while it runs.';
COMMENT ON COLUMN "sweep_overview"."total" IS 'Trials of the plan.';
COMMENT ON COLUMN "sweep_overview"."running" IS 'Trials in training.';
COMMENT ON COLUMN "sweep_overview"."converged" IS 'Trials that reached their target within the budget.';
COMMENT ON COLUMN "sweep_overview"."not_converged" IS 'Trials that spent their budget without reaching the target, or had none.';
COMMENT ON COLUMN "sweep_overview"."diverged" IS 'Trials whose loss or weights became NaN or infinite.';
COMMENT ON COLUMN "sweep_overview"."failed" IS 'Trials that no attempt could finish.';
COMMENT ON COLUMN "sweep_overview"."cancelled" IS 'Trials that a person stopped.';
COMMENT ON COLUMN "sweep_overview"."pruned" IS 'Trials given up early because others were better.';
COMMENT ON COLUMN "sweep_overview"."pending" IS 'Trials that have not been started.';
COMMENT ON COLUMN "sweep_overview"."done" IS 'Trials in a final state.';
COMMENT ON COLUMN "sweep_overview"."done_share" IS 'done / total, 0 to 1; null for an empty plan.';
COMMENT ON COLUMN "sweep_overview"."reused" IS 'Trials taken over from earlier sweeps.';
COMMENT ON COLUMN "sweep_overview"."training_ms" IS 'Time in the trainer of the trials that this sweep trained, ms.';
COMMENT ON COLUMN "sweep_overview"."last_finished_at" IS 'When the latest of its own trials finished.';

-- -------- trial_outcome
CREATE VIEW "trial_outcome" AS
SELECT
    l."sweep_id",
    s."workflow_id",
    s."name" AS "sweep",
    l."number",
    t."id" AS "trial_id",
    t."state"::text AS "state",
    t."reason",
    l."reused",
    t."initializer",
    t."activation",
    t."depth",
    t."width",
    t."learning_rate",
    t."optimizer",
    t."batch_size",
    t."dataset",
    t."seed",
    t."epoch_budget",
    t."target_metric",
    t."target_threshold",
    t."epochs_to_target",
    t."steps_to_target",
    t."epochs_run",
    t."steps_run",
    t."test_loss",
    t."test_accuracy",
    t."best_validation_loss",
    t."best_validation_accuracy",
    t."parameter_count",
    t."weights_hash",
    t."dataset_hash",
    t."duration_ms",
    t."backend",
    t."arithmetic",
    t."worker",
    t."attempt",
    t."workflow_run_id",
    t."versions",
    t."started_at",
    t."finished_at"
FROM "sweep_trial" l
JOIN "sweep" s ON s."id" = l."sweep_id"
JOIN "trial" t ON t."id" = l."trial_id";

COMMENT ON VIEW "trial_outcome" IS 'One row a started trial of a sweep, running ones included. A trial that was reused has a row in every sweep that uses it.';
COMMENT ON COLUMN "trial_outcome"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "trial_outcome"."workflow_id" IS 'Temporal''s workflow id of the sweep.';
COMMENT ON COLUMN "trial_outcome"."sweep" IS 'Sweep''s name.';
COMMENT ON COLUMN "trial_outcome"."number" IS 'Number in the sweep''s plan.';
COMMENT ON COLUMN "trial_outcome"."trial_id" IS 'Id of the trial, shared by all sweeps that use it.';
COMMENT ON COLUMN "trial_outcome"."state" IS 'running, converged, notConverged, diverged, failed, cancelled or pruned.';
COMMENT ON COLUMN "trial_outcome"."reason" IS 'Why it ended, for a person; null while it runs.';
COMMENT ON COLUMN "trial_outcome"."reused" IS 'Taken over from an earlier sweep.';
COMMENT ON COLUMN "trial_outcome"."initializer" IS 'Initializer''s label; parameters at their default are left out.';
COMMENT ON COLUMN "trial_outcome"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "trial_outcome"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "trial_outcome"."width" IS 'Units of each hidden layer.';
COMMENT ON COLUMN "trial_outcome"."learning_rate" IS 'Learning rate.';
COMMENT ON COLUMN "trial_outcome"."optimizer" IS 'Optimizer''s label.';
COMMENT ON COLUMN "trial_outcome"."batch_size" IS 'Examples a step.';
COMMENT ON COLUMN "trial_outcome"."dataset" IS 'Data set''s label.';
COMMENT ON COLUMN "trial_outcome"."seed" IS 'Seed of initial weights and data order.';
COMMENT ON COLUMN "trial_outcome"."epoch_budget" IS 'Epochs that it may take: where epochs_to_target is censored.';
COMMENT ON COLUMN "trial_outcome"."target_metric" IS 'Metric of the target; null without one.';
COMMENT ON COLUMN "trial_outcome"."target_threshold" IS 'Target''s threshold.';
COMMENT ON COLUMN "trial_outcome"."epochs_to_target" IS 'First epoch whose metric met the target; null when none did.';
COMMENT ON COLUMN "trial_outcome"."steps_to_target" IS 'Optimizer steps until then.';
COMMENT ON COLUMN "trial_outcome"."epochs_run" IS 'Epochs trained.';
COMMENT ON COLUMN "trial_outcome"."steps_run" IS 'Optimizer steps trained.';
COMMENT ON COLUMN "trial_outcome"."test_loss" IS 'Loss on the test split at the end.';
COMMENT ON COLUMN "trial_outcome"."test_accuracy" IS 'Accuracy on the test split at the end, 0 to 1; null for regression.';
COMMENT ON COLUMN "trial_outcome"."best_validation_loss" IS 'Lowest validation loss of any epoch.';
COMMENT ON COLUMN "trial_outcome"."best_validation_accuracy" IS 'Highest validation accuracy of any epoch, 0 to 1.';
COMMENT ON COLUMN "trial_outcome"."parameter_count" IS 'Trainable numbers of the network.';
COMMENT ON COLUMN "trial_outcome"."weights_hash" IS 'SHA-256 of the final parameters.';
COMMENT ON COLUMN "trial_outcome"."dataset_hash" IS 'SHA-256 of the data and its split.';
COMMENT ON COLUMN "trial_outcome"."duration_ms" IS 'Time in the trainer, ms.';
COMMENT ON COLUMN "trial_outcome"."backend" IS 'Backend that trained it.';
COMMENT ON COLUMN "trial_outcome"."arithmetic" IS 'Backend''s arithmetic, part of the trial''s key.';
COMMENT ON COLUMN "trial_outcome"."worker" IS 'Worker that trained it.';
COMMENT ON COLUMN "trial_outcome"."attempt" IS 'Temporal''s attempt that claimed it last.';
COMMENT ON COLUMN "trial_outcome"."workflow_run_id" IS 'Run id of the workflow that asked for it.';
COMMENT ON COLUMN "trial_outcome"."versions" IS 'Package versions and commit that matter to its numbers, JSON.';
COMMENT ON COLUMN "trial_outcome"."started_at" IS 'When it was claimed last.';
COMMENT ON COLUMN "trial_outcome"."finished_at" IS 'When it reached its final state.';

-- -------- cell_summary
CREATE VIEW "cell_summary" AS
SELECT
    l."sweep_id",
    t."initializer",
    t."activation",
    t."depth",
    t."width",
    t."learning_rate",
    t."optimizer",
    t."batch_size",
    t."dataset",
    count(*) AS "trials",
    count(t."epochs_run") AS "trained",
    count(*) FILTER (WHERE t."state" = 'converged') AS "converged",
    count(*) FILTER (WHERE t."state" = 'notConverged') AS "not_converged",
    count(*) FILTER (WHERE t."state" = 'diverged') AS "diverged",
    count(*) FILTER (WHERE t."state" = 'failed') AS "failed",
    count(*) FILTER (WHERE t."state" = 'converged')::double precision / nullif(count(t."epochs_run"), 0) AS "converged_share",
    count(*) FILTER (WHERE t."state" = 'diverged')::double precision / nullif(count(t."epochs_run"), 0) AS "diverged_share",
    nullif(percentile_disc(0.25) WITHIN GROUP (ORDER BY coalesce(t."epochs_to_target", 'Infinity'::double precision)) FILTER (WHERE t."epochs_run" IS NOT NULL), 'Infinity') AS "epochs_to_target_q1",
    nullif(percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(t."epochs_to_target", 'Infinity'::double precision)) FILTER (WHERE t."epochs_run" IS NOT NULL), 'Infinity') AS "median_epochs_to_target",
    nullif(percentile_disc(0.75) WITHIN GROUP (ORDER BY coalesce(t."epochs_to_target", 'Infinity'::double precision)) FILTER (WHERE t."epochs_run" IS NOT NULL), 'Infinity') AS "epochs_to_target_q3",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY t."test_accuracy") AS "median_test_accuracy",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY t."test_loss") AS "median_test_loss",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY t."duration_ms") AS "median_duration_ms",
    max(t."epoch_budget") AS "epoch_budget"
FROM "sweep_trial" l
JOIN "trial" t ON t."id" = l."trial_id"
WHERE t."state" <> 'running'
GROUP BY l."sweep_id", t."initializer", t."activation", t."depth", t."width", t."learning_rate", t."optimizer", t."batch_size", t."dataset";

COMMENT ON VIEW "cell_summary" IS 'One row a cell (all axes but the seed) of a sweep: its finished trials in numbers.';
COMMENT ON COLUMN "cell_summary"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "cell_summary"."initializer" IS 'Initializer''s label; parameters at their default are left out.';
COMMENT ON COLUMN "cell_summary"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "cell_summary"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "cell_summary"."width" IS 'Units of each hidden layer.';
COMMENT ON COLUMN "cell_summary"."learning_rate" IS 'Learning rate.';
COMMENT ON COLUMN "cell_summary"."optimizer" IS 'Optimizer''s label.';
COMMENT ON COLUMN "cell_summary"."batch_size" IS 'Examples a step.';
COMMENT ON COLUMN "cell_summary"."dataset" IS 'Data set''s label.';
COMMENT ON COLUMN "cell_summary"."trials" IS 'Trials in a final state.';
COMMENT ON COLUMN "cell_summary"."trained" IS 'Those of them with a result: neither failed nor cancelled.';
COMMENT ON COLUMN "cell_summary"."converged" IS 'Reached their target within the budget.';
COMMENT ON COLUMN "cell_summary"."not_converged" IS 'Spent their budget without it, or had none.';
COMMENT ON COLUMN "cell_summary"."diverged" IS 'Loss or weights became NaN or infinite.';
COMMENT ON COLUMN "cell_summary"."failed" IS 'No attempt could finish.';
COMMENT ON COLUMN "cell_summary"."converged_share" IS 'converged / trained, 0 to 1; null when none was trained.';
COMMENT ON COLUMN "cell_summary"."diverged_share" IS 'diverged / trained, 0 to 1; null when none was trained.';
COMMENT ON COLUMN "cell_summary"."epochs_to_target_q1" IS 'Epochs by which a quarter of the trained trials had reached the target; null when fewer did (as Kaplan-Meier gives it, all censored at one budget).';
COMMENT ON COLUMN "cell_summary"."median_epochs_to_target" IS 'Epochs by which half had reached it; null when fewer did.';
COMMENT ON COLUMN "cell_summary"."epochs_to_target_q3" IS 'Epochs by which three quarters had reached it; null when fewer did.';
COMMENT ON COLUMN "cell_summary"."median_test_accuracy" IS 'Median test accuracy, 0 to 1.';
COMMENT ON COLUMN "cell_summary"."median_test_loss" IS 'Median test loss of those where it is finite.';
COMMENT ON COLUMN "cell_summary"."median_duration_ms" IS 'Median time in the trainer, ms.';
COMMENT ON COLUMN "cell_summary"."epoch_budget" IS 'Epochs a trial may take.';

-- -------- epoch_curve
CREATE VIEW "epoch_curve" AS
SELECT
    l."sweep_id",
    t."initializer",
    t."activation",
    t."depth",
    t."width",
    t."learning_rate",
    t."optimizer",
    t."batch_size",
    t."dataset",
    e."epoch",
    count(*) AS "trials",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY e."train_loss") AS "train_loss_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY e."train_loss") AS "train_loss_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY e."train_loss") AS "train_loss_q3",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY e."validation_loss") AS "validation_loss_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY e."validation_loss") AS "validation_loss_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY e."validation_loss") AS "validation_loss_q3",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY e."train_accuracy") AS "train_accuracy_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY e."train_accuracy") AS "train_accuracy_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY e."train_accuracy") AS "train_accuracy_q3",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY e."validation_accuracy") AS "validation_accuracy_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY e."validation_accuracy") AS "validation_accuracy_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY e."validation_accuracy") AS "validation_accuracy_q3"
FROM "sweep_trial" l
JOIN "trial" t ON t."id" = l."trial_id"
JOIN "epoch" e ON e."trial_id" = t."id"
GROUP BY l."sweep_id", t."initializer", t."activation", t."depth", t."width", t."learning_rate", t."optimizer", t."batch_size", t."dataset", e."epoch";

COMMENT ON VIEW "epoch_curve" IS 'Learning curves: quartiles over the trials of a cell, by epoch. A trial that stopped early is in no later epoch: see trials.';
COMMENT ON COLUMN "epoch_curve"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "epoch_curve"."initializer" IS 'Initializer''s label; parameters at their default are left out.';
COMMENT ON COLUMN "epoch_curve"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "epoch_curve"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "epoch_curve"."width" IS 'Units of each hidden layer.';
COMMENT ON COLUMN "epoch_curve"."learning_rate" IS 'Learning rate.';
COMMENT ON COLUMN "epoch_curve"."optimizer" IS 'Optimizer''s label.';
COMMENT ON COLUMN "epoch_curve"."batch_size" IS 'Examples a step.';
COMMENT ON COLUMN "epoch_curve"."dataset" IS 'Data set''s label.';
COMMENT ON COLUMN "epoch_curve"."epoch" IS 'Epoch; 0 is the untrained network.';
COMMENT ON COLUMN "epoch_curve"."trials" IS 'Trials that have this epoch, running ones included.';
COMMENT ON COLUMN "epoch_curve"."train_loss_q1" IS 'Lower quartile of the training loss, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."train_loss_median" IS 'Median training loss, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."train_loss_q3" IS 'Upper quartile of the training loss, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."validation_loss_q1" IS 'Lower quartile of the validation loss, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."validation_loss_median" IS 'Median validation loss, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."validation_loss_q3" IS 'Upper quartile of the validation loss, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."train_accuracy_q1" IS 'Lower quartile of the training accuracy, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."train_accuracy_median" IS 'Median training accuracy, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."train_accuracy_q3" IS 'Upper quartile of the training accuracy, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."validation_accuracy_q1" IS 'Lower quartile of the validation accuracy, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."validation_accuracy_median" IS 'Median validation accuracy, where it is finite.';
COMMENT ON COLUMN "epoch_curve"."validation_accuracy_q3" IS 'Upper quartile of the validation accuracy, where it is finite.';

-- -------- layer_signal
CREATE VIEW "layer_signal" AS
SELECT
    l."sweep_id",
    t."initializer",
    t."activation",
    t."depth",
    t."width",
    t."learning_rate",
    t."optimizer",
    t."batch_size",
    t."dataset",
    y."epoch",
    y."layer",
    count(*) AS "trials",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY y."activation_mean") AS "activation_mean_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY y."activation_mean") AS "activation_mean_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY y."activation_mean") AS "activation_mean_q3",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY y."activation_variance") AS "activation_variance_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY y."activation_variance") AS "activation_variance_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY y."activation_variance") AS "activation_variance_q3",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY y."pre_activation_variance") AS "pre_activation_variance_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY y."pre_activation_variance") AS "pre_activation_variance_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY y."pre_activation_variance") AS "pre_activation_variance_q3",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY y."saturated_share") AS "saturated_share_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY y."saturated_share") AS "saturated_share_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY y."saturated_share") AS "saturated_share_q3",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY y."gradient_norm") AS "gradient_norm_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY y."gradient_norm") AS "gradient_norm_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY y."gradient_norm") AS "gradient_norm_q3",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY y."backpropagated_variance") AS "backpropagated_variance_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY y."backpropagated_variance") AS "backpropagated_variance_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY y."backpropagated_variance") AS "backpropagated_variance_q3",
    percentile_cont(0.25) WITHIN GROUP (ORDER BY y."unit_cosine") AS "unit_cosine_q1",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY y."unit_cosine") AS "unit_cosine_median",
    percentile_cont(0.75) WITHIN GROUP (ORDER BY y."unit_cosine") AS "unit_cosine_q3"
FROM "sweep_trial" l
JOIN "trial" t ON t."id" = l."trial_id"
JOIN "layer" y ON y."trial_id" = t."id"
GROUP BY l."sweep_id", t."initializer", t."activation", t."depth", t."width", t."learning_rate", t."optimizer", t."batch_size", t."dataset", y."epoch", y."layer";

COMMENT ON VIEW "layer_signal" IS 'Signals in the layers at the probed epochs: quartiles over the trials of a cell.';
COMMENT ON COLUMN "layer_signal"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "layer_signal"."initializer" IS 'Initializer''s label; parameters at their default are left out.';
COMMENT ON COLUMN "layer_signal"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "layer_signal"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "layer_signal"."width" IS 'Units of each hidden layer.';
COMMENT ON COLUMN "layer_signal"."learning_rate" IS 'Learning rate.';
COMMENT ON COLUMN "layer_signal"."optimizer" IS 'Optimizer''s label.';
COMMENT ON COLUMN "layer_signal"."batch_size" IS 'Examples a step.';
COMMENT ON COLUMN "layer_signal"."dataset" IS 'Data set''s label.';
COMMENT ON COLUMN "layer_signal"."epoch" IS 'Probed epoch; 0 is the untrained network.';
COMMENT ON COLUMN "layer_signal"."layer" IS '1 is the first hidden layer, depth + 1 the output layer.';
COMMENT ON COLUMN "layer_signal"."trials" IS 'Trials that were probed there.';
COMMENT ON COLUMN "layer_signal"."activation_mean_q1" IS 'Lower quartile of the mean of the activations.';
COMMENT ON COLUMN "layer_signal"."activation_mean_median" IS 'Median mean of the activations.';
COMMENT ON COLUMN "layer_signal"."activation_mean_q3" IS 'Upper quartile of the mean of the activations.';
COMMENT ON COLUMN "layer_signal"."activation_variance_q1" IS 'Lower quartile of the variance of the activations.';
COMMENT ON COLUMN "layer_signal"."activation_variance_median" IS 'Median variance of the activations.';
COMMENT ON COLUMN "layer_signal"."activation_variance_q3" IS 'Upper quartile of the variance of the activations.';
COMMENT ON COLUMN "layer_signal"."pre_activation_variance_q1" IS 'Lower quartile of the variance of the pre-activations.';
COMMENT ON COLUMN "layer_signal"."pre_activation_variance_median" IS 'Median variance of the pre-activations.';
COMMENT ON COLUMN "layer_signal"."pre_activation_variance_q3" IS 'Upper quartile of the variance of the pre-activations.';
COMMENT ON COLUMN "layer_signal"."saturated_share_q1" IS 'Lower quartile of the share of saturated activations, 0 to 1.';
COMMENT ON COLUMN "layer_signal"."saturated_share_median" IS 'Median share of saturated activations, 0 to 1.';
COMMENT ON COLUMN "layer_signal"."saturated_share_q3" IS 'Upper quartile of the share of saturated activations, 0 to 1.';
COMMENT ON COLUMN "layer_signal"."gradient_norm_q1" IS 'Lower quartile of the norm of the loss''s gradient by the kernel.';
COMMENT ON COLUMN "layer_signal"."gradient_norm_median" IS 'Median norm of the loss''s gradient by the kernel.';
COMMENT ON COLUMN "layer_signal"."gradient_norm_q3" IS 'Upper quartile of the norm of the loss''s gradient by the kernel.';
COMMENT ON COLUMN "layer_signal"."backpropagated_variance_q1" IS 'Lower quartile of the variance of the gradient by the pre-activations.';
COMMENT ON COLUMN "layer_signal"."backpropagated_variance_median" IS 'Median variance of the gradient by the pre-activations.';
COMMENT ON COLUMN "layer_signal"."backpropagated_variance_q3" IS 'Upper quartile of the variance of the gradient by the pre-activations.';
COMMENT ON COLUMN "layer_signal"."unit_cosine_q1" IS 'Lower quartile of the mean cosine between the units'' weight vectors (1: symmetry unbroken).';
COMMENT ON COLUMN "layer_signal"."unit_cosine_median" IS 'Median mean cosine between the units'' weight vectors (1: symmetry unbroken).';
COMMENT ON COLUMN "layer_signal"."unit_cosine_q3" IS 'Upper quartile of the mean cosine between the units'' weight vectors (1: symmetry unbroken).';

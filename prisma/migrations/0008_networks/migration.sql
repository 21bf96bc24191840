-- Networks and normalizations beside the plain multilayer perceptron: two further axes of a cell. Trials from before are plain ones.
ALTER TABLE "trial"
    ADD COLUMN "network" TEXT NOT NULL DEFAULT 'mlp',
    ADD COLUMN "normalization" TEXT NOT NULL DEFAULT 'none';

-- -------- trial_outcome
CREATE OR REPLACE VIEW "trial_outcome" AS
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
    t."finished_at",
    t."network",
    t."normalization"
FROM "sweep_trial" l
JOIN "sweep" s ON s."id" = l."sweep_id"
JOIN "trial" t ON t."id" = l."trial_id";

COMMENT ON COLUMN "trial_outcome"."network" IS 'Network''s label: mlp, residual, convolution.';
COMMENT ON COLUMN "trial_outcome"."normalization" IS 'none, layer or batch.';

-- -------- cell_summary
CREATE OR REPLACE VIEW "cell_summary" AS
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
    max(t."epoch_budget") AS "epoch_budget",
    t."network",
    t."normalization"
FROM "sweep_trial" l
JOIN "trial" t ON t."id" = l."trial_id"
WHERE t."state" <> 'running'
GROUP BY l."sweep_id", t."initializer", t."activation", t."depth", t."width", t."learning_rate", t."optimizer", t."batch_size", t."dataset", t."network", t."normalization";

COMMENT ON COLUMN "cell_summary"."network" IS 'Network''s label: mlp, residual, convolution.';
COMMENT ON COLUMN "cell_summary"."normalization" IS 'none, layer or batch.';

-- -------- epoch_curve
CREATE OR REPLACE VIEW "epoch_curve" AS
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
    percentile_cont(0.75) WITHIN GROUP (ORDER BY e."validation_accuracy") AS "validation_accuracy_q3",
    t."network",
    t."normalization"
FROM "sweep_trial" l
JOIN "trial" t ON t."id" = l."trial_id"
JOIN "epoch" e ON e."trial_id" = t."id"
GROUP BY l."sweep_id", t."initializer", t."activation", t."depth", t."width", t."learning_rate", t."optimizer", t."batch_size", t."dataset", t."network", t."normalization", e."epoch";

COMMENT ON COLUMN "epoch_curve"."network" IS 'Network''s label: mlp, residual, convolution.';
COMMENT ON COLUMN "epoch_curve"."normalization" IS 'none, layer or batch.';

-- -------- layer_signal
CREATE OR REPLACE VIEW "layer_signal" AS
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
    percentile_cont(0.75) WITHIN GROUP (ORDER BY y."unit_cosine") AS "unit_cosine_q3",
    t."network",
    t."normalization"
FROM "sweep_trial" l
JOIN "trial" t ON t."id" = l."trial_id"
JOIN "layer" y ON y."trial_id" = t."id"
GROUP BY l."sweep_id", t."initializer", t."activation", t."depth", t."width", t."learning_rate", t."optimizer", t."batch_size", t."dataset", t."network", t."normalization", y."epoch", y."layer";

COMMENT ON COLUMN "layer_signal"."network" IS 'Network''s label: mlp, residual, convolution.';
COMMENT ON COLUMN "layer_signal"."normalization" IS 'none, layer or batch.';

-- -------- dashboard_trial
CREATE OR REPLACE VIEW "dashboard_trial" AS
SELECT
    t."sweep_id",
    t."number",
    t."trial_id",
    t."state",
    t."reason",
    t."reused",
    t."initializer",
    t."activation",
    t."depth",
    t."width",
    t."learning_rate",
    t."optimizer",
    t."batch_size",
    t."dataset",
    coalesce(nullif(concat_ws(', ',
        CASE WHEN jsonb_array_length(s."spec" #> '{axes,network}') > 1 THEN t."network" END,
        CASE WHEN jsonb_array_length(s."spec" #> '{axes,normalization}') > 1 THEN t."normalization" END,
        CASE WHEN jsonb_array_length(s."spec" #> '{axes,width}') > 1 THEN 'width ' || t."width" END,
        CASE WHEN jsonb_array_length(s."spec" #> '{axes,learningRate}') > 1 THEN 'rate ' || t."learning_rate" END,
        CASE WHEN jsonb_array_length(s."spec" #> '{axes,optimizer}') > 1 THEN t."optimizer" END,
        CASE WHEN jsonb_array_length(s."spec" #> '{axes,batchSize}') > 1 THEN 'batch ' || t."batch_size" END,
        CASE WHEN jsonb_array_length(s."spec" #> '{axes,dataset}') > 1 THEN t."dataset" END
    ), ''), 'same for all') AS "setting",
    t."seed",
    t."target_metric",
    t."epoch_budget",
    t."epochs_run",
    t."epochs_to_target",
    t."test_accuracy",
    t."test_loss",
    t."worker",
    t."attempt",
    t."backend",
    t."finished_at",
    t."network",
    t."normalization"
FROM "trial_outcome" t
JOIN "sweep" s ON s."id" = t."sweep_id";

COMMENT ON COLUMN "dashboard_trial"."network" IS 'Network''s label: mlp, residual, convolution.';
COMMENT ON COLUMN "dashboard_trial"."normalization" IS 'none, layer or batch.';

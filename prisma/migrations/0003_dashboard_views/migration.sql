-- What the Grafana dashboards read beyond 0002: cells put into words and ranked, and curves and layer profiles that neither lose
-- the trials that stopped early nor flatter those that diverged.

-- -------- dashboard_trial
CREATE VIEW "dashboard_trial" AS
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
    t."finished_at"
FROM "trial_outcome" t
JOIN "sweep" s ON s."id" = t."sweep_id";

COMMENT ON VIEW "dashboard_trial" IS 'One row a started trial of a sweep, with the axes that tell its network apart put into words.';
COMMENT ON COLUMN "dashboard_trial"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "dashboard_trial"."number" IS 'Number in the sweep''s plan.';
COMMENT ON COLUMN "dashboard_trial"."trial_id" IS 'See trial_outcome.';
COMMENT ON COLUMN "dashboard_trial"."state" IS 'See trial_outcome.';
COMMENT ON COLUMN "dashboard_trial"."reason" IS 'See trial_outcome.';
COMMENT ON COLUMN "dashboard_trial"."reused" IS 'See trial_outcome.';
COMMENT ON COLUMN "dashboard_trial"."initializer" IS 'Initializer''s label.';
COMMENT ON COLUMN "dashboard_trial"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "dashboard_trial"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "dashboard_trial"."width" IS 'Units of each hidden layer.';
COMMENT ON COLUMN "dashboard_trial"."learning_rate" IS 'Learning rate.';
COMMENT ON COLUMN "dashboard_trial"."optimizer" IS 'Optimizer''s label.';
COMMENT ON COLUMN "dashboard_trial"."batch_size" IS 'Examples a step.';
COMMENT ON COLUMN "dashboard_trial"."dataset" IS 'Data set''s label.';
COMMENT ON COLUMN "dashboard_trial"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "dashboard_trial"."seed" IS 'Seed of initial weights and data order.';
COMMENT ON COLUMN "dashboard_trial"."target_metric" IS 'Metric of the target; null without one.';
COMMENT ON COLUMN "dashboard_trial"."epoch_budget" IS 'Epochs it may use.';
COMMENT ON COLUMN "dashboard_trial"."epochs_run" IS 'See trial_outcome.';
COMMENT ON COLUMN "dashboard_trial"."epochs_to_target" IS 'See trial_outcome.';
COMMENT ON COLUMN "dashboard_trial"."test_accuracy" IS 'Accuracy on the test split, 0 to 1; null for regression.';
COMMENT ON COLUMN "dashboard_trial"."test_loss" IS 'Loss on the test split.';
COMMENT ON COLUMN "dashboard_trial"."worker" IS 'Who trained it last.';
COMMENT ON COLUMN "dashboard_trial"."attempt" IS 'Temporal''s attempt.';
COMMENT ON COLUMN "dashboard_trial"."backend" IS 'Backend that trained it.';
COMMENT ON COLUMN "dashboard_trial"."finished_at" IS 'When it reached its final state.';

-- -------- dashboard_cell
CREATE VIEW "dashboard_cell" AS
WITH "cell" AS (
    SELECT
        "sweep_id", "initializer", "activation", "depth", "setting", "target_metric", "epoch_budget",
        count("epochs_run") AS "trials",
        count(*) FILTER (WHERE "state" = 'converged') AS "converged",
        count(*) FILTER (WHERE "state" = 'diverged') AS "diverged",
        count(*) FILTER (WHERE "state" = 'failed') AS "failed",
        -- Only trials with a result have epochs_run; what they lack is worse than any number.
        nullif(percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN "state" = 'diverged' THEN 'Infinity' ELSE coalesce("epochs_to_target", 'Infinity'::double precision) END)
            FILTER (WHERE "epochs_run" IS NOT NULL), 'Infinity') AS "median_epochs_to_target",
        nullif(percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN "state" = 'diverged' THEN '-Infinity' ELSE coalesce("test_accuracy", '-Infinity') END)
            FILTER (WHERE "epochs_run" IS NOT NULL), '-Infinity') AS "median_test_accuracy",
        nullif(percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN "state" = 'diverged' THEN 'Infinity' ELSE coalesce("test_loss", 'Infinity') END)
            FILTER (WHERE "epochs_run" IS NOT NULL), 'Infinity') AS "median_test_loss"
    FROM "dashboard_trial"
    GROUP BY "sweep_id", "initializer", "activation", "depth", "setting", "target_metric", "epoch_budget"
)
SELECT
    "sweep_id",
    "initializer",
    "activation",
    "depth",
    "setting",
    "activation" || ' · depth ' || "depth" || CASE WHEN "setting" = 'same for all' THEN '' ELSE ' · ' || "setting" END AS "network",
    "trials",
    "converged",
    "diverged",
    "failed",
    "converged"::double precision / nullif("trials", 0) AS "converged_share",
    "median_epochs_to_target",
    CASE
        WHEN "trials" = 0 THEN NULL
        WHEN "target_metric" IS NULL THEN 'no target'
        WHEN "median_epochs_to_target" IS NULL THEN '> ' || "epoch_budget"
        ELSE "median_epochs_to_target"::text
    END AS "epochs_to_target",
    "median_test_accuracy",
    "median_test_loss",
    CASE WHEN "trials" > 0 THEN row_number() OVER (
        PARTITION BY "sweep_id", "activation", "depth", "setting"
        ORDER BY
            "trials" = 0,
            "median_epochs_to_target" NULLS LAST,
            "converged"::double precision / nullif("trials", 0) DESC,
            "diverged"::double precision / nullif("trials", 0),
            "median_test_accuracy" DESC NULLS LAST,
            "median_test_loss" NULLS LAST,
            "initializer"
    ) END AS "rank"
FROM "cell";

COMMENT ON VIEW "dashboard_cell" IS 'One row a cell (a sweep''s trials that differ by seed alone), ranked among the initializers of its network.';
COMMENT ON COLUMN "dashboard_cell"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "dashboard_cell"."initializer" IS 'Initializer''s label.';
COMMENT ON COLUMN "dashboard_cell"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "dashboard_cell"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "dashboard_cell"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "dashboard_cell"."network" IS 'Activation, depth and setting in words.';
COMMENT ON COLUMN "dashboard_cell"."trials" IS 'Trials with a result: converged, not converged, diverged or pruned.';
COMMENT ON COLUMN "dashboard_cell"."converged" IS 'Of these, how many reached the target.';
COMMENT ON COLUMN "dashboard_cell"."diverged" IS 'Of these, how many diverged.';
COMMENT ON COLUMN "dashboard_cell"."failed" IS 'Trials without a result, by failure.';
COMMENT ON COLUMN "dashboard_cell"."converged_share" IS 'converged / trials, 0 to 1.';
COMMENT ON COLUMN "dashboard_cell"."median_epochs_to_target" IS 'Lower median over trials, where one that diverged or never reached the target counts as later than all others; null when the median trial did not.';
COMMENT ON COLUMN "dashboard_cell"."epochs_to_target" IS 'The same for a reader: "12", "> 30" when the median trial did not reach it within 30 epochs, "no target".';
COMMENT ON COLUMN "dashboard_cell"."median_test_accuracy" IS 'Lower median, 0 to 1, where a trial that diverged counts as the worst; null when that is the median, and for regression.';
COMMENT ON COLUMN "dashboard_cell"."median_test_loss" IS 'Lower median, where a trial that diverged counts as the worst; null when that is the median.';
COMMENT ON COLUMN "dashboard_cell"."rank" IS '1 is the best initializer of this network: fewest median epochs to target, then the larger converged share, the smaller diverged share, the better test accuracy, the lower test loss; null without a result.';

-- -------- dashboard_curve
CREATE VIEW "dashboard_curve" AS
WITH "watched" AS (
    SELECT
        t.*,
        l."last_epoch",
        max(l."last_epoch") OVER (PARTITION BY t."sweep_id", t."initializer", t."activation", t."depth", t."setting") AS "cell_epochs"
    FROM "dashboard_trial" t
    CROSS JOIN LATERAL (SELECT max(e."epoch") AS "last_epoch" FROM "epoch" e WHERE e."trial_id" = t."trial_id") l
    WHERE t."state" NOT IN ('failed', 'cancelled') AND l."last_epoch" IS NOT NULL
), "carried" AS (
    SELECT
        w."sweep_id", w."initializer", w."activation", w."depth", w."setting", g."epoch", m."metric",
        -- Worse than any number where the loss was not finite or the trial had diverged by then.
        coalesce(CASE WHEN w."state" = 'diverged' AND g."epoch" > w."last_epoch" THEN NULL ELSE m."value" END, m."worst") AS "value"
    FROM "watched" w
    CROSS JOIN LATERAL generate_series(0, CASE WHEN w."state" = 'running' THEN w."last_epoch" ELSE w."cell_epochs" END) AS g("epoch")
    JOIN "epoch" e ON e."trial_id" = w."trial_id" AND e."epoch" = least(g."epoch", w."last_epoch")
    CROSS JOIN LATERAL (VALUES
        ('validation loss', e."validation_loss", 'Infinity'::double precision),
        ('validation accuracy', e."validation_accuracy", '-Infinity'),
        ('training loss', e."train_loss", 'Infinity'),
        ('training accuracy', e."train_accuracy", '-Infinity')
    ) AS m("metric", "value", "worst")
)
SELECT
    "sweep_id", "initializer", "activation", "depth", "setting", "metric", "epoch",
    count(*) AS "trials",
    nullif(nullif(percentile_disc(0.25) WITHIN GROUP (ORDER BY "value"), 'Infinity'), '-Infinity') AS "lower_quartile",
    nullif(nullif(percentile_disc(0.5) WITHIN GROUP (ORDER BY "value"), 'Infinity'), '-Infinity') AS "median",
    nullif(nullif(percentile_disc(0.75) WITHIN GROUP (ORDER BY "value"), 'Infinity'), '-Infinity') AS "upper_quartile"
FROM "carried"
GROUP BY "sweep_id", "initializer", "activation", "depth", "setting", "metric", "epoch";

COMMENT ON VIEW "dashboard_curve" IS 'Learning curves: quartiles over the trials of a cell at each epoch. A trial that stopped keeps its last value until the last trial of its cell ends; one that diverged counts as worse than any number.';
COMMENT ON COLUMN "dashboard_curve"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "dashboard_curve"."initializer" IS 'Initializer''s label.';
COMMENT ON COLUMN "dashboard_curve"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "dashboard_curve"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "dashboard_curve"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "dashboard_curve"."metric" IS 'validation loss, validation accuracy, training loss or training accuracy.';
COMMENT ON COLUMN "dashboard_curve"."epoch" IS '0 is the untrained network.';
COMMENT ON COLUMN "dashboard_curve"."trials" IS 'Trials that count at this epoch.';
COMMENT ON COLUMN "dashboard_curve"."lower_quartile" IS 'A quarter of the trials are at or below; null when that is one that diverged.';
COMMENT ON COLUMN "dashboard_curve"."median" IS 'Lower median; null when that is a trial that diverged.';
COMMENT ON COLUMN "dashboard_curve"."upper_quartile" IS 'Three quarters of the trials are at or below; null when that is one that diverged.';

-- -------- dashboard_layer
CREATE VIEW "dashboard_layer" AS
WITH "probed" AS (
    SELECT
        t."sweep_id", t."initializer", t."activation", t."depth", t."setting", y.*,
        -- The partition names the cell as well, so that a condition on it reaches the tables.
        max(y."epoch") OVER (PARTITION BY t."sweep_id", t."initializer", t."activation", t."depth", t."setting", t."number") AS "last_epoch"
    FROM "dashboard_trial" t
    JOIN "layer" y ON y."trial_id" = t."trial_id"
)
SELECT
    p."sweep_id", p."initializer", p."activation", p."depth", p."setting", b."probe", p."layer", m."signal",
    count(*) AS "trials",
    nullif(percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(m."value", 'Infinity')), 'Infinity') AS "median"
FROM "probed" p
CROSS JOIN LATERAL (VALUES
    ('before training', p."epoch" = 0),
    ('end of training', p."epoch" = p."last_epoch" AND p."epoch" > 0)
) AS b("probe", "taken")
CROSS JOIN LATERAL (VALUES
    ('activation variance', p."activation_variance"),
    ('gradient norm', p."gradient_norm"),
    ('back-propagated variance', p."backpropagated_variance"),
    ('saturated share', p."saturated_share"),
    ('unit cosine', p."unit_cosine")
) AS m("signal", "value")
WHERE b."taken"
GROUP BY p."sweep_id", p."initializer", p."activation", p."depth", p."setting", b."probe", p."layer", m."signal";

COMMENT ON VIEW "dashboard_layer" IS 'Signals layer by layer, before training and where each trial ended: medians over the trials of a cell.';
COMMENT ON COLUMN "dashboard_layer"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "dashboard_layer"."initializer" IS 'Initializer''s label.';
COMMENT ON COLUMN "dashboard_layer"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "dashboard_layer"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "dashboard_layer"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "dashboard_layer"."probe" IS 'before training (epoch 0) or end of training (the last probed epoch of each trial).';
COMMENT ON COLUMN "dashboard_layer"."layer" IS '1 is the first hidden layer, depth + 1 the output layer.';
COMMENT ON COLUMN "dashboard_layer"."signal" IS 'activation variance, gradient norm, back-propagated variance, saturated share or unit cosine.';
COMMENT ON COLUMN "dashboard_layer"."trials" IS 'Trials that were probed there.';
COMMENT ON COLUMN "dashboard_layer"."median" IS 'Lower median; a number that was not finite counts as larger than all others, null when that is the median. Null too where the signal is not defined.';

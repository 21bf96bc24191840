-- CreateTable
CREATE TABLE "rung" (
    "sweep_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "race" TEXT NOT NULL,
    "validation_loss" DOUBLE PRECISION,
    "has_reached_target" BOOLEAN NOT NULL,
    "is_kept" BOOLEAN NOT NULL,
    "compared" INTEGER,
    "places" INTEGER,
    "threshold" DOUBLE PRECISION,
    "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rung_pkey" PRIMARY KEY ("sweep_id","number","epoch")
);

-- CreateIndex
CREATE INDEX "rung_sweep_id_race_epoch_idx" ON "rung"("sweep_id", "race", "epoch");

-- AddForeignKey
ALTER TABLE "rung" ADD CONSTRAINT "rung_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweep"("id") ON DELETE CASCADE ON UPDATE RESTRICT;


ALTER TABLE "rung"
    ADD CONSTRAINT "rung_numbers_check" CHECK (
        "number" >= 0 AND "epoch" >= 1 AND "places" BETWEEN 1 AND "compared"
        AND "validation_loss" > '-Infinity' AND "validation_loss" < 'Infinity'
        AND "threshold" > '-Infinity' AND "threshold" < 'Infinity'
    ),
    ADD CONSTRAINT "rung_asked_check" CHECK (num_nonnulls("compared", "places") IN (0, 2) AND ("is_kept" OR "compared" IS NOT NULL)),
    -- One that has what it was to reach is never given up.
    ADD CONSTRAINT "rung_kept_check" CHECK ("is_kept" OR NOT "has_reached_target");

-- Only what runs, or holds a result that is not of one sweep alone, is found by others under its key.
ALTER TABLE "trial" DROP CONSTRAINT "trial_scope_check";
ALTER TABLE "trial"
    ADD CONSTRAINT "trial_scope_check" CHECK (("scope" IS NULL) = ("state" IN ('failed', 'cancelled', 'pruned'))),
    ADD CONSTRAINT "trial_pruned_check" CHECK (
        "state" <> 'pruned' OR num_nonnulls("epochs_to_target", "test_loss", "test_accuracy") = 0
    );

-- -------- sweep_rung
CREATE VIEW "sweep_rung" AS
SELECT
    r."sweep_id",
    r."epoch",
    r."race",
    count(*) AS "trials",
    count(r."compared") AS "asked",
    count(*) FILTER (WHERE NOT r."is_kept") AS "given_up",
    min(r."validation_loss") AS "lowest_loss",
    max(r."decided_at") AS "last_decided_at"
FROM "rung" r
GROUP BY r."sweep_id", r."epoch", r."race";

COMMENT ON VIEW "sweep_rung" IS 'Where a sweep with pruning gives trials up: one row a rung of a race (a network with its training, whatever the initializer and learning rate).';
COMMENT ON COLUMN "sweep_rung"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "sweep_rung"."epoch" IS 'Epoch after which trials are ranked.';
COMMENT ON COLUMN "sweep_rung"."race" IS 'All that the ranked trials share, in words.';
COMMENT ON COLUMN "sweep_rung"."trials" IS 'Trials that count there.';
COMMENT ON COLUMN "sweep_rung"."asked" IS 'Of these, trials in training; the others had ended by themselves or were taken over.';
COMMENT ON COLUMN "sweep_rung"."given_up" IS 'Trials that ended there.';
COMMENT ON COLUMN "sweep_rung"."lowest_loss" IS 'Lowest validation loss of any of them up to this epoch.';
COMMENT ON COLUMN "sweep_rung"."last_decided_at" IS 'When a trial came there last.';

-- -------- rung_decision
CREATE VIEW "rung_decision" AS
SELECT "sweep_id", "number", "epoch", "race", "validation_loss", "has_reached_target", "is_kept", "compared", "places", "threshold", "decided_at"
FROM "rung";

COMMENT ON VIEW "rung_decision" IS 'What each trial of a sweep with pruning had come to at a rung, and whether it went on.';
COMMENT ON COLUMN "rung_decision"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "rung_decision"."number" IS 'Number in the sweep''s plan.';
COMMENT ON COLUMN "rung_decision"."epoch" IS 'Epoch of the rung.';
COMMENT ON COLUMN "rung_decision"."race" IS 'All that the trials share which are ranked together, in words.';
COMMENT ON COLUMN "rung_decision"."validation_loss" IS 'Lowest up to this epoch; null when it diverged or had no finite one.';
COMMENT ON COLUMN "rung_decision"."has_reached_target" IS 'Whether it had met its target by then: such a trial is never given up.';
COMMENT ON COLUMN "rung_decision"."is_kept" IS 'Whether it went on.';
COMMENT ON COLUMN "rung_decision"."compared" IS 'Trials that had come to the rung, itself included; null when it had ended by itself and was not asked.';
COMMENT ON COLUMN "rung_decision"."places" IS 'The best so many of them went on.';
COMMENT ON COLUMN "rung_decision"."threshold" IS 'Loss of the last of the others to have such a place; null where that one had met its target, or there were fewer.';
COMMENT ON COLUMN "rung_decision"."decided_at" IS 'When it was decided.';

-- -------- sweep_pruning
CREATE VIEW "sweep_pruning" AS
SELECT
    l."sweep_id",
    count(*) FILTER (WHERE t."state" = 'pruned') AS "pruned",
    sum(t."epoch_budget") AS "epochs_planned",
    coalesce(sum(t."epoch_budget" - t."epochs_run") FILTER (WHERE t."state" = 'pruned'), 0) AS "epochs_spared",
    coalesce(sum(t."epoch_budget" - t."epochs_run") FILTER (WHERE t."state" = 'pruned'), 0)::double precision
        / nullif(sum(t."epoch_budget"), 0) AS "spared_share"
FROM "sweep_trial" l
JOIN "trial" t ON t."id" = l."trial_id"
WHERE NOT l."reused" AND t."epochs_run" IS NOT NULL
GROUP BY l."sweep_id";

COMMENT ON VIEW "sweep_pruning" IS 'What a sweep has spared by giving trials up, of those that it trained itself to a result.';
COMMENT ON COLUMN "sweep_pruning"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "sweep_pruning"."pruned" IS 'Trials that were given up.';
COMMENT ON COLUMN "sweep_pruning"."epochs_planned" IS 'Epochs that its trials with a result were given.';
COMMENT ON COLUMN "sweep_pruning"."epochs_spared" IS 'Epochs not trained because trials were given up; some of these would have ended early by themselves.';
COMMENT ON COLUMN "sweep_pruning"."spared_share" IS 'Of the epochs planned, 0 to 1.';

-- What trials that were given up would have come to is not known: they count as behind, never as if they were not there.

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
    nullif(nullif(percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN t."state" = 'pruned' THEN '-Infinity' ELSE t."test_accuracy" END), '-Infinity'), 'NaN') AS "median_test_accuracy",
    nullif(nullif(percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN t."state" = 'pruned' THEN 'Infinity' ELSE t."test_loss" END), 'Infinity'), 'NaN') AS "median_test_loss",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY t."duration_ms") AS "median_duration_ms",
    max(t."epoch_budget") AS "epoch_budget",
    t."network",
    t."normalization"
FROM "sweep_trial" l
JOIN "trial" t ON t."id" = l."trial_id"
WHERE t."state" <> 'running'
GROUP BY l."sweep_id", t."initializer", t."activation", t."depth", t."width", t."learning_rate", t."optimizer", t."batch_size", t."dataset", t."network", t."normalization";

COMMENT ON COLUMN "cell_summary"."median_test_accuracy" IS 'Median test accuracy, 0 to 1; trials that were given up count as worse than any number, and it is null where that is the median.';
COMMENT ON COLUMN "cell_summary"."median_test_loss" IS 'Median test loss of those where it is finite; trials that were given up count as worse than any number, and it is null where that is the median.';

-- -------- cell_result
CREATE OR REPLACE VIEW "cell_result" AS
SELECT
    c."id" AS "cell_id",
    c."sweep_id",
    s."name" AS "sweep",
    c."initializer",
    c."activation",
    c."depth",
    c."width",
    c."learning_rate",
    c."optimizer",
    c."batch_size",
    c."dataset",
    c."network",
    c."normalization",
    c."setting",
    c."activation" || ' · depth ' || c."depth" || CASE WHEN c."setting" = 'same for all' THEN '' ELSE ' · ' || c."setting" END AS "regime",
    c."trials",
    c."converged",
    c."not_converged",
    c."diverged",
    c."pruned",
    c."failed",
    c."cancelled",
    c."converged"::double precision / nullif(c."trials", 0) AS "converged_share",
    c."diverged"::double precision / nullif(c."trials", 0) AS "diverged_share",
    c."epoch_budget",
    c."epochs_to_target_median" AS "median_epochs_to_target",
    CASE
        WHEN c."trials" = 0 THEN NULL
        WHEN c."target_metric" IS NULL THEN 'no target'
        ELSE coalesce(c."epochs_to_target_median"::text, CASE WHEN c."pruned" > 0 THEN 'given up' ELSE '> ' || c."epoch_budget" END)
    END AS "epochs_to_target",
    CASE WHEN c."trials" > 0 AND c."target_metric" IS NOT NULL THEN
        coalesce(c."epochs_to_target_q1"::text, CASE WHEN c."pruned" > 0 THEN 'given up' ELSE '> ' || c."epoch_budget" END) || ' to '
            || coalesce(c."epochs_to_target_q3"::text, CASE WHEN c."pruned" > 0 THEN 'given up' ELSE '> ' || c."epoch_budget" END)
    END AS "epochs_to_target_quartiles",
    c."test_accuracy_median" AS "median_test_accuracy",
    c."test_loss_median" AS "median_test_loss",
    c."training_ms",
    c."last_finished_at",
    CASE WHEN c."trials" > 0 THEN row_number() OVER (
        PARTITION BY c."sweep_id", c."activation", c."depth", c."setting"
        ORDER BY
            c."trials" = 0,
            c."epochs_to_target_median" NULLS LAST,
            c."converged"::double precision / nullif(c."trials", 0) DESC,
            c."diverged"::double precision / nullif(c."trials", 0),
            c."test_accuracy_median" DESC NULLS LAST,
            c."test_loss_median" NULLS LAST,
            c."initializer"
    ) END AS "rank"
FROM "cell" c
JOIN "sweep" s ON s."id" = c."sweep_id";

COMMENT ON COLUMN "cell_result"."epochs_to_target" IS 'Median epochs to the target in words: "> 30" where the budget ended first, "given up" where the median trial was, or may have been, given up; "no target" without one.';

-- -------- cell_curve
CREATE OR REPLACE VIEW "cell_curve" AS
SELECT
    q."sweep_id", q."initializer", q."activation", q."depth", q."setting", q."regime", q."metric", q."epoch", q."trials",
    nullif(nullif(q."quartiles"[1], 'Infinity'), '-Infinity') AS "lower_quartile",
    nullif(nullif(q."quartiles"[2], 'Infinity'), '-Infinity') AS "median",
    nullif(nullif(q."quartiles"[3], 'Infinity'), '-Infinity') AS "upper_quartile"
FROM (
    SELECT
        c."sweep_id", c."initializer", c."activation", c."depth", c."setting",
        c."activation" || ' · depth ' || c."depth" || CASE WHEN c."setting" = 'same for all' THEN '' ELSE ' · ' || c."setting" END AS "regime",
        m."metric", g."epoch",
        count(*) AS "trials",
        percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY
            -- Worse than any number where the loss was not finite, or the trial had diverged or was given up by then.
            CASE WHEN t."state" IN ('diverged', 'pruned') AND g."epoch" > w."last_epoch" THEN m."worst"
                ELSE coalesce(m."series"[least(g."epoch", w."last_epoch") + 1], m."worst") END) AS "quartiles"
    FROM "cell" c
    JOIN "sweep_trial" l ON l."cell_id" = c."id"
    JOIN "trial" t ON t."id" = l."trial_id"
    CROSS JOIN LATERAL (
        SELECT e."last_epoch", e."train_loss", e."train_accuracy", e."validation_loss", e."validation_accuracy"
        FROM "trial_epochs" e WHERE e."trial_id" = t."id" AND t."state" <> 'running'
        UNION ALL
        SELECT max(e."epoch"), array_agg(e."train_loss" ORDER BY e."epoch"), array_agg(e."train_accuracy" ORDER BY e."epoch"),
            array_agg(e."validation_loss" ORDER BY e."epoch"), array_agg(e."validation_accuracy" ORDER BY e."epoch")
        FROM "epoch" e WHERE e."trial_id" = t."id" AND t."state" = 'running' HAVING count(*) > 0
    ) w
    CROSS JOIN LATERAL (VALUES
        ('validation loss', w."validation_loss", 'Infinity'::double precision),
        ('validation accuracy', w."validation_accuracy", '-Infinity'),
        ('training loss', w."train_loss", 'Infinity'),
        ('training accuracy', w."train_accuracy", '-Infinity')
    ) AS m("metric", "series", "worst")
    CROSS JOIN LATERAL generate_series(0, CASE WHEN t."state" = 'running' THEN w."last_epoch" ELSE greatest(c."last_epoch", w."last_epoch") END) AS g("epoch")
    WHERE t."state" NOT IN ('failed', 'cancelled')
    GROUP BY c."id", m."metric", g."epoch"
) q;

COMMENT ON VIEW "cell_curve" IS 'Learning curves: quartiles over the trials of a cell at each epoch. A trial that stopped keeps its last value until the last trial of its cell ends; one that diverged or was given up counts as worse than any number; running ones count as far as they are.';
COMMENT ON COLUMN "cell_curve"."lower_quartile" IS 'A quarter of the trials are at or below; null when that is one that diverged or was given up.';
COMMENT ON COLUMN "cell_curve"."median" IS 'Lower median; null when that is a trial that diverged or was given up.';
COMMENT ON COLUMN "cell_curve"."upper_quartile" IS 'Three quarters of the trials are at or below; null when that is one that diverged or was given up.';

-- -------- cell_survival
CREATE OR REPLACE VIEW "cell_survival" AS
SELECT "sweep_id", "initializer", "activation", "depth", "setting", "regime", "epoch", "at_risk", "reached",
    CASE WHEN bool_or("reached" > 0 AND "reached" = "at_risk") OVER "so_far" THEN 0
        ELSE exp(sum(ln(1 - CASE WHEN "reached" = "at_risk" THEN 0 ELSE "reached"::double precision / "at_risk" END)) OVER "so_far") END AS "not_yet_share"
FROM (
    SELECT k.*, sum("left") OVER (PARTITION BY "cell_id", "sweep_id", "initializer", "activation", "depth", "setting", "regime"
        ORDER BY "epoch" ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS "at_risk"
    FROM (
        SELECT
            c."id" AS "cell_id", c."sweep_id", c."initializer", c."activation", c."depth", c."setting",
            c."activation" || ' · depth ' || c."depth" || CASE WHEN c."setting" = 'same for all' THEN '' ELSE ' · ' || c."setting" END AS "regime",
            p."epoch",
            count(*) FILTER (WHERE p."has_reached") AS "reached",
            count(*) FILTER (WHERE p."leaves") AS "left"
        FROM "cell" c
        JOIN "sweep_trial" l ON l."cell_id" = c."id"
        JOIN "trial" t ON t."id" = l."trial_id"
        CROSS JOIN LATERAL (VALUES
            (0, false, false),
            -- One that diverged will never reach the target: it stays among those that have not, to the end of the budget. So does one that was
            -- given up: to let it leave there, because it was behind, would make the curve that of the seeds that were spared.
            (CASE WHEN t."state" IN ('diverged', 'pruned') THEN t."epoch_budget" ELSE coalesce(t."epochs_to_target", t."epochs_run") END,
                t."state" <> 'diverged' AND t."epochs_to_target" IS NOT NULL, true)
        ) AS p("epoch", "has_reached", "leaves")
        WHERE t."epochs_run" IS NOT NULL AND t."target_metric" IS NOT NULL
        GROUP BY c."id", p."epoch"
    ) k
) n
WINDOW "so_far" AS (PARTITION BY "cell_id", "sweep_id", "initializer", "activation", "depth", "setting", "regime" ORDER BY "epoch");

COMMENT ON VIEW "cell_survival" IS 'Share of a cell''s trials that have not reached the target yet, by epoch (Kaplan and Meier 1958). Trials that ended without it count until their end, diverged ones and those that were given up to the end of the budget.';

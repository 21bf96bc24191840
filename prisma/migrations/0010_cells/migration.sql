-- What dashboards read of a large sweep without reading its trials: a row a cell, kept up to date from the trials themselves.

-- AlterTable
ALTER TABLE "sweep_trial" ADD COLUMN     "cell_id" BIGINT;

-- CreateTable
CREATE TABLE "cell" (
    "id" BIGSERIAL NOT NULL,
    "sweep_id" TEXT NOT NULL,
    "initializer" TEXT NOT NULL,
    "activation" TEXT NOT NULL,
    "depth" INTEGER NOT NULL,
    "width" INTEGER NOT NULL,
    "learning_rate" DOUBLE PRECISION NOT NULL,
    "optimizer" TEXT NOT NULL,
    "batch_size" INTEGER NOT NULL,
    "dataset" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "normalization" TEXT NOT NULL,
    "setting" TEXT NOT NULL,
    "epoch_budget" INTEGER,
    "target_metric" TEXT,
    "trials" INTEGER NOT NULL DEFAULT 0,
    "converged" INTEGER NOT NULL DEFAULT 0,
    "not_converged" INTEGER NOT NULL DEFAULT 0,
    "diverged" INTEGER NOT NULL DEFAULT 0,
    "pruned" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "cancelled" INTEGER NOT NULL DEFAULT 0,
    "reused" INTEGER NOT NULL DEFAULT 0,
    "epochs_to_target_q1" INTEGER,
    "epochs_to_target_median" INTEGER,
    "epochs_to_target_q3" INTEGER,
    "test_accuracy_median" DOUBLE PRECISION,
    "test_loss_median" DOUBLE PRECISION,
    "training_ms" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "last_epoch" INTEGER,
    "last_finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "cell_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cell_change" (
    "id" BIGSERIAL NOT NULL,
    "trial_id" BIGINT NOT NULL,

    CONSTRAINT "cell_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cell_theory" (
    "cell_id" BIGINT NOT NULL,
    "layer" INTEGER NOT NULL,
    "activation_variance" DOUBLE PRECISION,
    "gradient_ratio" DOUBLE PRECISION,
    "backpropagated_ratio" DOUBLE PRECISION,

    CONSTRAINT "cell_theory_pkey" PRIMARY KEY ("cell_id","layer")
);

-- CreateTable
CREATE TABLE "trial_attempt" (
    "trial_id" BIGINT NOT NULL,
    "fence" BIGINT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "worker" TEXT NOT NULL,
    "backend" TEXT NOT NULL,
    "workflow_run_id" TEXT NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "trial_attempt_pkey" PRIMARY KEY ("trial_id","fence")
);

-- CreateTable
CREATE TABLE "trial_epochs" (
    "trial_id" BIGINT NOT NULL,
    "last_epoch" INTEGER NOT NULL,
    "train_loss" DOUBLE PRECISION[],
    "train_accuracy" DOUBLE PRECISION[],
    "validation_loss" DOUBLE PRECISION[],
    "validation_accuracy" DOUBLE PRECISION[],

    CONSTRAINT "trial_epochs_pkey" PRIMARY KEY ("trial_id")
);

-- CreateTable
CREATE TABLE "trial_layers" (
    "trial_id" BIGINT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "is_last" BOOLEAN NOT NULL,
    "activation_variance" DOUBLE PRECISION[],
    "pre_activation_variance" DOUBLE PRECISION[],
    "saturated_share" DOUBLE PRECISION[],
    "gradient_norm" DOUBLE PRECISION[],
    "backpropagated_variance" DOUBLE PRECISION[],
    "unit_cosine" DOUBLE PRECISION[],

    CONSTRAINT "trial_layers_pkey" PRIMARY KEY ("trial_id","epoch")
);

-- CreateIndex
CREATE UNIQUE INDEX "cell_sweep_id_initializer_activation_depth_width_learning_r_key" ON "cell"("sweep_id", "initializer", "activation", "depth", "width", "learning_rate", "optimizer", "batch_size", "dataset", "network", "normalization");

-- CreateIndex
CREATE INDEX "trial_attempt_claimed_at_idx" ON "trial_attempt"("claimed_at");

-- DropIndex
DROP INDEX "trial_finished_at_idx";

-- CreateIndex
CREATE INDEX "trial_finished_at_state_worker_started_at_idx" ON "trial"("finished_at", "state", "worker", "started_at");

-- CreateIndex
CREATE INDEX "sweep_trial_cell_id_idx" ON "sweep_trial"("cell_id");

-- AddForeignKey
ALTER TABLE "sweep_trial" ADD CONSTRAINT "sweep_trial_cell_id_fkey" FOREIGN KEY ("cell_id") REFERENCES "cell"("id") ON DELETE SET NULL ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "cell" ADD CONSTRAINT "cell_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweep"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "cell_theory" ADD CONSTRAINT "cell_theory_cell_id_fkey" FOREIGN KEY ("cell_id") REFERENCES "cell"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "trial_epochs" ADD CONSTRAINT "trial_epochs_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "trial_layers" ADD CONSTRAINT "trial_layers_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "trial_attempt" ADD CONSTRAINT "trial_attempt_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE RESTRICT;


-- What Prisma's schema language cannot express.

-- Few at any time, however many trials there are.
CREATE INDEX "trial_running_idx" ON "trial"("worker") WHERE "state" = 'running';
CREATE INDEX "trial_attempt_repeated_idx" ON "trial_attempt"("claimed_at") WHERE "fence" > 1;

-- Each claim is an attempt; whoever claims it, and by which version of our code, it is kept.
CREATE FUNCTION "keep_attempt"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO trial_attempt (trial_id, fence, attempt, worker, backend, workflow_run_id, claimed_at)
    VALUES (NEW.id, NEW.fence, NEW.attempt, NEW.worker, NEW.backend, NEW.workflow_run_id, NEW.started_at)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER "trial_attempt" AFTER INSERT OR UPDATE OF "fence" ON "trial"
    FOR EACH ROW WHEN (NEW."state" = 'running') EXECUTE FUNCTION "keep_attempt"();

-- A trial that its cells have to be computed anew for. Rows are only added here: writers never wait for one another.
CREATE FUNCTION "note_trial_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cell_change (trial_id) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION "note_link_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cell_change (trial_id) VALUES (NEW.trial_id);
    RETURN NULL;
END $$;

CREATE TRIGGER "trial_state_change" AFTER UPDATE OF "state" ON "trial"
    FOR EACH ROW WHEN (OLD."state" IS DISTINCT FROM NEW."state") EXECUTE FUNCTION "note_trial_change"();
CREATE TRIGGER "sweep_trial_new" AFTER INSERT ON "sweep_trial"
    FOR EACH ROW EXECUTE FUNCTION "note_link_change"();
CREATE TRIGGER "sweep_trial_change" AFTER UPDATE OF "trial_id", "reused" ON "sweep_trial"
    FOR EACH ROW WHEN (OLD."trial_id" IS DISTINCT FROM NEW."trial_id" OR OLD."reused" IS DISTINCT FROM NEW."reused")
    EXECUTE FUNCTION "note_link_change"();

-- Brings cells up to date from their trials and answers how many changes it took. Whatever is repeated, late or done by two at once, a cell
-- ends as its trials are: nothing is added up, all is computed anew. Null when another session is at it and `wait` is false.
CREATE FUNCTION "refresh_cells"("at_most" integer, "wait" boolean) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    IF wait THEN
        PERFORM pg_advisory_xact_lock(7231006);
    ELSIF NOT pg_try_advisory_xact_lock(7231006) THEN
        RETURN NULL;
    END IF;

    WITH taken AS (
        DELETE FROM cell_change WHERE id IN (SELECT id FROM cell_change ORDER BY id LIMIT at_most) RETURNING trial_id
    )
    SELECT array_agg(DISTINCT trial_id) INTO changed FROM taken;
    IF changed IS NULL THEN
        RETURN 0;
    END IF;

    INSERT INTO cell (sweep_id, initializer, activation, depth, width, learning_rate, optimizer, batch_size, dataset, network,
        normalization, setting)
    SELECT n.*, coalesce(nullif(concat_ws(', ',
        CASE WHEN jsonb_array_length(s.spec #> '{axes,network}') > 1 THEN n.network END,
        CASE WHEN jsonb_array_length(s.spec #> '{axes,normalization}') > 1 THEN n.normalization END,
        CASE WHEN jsonb_array_length(s.spec #> '{axes,width}') > 1 THEN 'width ' || n.width END,
        CASE WHEN jsonb_array_length(s.spec #> '{axes,learningRate}') > 1 THEN 'rate ' || n.learning_rate END,
        CASE WHEN jsonb_array_length(s.spec #> '{axes,optimizer}') > 1 THEN n.optimizer END,
        CASE WHEN jsonb_array_length(s.spec #> '{axes,batchSize}') > 1 THEN 'batch ' || n.batch_size END,
        CASE WHEN jsonb_array_length(s.spec #> '{axes,dataset}') > 1 THEN n.dataset END
    ), ''), 'same for all')
    FROM (
        -- By way of JSON: a database may have the two columns or not have them yet.
        SELECT DISTINCT l.sweep_id, t.initializer, t.activation, t.depth, t.width, t.learning_rate, t.optimizer, t.batch_size, t.dataset,
            coalesce(to_jsonb(t) ->> 'network', '') AS network, coalesce(to_jsonb(t) ->> 'normalization', '') AS normalization
        FROM sweep_trial l JOIN trial t ON t.id = l.trial_id
        WHERE l.trial_id = ANY (changed) AND l.cell_id IS NULL
    ) n
    JOIN sweep s ON s.id = n.sweep_id
    ON CONFLICT DO NOTHING;

    -- A link that a claim is moving is left to the next time: waiting for it could end in a circle.
    WITH free AS (
        SELECT sweep_id, number FROM sweep_trial WHERE trial_id = ANY (changed) AND cell_id IS NULL FOR UPDATE SKIP LOCKED
    )
    UPDATE sweep_trial l SET cell_id = c.id
    FROM free f, trial t, cell c
    WHERE l.sweep_id = f.sweep_id AND l.number = f.number AND t.id = l.trial_id
        AND c.sweep_id = l.sweep_id AND c.initializer = t.initializer AND c.activation = t.activation AND c.depth = t.depth
        AND c.width = t.width AND c.learning_rate = t.learning_rate AND c.optimizer = t.optimizer AND c.batch_size = t.batch_size
        AND c.dataset = t.dataset AND c.network = coalesce(to_jsonb(t) ->> 'network', '')
        AND c.normalization = coalesce(to_jsonb(t) ->> 'normalization', '');
    INSERT INTO cell_change (trial_id)
    SELECT trial_id FROM sweep_trial WHERE trial_id = ANY (changed) AND cell_id IS NULL;

    -- Each trial that has ended is packed once; one that was taken up again, whatever it had.
    DELETE FROM trial_epochs WHERE trial_id = ANY (changed);
    DELETE FROM trial_layers WHERE trial_id = ANY (changed);
    INSERT INTO trial_epochs (trial_id, last_epoch, train_loss, train_accuracy, validation_loss, validation_accuracy)
    SELECT b.trial_id, b.last_epoch, array_agg(e.train_loss ORDER BY g), array_agg(e.train_accuracy ORDER BY g),
        array_agg(e.validation_loss ORDER BY g), array_agg(e.validation_accuracy ORDER BY g)
    FROM (
        SELECT t.id AS trial_id, (SELECT max(epoch) FROM epoch WHERE trial_id = t.id) AS last_epoch
        FROM trial t WHERE t.id = ANY (changed) AND t.state NOT IN ('running', 'failed', 'cancelled')
    ) b
    CROSS JOIN LATERAL generate_series(0, b.last_epoch) AS g
    LEFT JOIN epoch e ON e.trial_id = b.trial_id AND e.epoch = g
    GROUP BY b.trial_id, b.last_epoch;
    INSERT INTO trial_layers (trial_id, epoch, is_last, activation_variance, pre_activation_variance, saturated_share, gradient_norm,
        backpropagated_variance, unit_cosine)
    SELECT y.trial_id, y.epoch, y.epoch = max(y.epoch) OVER (PARTITION BY y.trial_id), y.activation_variance, y.pre_activation_variance,
        y.saturated_share, y.gradient_norm, y.backpropagated_variance, y.unit_cosine
    FROM (
        SELECT y.trial_id, y.epoch,
            array_agg(y.activation_variance ORDER BY y.layer) AS activation_variance,
            array_agg(y.pre_activation_variance ORDER BY y.layer) AS pre_activation_variance,
            array_agg(y.saturated_share ORDER BY y.layer) AS saturated_share,
            array_agg(y.gradient_norm ORDER BY y.layer) AS gradient_norm,
            array_agg(y.backpropagated_variance ORDER BY y.layer) AS backpropagated_variance,
            array_agg(y.unit_cosine ORDER BY y.layer) AS unit_cosine
        FROM trial t JOIN layer y ON y.trial_id = t.id
        WHERE t.id = ANY (changed) AND t.state NOT IN ('running', 'failed', 'cancelled')
        GROUP BY y.trial_id, y.epoch
    ) y;

    UPDATE cell c SET
        epoch_budget = a.epoch_budget, target_metric = a.target_metric, trials = a.trials, converged = a.converged,
        not_converged = a.not_converged, diverged = a.diverged, pruned = a.pruned, failed = a.failed, cancelled = a.cancelled,
        reused = a.reused, epochs_to_target_q1 = a.epochs[1], epochs_to_target_median = a.epochs[2],
        epochs_to_target_q3 = a.epochs[3], test_accuracy_median = nullif(a.test_accuracy, '-Infinity'),
        test_loss_median = nullif(a.test_loss, 'Infinity'), training_ms = a.training_ms, last_epoch = a.last_epoch, last_finished_at = a.last_finished_at
    FROM (
        SELECT l.cell_id,
            max(t.epoch_budget) AS epoch_budget,
            max(t.target_metric) AS target_metric,
            count(t.epochs_run) AS trials,
            count(*) FILTER (WHERE t.state = 'converged') AS converged,
            count(*) FILTER (WHERE t.state = 'notConverged') AS not_converged,
            count(*) FILTER (WHERE t.state = 'diverged') AS diverged,
            count(*) FILTER (WHERE t.state = 'pruned') AS pruned,
            count(*) FILTER (WHERE t.state = 'failed') AS failed,
            count(*) FILTER (WHERE t.state = 'cancelled') AS cancelled,
            count(*) FILTER (WHERE l.reused) AS reused,
            -- Only trials with a result have epochs_run; what they lack is worse than any number.
            (SELECT array_agg(nullif(e, 2147483647) ORDER BY place) FROM unnest(percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (
                ORDER BY CASE WHEN t.state = 'diverged' THEN 2147483647 ELSE coalesce(t.epochs_to_target, 2147483647) END)
                FILTER (WHERE t.epochs_run IS NOT NULL)) WITH ORDINALITY AS q (e, place)) AS epochs,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN t.state = 'diverged' THEN '-Infinity' ELSE coalesce(t.test_accuracy, '-Infinity') END)
                FILTER (WHERE t.epochs_run IS NOT NULL) AS test_accuracy,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN t.state = 'diverged' THEN 'Infinity' ELSE coalesce(t.test_loss, 'Infinity') END)
                FILTER (WHERE t.epochs_run IS NOT NULL) AS test_loss,
            coalesce(sum(t.duration_ms) FILTER (WHERE NOT l.reused), 0) AS training_ms,
            max(e.last_epoch) AS last_epoch,
            max(t.finished_at) FILTER (WHERE NOT l.reused) AS last_finished_at
        FROM sweep_trial l
        JOIN trial t ON t.id = l.trial_id
        LEFT JOIN trial_epochs e ON e.trial_id = t.id
        WHERE l.cell_id = ANY (ARRAY(SELECT DISTINCT cell_id FROM sweep_trial WHERE trial_id = ANY (changed) AND cell_id IS NOT NULL))
        GROUP BY l.cell_id
    ) a
    WHERE c.id = a.cell_id;
    RETURN cardinality(changed);
END $$;

-- -------- sweep_status
CREATE VIEW "sweep_status" AS
SELECT
    s."id" AS "sweep_id",
    s."workflow_id",
    s."name",
    s."state"::text AS "state",
    s."reason",
    s."created_at",
    s."closed_at",
    s."trial_count" AS "total",
    c."done",
    c."done"::double precision / nullif(s."trial_count", 0) AS "done_share",
    r."running",
    greatest(s."trial_count" - c."done" - r."running", 0) AS "pending",
    c."converged",
    c."not_converged",
    c."diverged",
    c."pruned",
    c."failed",
    c."cancelled",
    c."reused",
    c."failed"::double precision / nullif(c."done", 0) AS "failed_share",
    p."per_second",
    CASE WHEN s."state" = 'running' AND p."per_second" > 0
        THEN greatest(s."trial_count" - c."done", 0) / p."per_second" END AS "seconds_left",
    extract(epoch FROM coalesce(s."closed_at", clock_timestamp()) - s."created_at")::double precision AS "seconds_open",
    c."training_ms",
    c."last_finished_at"
FROM "sweep" s
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum("trials" + "failed" + "cancelled"), 0)::int AS "done",
        coalesce(sum("converged"), 0)::int AS "converged",
        coalesce(sum("not_converged"), 0)::int AS "not_converged",
        coalesce(sum("diverged"), 0)::int AS "diverged",
        coalesce(sum("pruned"), 0)::int AS "pruned",
        coalesce(sum("failed"), 0)::int AS "failed",
        coalesce(sum("cancelled"), 0)::int AS "cancelled",
        coalesce(sum("reused"), 0)::int AS "reused",
        coalesce(sum("training_ms"), 0) AS "training_ms",
        max("last_finished_at") AS "last_finished_at"
    FROM "cell" WHERE "sweep_id" = s."id"
) c
CROSS JOIN LATERAL (
    SELECT count(*)::int AS "running"
    FROM "trial" t JOIN "sweep_trial" l ON l."trial_id" = t."id"
    WHERE t."state" = 'running' AND l."sweep_id" = s."id" AND s."state" = 'running'
) r
CROSS JOIN LATERAL (
    SELECT CASE WHEN s."state" = 'running' THEN count(*) / greatest(least(extract(epoch FROM clock_timestamp() - s."created_at"), 300), 1)::double precision
        WHEN s."closed_at" > s."created_at" THEN (c."done" - c."reused") / extract(epoch FROM s."closed_at" - s."created_at")::double precision END AS "per_second"
    FROM "trial" t JOIN "sweep_trial" l ON l."trial_id" = t."id"
    WHERE s."state" = 'running' AND t."finished_at" > clock_timestamp() - interval '5 minutes' AND l."sweep_id" = s."id" AND NOT l."reused"
) p;

COMMENT ON VIEW "sweep_status" IS 'One row a sweep: how far it is. Counts of ended trials come from its cells and are a few seconds old at most.';
COMMENT ON COLUMN "sweep_status"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "sweep_status"."workflow_id" IS 'Id of the sweep''s workflow.';
COMMENT ON COLUMN "sweep_status"."name" IS 'The sweep''s name.';
COMMENT ON COLUMN "sweep_status"."state" IS 'running, completed, failed or cancelled.';
COMMENT ON COLUMN "sweep_status"."reason" IS 'Why it ended; null while it runs.';
COMMENT ON COLUMN "sweep_status"."created_at" IS 'When it was opened.';
COMMENT ON COLUMN "sweep_status"."closed_at" IS 'When it ended.';
COMMENT ON COLUMN "sweep_status"."total" IS 'Trials in the plan.';
COMMENT ON COLUMN "sweep_status"."done" IS 'Trials in a final state.';
COMMENT ON COLUMN "sweep_status"."done_share" IS 'done / total, 0 to 1.';
COMMENT ON COLUMN "sweep_status"."running" IS 'Trials in training.';
COMMENT ON COLUMN "sweep_status"."pending" IS 'Trials that have not begun.';
COMMENT ON COLUMN "sweep_status"."converged" IS 'Trials that reached the target.';
COMMENT ON COLUMN "sweep_status"."not_converged" IS 'Trials that spent their budget without it.';
COMMENT ON COLUMN "sweep_status"."diverged" IS 'Trials whose numbers became NaN or infinite.';
COMMENT ON COLUMN "sweep_status"."pruned" IS 'Trials that were given up early.';
COMMENT ON COLUMN "sweep_status"."failed" IS 'Trials that no attempt could finish.';
COMMENT ON COLUMN "sweep_status"."cancelled" IS 'Trials that a person stopped.';
COMMENT ON COLUMN "sweep_status"."reused" IS 'Of the done ones, those taken over from earlier sweeps.';
COMMENT ON COLUMN "sweep_status"."failed_share" IS 'failed / done, 0 to 1; null before the first.';
COMMENT ON COLUMN "sweep_status"."per_second" IS 'Trials trained a second: over the last five minutes while it runs, over all of its time afterwards.';
COMMENT ON COLUMN "sweep_status"."seconds_left" IS 'At that rate; null when it has ended or nothing was trained of late.';
COMMENT ON COLUMN "sweep_status"."seconds_open" IS 'From its opening to its end, or to now.';
COMMENT ON COLUMN "sweep_status"."training_ms" IS 'Time in the trainer of its own trials.';
COMMENT ON COLUMN "sweep_status"."last_finished_at" IS 'When the last of its own trials ended.';

-- -------- cell_result
CREATE VIEW "cell_result" AS
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
        ELSE coalesce(c."epochs_to_target_median"::text, '> ' || c."epoch_budget")
    END AS "epochs_to_target",
    CASE WHEN c."trials" > 0 AND c."target_metric" IS NOT NULL THEN
        coalesce(c."epochs_to_target_q1"::text, '> ' || c."epoch_budget") || ' to ' || coalesce(c."epochs_to_target_q3"::text, '> ' || c."epoch_budget")
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

COMMENT ON VIEW "cell_result" IS 'One row a cell (a sweep''s trials that differ by seed alone), ranked among the initializers of its network. A few seconds old at most.';
COMMENT ON COLUMN "cell_result"."cell_id" IS 'Number of the cell.';
COMMENT ON COLUMN "cell_result"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "cell_result"."sweep" IS 'The sweep''s name.';
COMMENT ON COLUMN "cell_result"."initializer" IS 'Initializer''s label.';
COMMENT ON COLUMN "cell_result"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "cell_result"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "cell_result"."width" IS 'Units of each hidden layer.';
COMMENT ON COLUMN "cell_result"."learning_rate" IS 'Learning rate.';
COMMENT ON COLUMN "cell_result"."optimizer" IS 'Optimizer''s label.';
COMMENT ON COLUMN "cell_result"."batch_size" IS 'Examples a step.';
COMMENT ON COLUMN "cell_result"."dataset" IS 'Data set''s label.';
COMMENT ON COLUMN "cell_result"."network" IS 'Kind of network; empty where the sweep is older than that axis.';
COMMENT ON COLUMN "cell_result"."normalization" IS 'Normalization of the layers; empty where the sweep is older than that axis.';
COMMENT ON COLUMN "cell_result"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "cell_result"."regime" IS 'Activation, depth and setting in words: one network, whatever its initializer.';
COMMENT ON COLUMN "cell_result"."trials" IS 'Trials with a result: converged, not converged, diverged or pruned.';
COMMENT ON COLUMN "cell_result"."converged" IS 'Of these, how many reached the target.';
COMMENT ON COLUMN "cell_result"."not_converged" IS 'Of these, how many spent their budget without it.';
COMMENT ON COLUMN "cell_result"."diverged" IS 'Of these, how many diverged.';
COMMENT ON COLUMN "cell_result"."pruned" IS 'Of these, how many were given up early.';
COMMENT ON COLUMN "cell_result"."failed" IS 'Trials without a result, by failure.';
COMMENT ON COLUMN "cell_result"."cancelled" IS 'Trials that were stopped.';
COMMENT ON COLUMN "cell_result"."converged_share" IS 'converged / trials, 0 to 1.';
COMMENT ON COLUMN "cell_result"."diverged_share" IS 'diverged / trials, 0 to 1.';
COMMENT ON COLUMN "cell_result"."epoch_budget" IS 'Epochs that a trial may use.';
COMMENT ON COLUMN "cell_result"."median_epochs_to_target" IS 'Lower median over trials, where one that diverged or never reached the target counts as later than all others; null when the median trial did not.';
COMMENT ON COLUMN "cell_result"."epochs_to_target" IS 'The same for a reader: "12", "> 30" when the median trial did not reach it within 30 epochs, "no target".';
COMMENT ON COLUMN "cell_result"."epochs_to_target_quartiles" IS 'Quartiles for a reader, such as "8 to > 30".';
COMMENT ON COLUMN "cell_result"."median_test_accuracy" IS 'Lower median, 0 to 1, where a trial that diverged counts as the worst; null when that is the median, and for regression.';
COMMENT ON COLUMN "cell_result"."median_test_loss" IS 'Lower median, where a trial that diverged counts as the worst; null when that is the median.';
COMMENT ON COLUMN "cell_result"."training_ms" IS 'Time in the trainer of the sweep''s own trials.';
COMMENT ON COLUMN "cell_result"."last_finished_at" IS 'When the last of the sweep''s own trials ended.';
COMMENT ON COLUMN "cell_result"."rank" IS '1 is the best initializer of this network: fewest median epochs to target, then the larger converged share, the smaller diverged share, the better test accuracy, the lower test loss; null without a result.';

-- -------- cell_curve
CREATE VIEW "cell_curve" AS
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
            -- Worse than any number where the loss was not finite or the trial had diverged by then.
            CASE WHEN t."state" = 'diverged' AND g."epoch" > w."last_epoch" THEN m."worst"
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

COMMENT ON VIEW "cell_curve" IS 'Learning curves: quartiles over the trials of a cell at each epoch. A trial that stopped keeps its last value until the last trial of its cell ends; one that diverged counts as worse than any number; running ones count as far as they are.';
COMMENT ON COLUMN "cell_curve"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "cell_curve"."initializer" IS 'Initializer''s label.';
COMMENT ON COLUMN "cell_curve"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "cell_curve"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "cell_curve"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "cell_curve"."regime" IS 'Activation, depth and setting in words: one network, whatever its initializer.';
COMMENT ON COLUMN "cell_curve"."metric" IS 'validation loss, validation accuracy, training loss or training accuracy.';
COMMENT ON COLUMN "cell_curve"."epoch" IS '0 is the untrained network.';
COMMENT ON COLUMN "cell_curve"."trials" IS 'Trials that count at this epoch.';
COMMENT ON COLUMN "cell_curve"."lower_quartile" IS 'A quarter of the trials are at or below; null when that is one that diverged.';
COMMENT ON COLUMN "cell_curve"."median" IS 'Lower median; null when that is a trial that diverged.';
COMMENT ON COLUMN "cell_curve"."upper_quartile" IS 'Three quarters of the trials are at or below; null when that is one that diverged.';

-- -------- cell_survival
CREATE VIEW "cell_survival" AS
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
            -- One that diverged will never reach the target: it stays among those that have not, to the end of the budget.
            (CASE WHEN t."state" = 'diverged' THEN t."epoch_budget" ELSE coalesce(t."epochs_to_target", t."epochs_run") END,
                t."state" <> 'diverged' AND t."epochs_to_target" IS NOT NULL, true)
        ) AS p("epoch", "has_reached", "leaves")
        WHERE t."epochs_run" IS NOT NULL AND t."target_metric" IS NOT NULL
        GROUP BY c."id", p."epoch"
    ) k
) n
WINDOW "so_far" AS (PARTITION BY "cell_id", "sweep_id", "initializer", "activation", "depth", "setting", "regime" ORDER BY "epoch");

COMMENT ON VIEW "cell_survival" IS 'Share of a cell''s trials that have not reached the target yet, by epoch (Kaplan and Meier 1958). Trials that ended without it count until their end, diverged ones to the end of the budget.';
COMMENT ON COLUMN "cell_survival"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "cell_survival"."initializer" IS 'Initializer''s label.';
COMMENT ON COLUMN "cell_survival"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "cell_survival"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "cell_survival"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "cell_survival"."regime" IS 'Activation, depth and setting in words: one network, whatever its initializer.';
COMMENT ON COLUMN "cell_survival"."epoch" IS '0, and each epoch at which a trial reached the target or ended without it.';
COMMENT ON COLUMN "cell_survival"."at_risk" IS 'Trials that had neither reached it nor ended before.';
COMMENT ON COLUMN "cell_survival"."reached" IS 'Trials that reached it at this epoch.';
COMMENT ON COLUMN "cell_survival"."not_yet_share" IS 'Estimated share that has not reached it after this epoch, 0 to 1.';

-- -------- cell_signal
CREATE VIEW "cell_signal" AS
SELECT q."sweep_id", q."initializer", q."activation", q."depth", q."setting", q."regime", q."epoch", q."probe", q."layer", q."signal", q."trials", q."median",
    CASE q."signal"
        WHEN 'activation variance' THEN h."activation_variance"
        WHEN 'gradient norm' THEN h."gradient_ratio" * max(q."median") FILTER (WHERE q."layer" = q."depth") OVER "profile"
        WHEN 'back-propagated variance' THEN h."backpropagated_ratio" * max(q."median") FILTER (WHERE q."layer" = q."depth") OVER "profile"
    END AS "theory"
FROM (
    SELECT
        c."id" AS "cell_id", c."sweep_id", c."initializer", c."activation", c."depth", c."setting",
        c."activation" || ' · depth ' || c."depth" || CASE WHEN c."setting" = 'same for all' THEN '' ELSE ' · ' || c."setting" END AS "regime",
        b."epoch", b."probe", y."layer", m."signal",
        count(*) AS "trials",
        nullif(percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(m."series"[y."layer"], 'Infinity')), 'Infinity') AS "median"
    FROM "cell" c
    JOIN "sweep_trial" l ON l."cell_id" = c."id"
    JOIN "trial_layers" w ON w."trial_id" = l."trial_id"
    CROSS JOIN LATERAL (VALUES
        (w."epoch", CASE WHEN w."epoch" = 0 THEN 'before training' ELSE 'epoch ' || w."epoch" END, true),
        (NULL, 'end of training', w."is_last" AND w."epoch" > 0)
    ) AS b("epoch", "probe", "taken")
    CROSS JOIN LATERAL (VALUES
        ('activation variance', w."activation_variance"),
        ('pre-activation variance', w."pre_activation_variance"),
        ('gradient norm', w."gradient_norm"),
        ('back-propagated variance', w."backpropagated_variance"),
        ('saturated share', w."saturated_share"),
        ('unit cosine', w."unit_cosine")
    ) AS m("signal", "series")
    CROSS JOIN LATERAL generate_series(1, cardinality(m."series")) AS y("layer")
    WHERE b."taken"
    GROUP BY c."id", b."epoch", b."probe", y."layer", m."signal"
) q
LEFT JOIN "cell_theory" h ON h."cell_id" = q."cell_id" AND h."layer" = q."layer" AND q."epoch" = 0
WINDOW "profile" AS (PARTITION BY q."cell_id", q."sweep_id", q."initializer", q."activation", q."depth", q."setting", q."regime", q."epoch", q."probe", q."signal");

COMMENT ON VIEW "cell_signal" IS 'Signals layer by layer in ended trials: medians over the trials of a cell, beside mean-field theory before training.';
COMMENT ON COLUMN "cell_signal"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "cell_signal"."initializer" IS 'Initializer''s label.';
COMMENT ON COLUMN "cell_signal"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "cell_signal"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "cell_signal"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "cell_signal"."regime" IS 'Activation, depth and setting in words: one network, whatever its initializer.';
COMMENT ON COLUMN "cell_signal"."epoch" IS 'Epoch of the probe; null for end of training, which each trial has at its own.';
COMMENT ON COLUMN "cell_signal"."probe" IS 'before training, epoch n, or end of training.';
COMMENT ON COLUMN "cell_signal"."layer" IS '1 is the first hidden layer, depth + 1 the output layer.';
COMMENT ON COLUMN "cell_signal"."signal" IS 'activation variance, pre-activation variance, gradient norm, back-propagated variance, saturated share or unit cosine.';
COMMENT ON COLUMN "cell_signal"."trials" IS 'Trials that were probed there.';
COMMENT ON COLUMN "cell_signal"."median" IS 'Lower median; a number that was not finite counts as larger than all others, null when that is the median. Null too where the signal is not defined.';
COMMENT ON COLUMN "cell_signal"."theory" IS 'What mean-field theory predicts before training, given what the first hidden layer (variances) or the last one (gradients) was measured to have; null where it says nothing.';

-- -------- trial_detail
CREATE VIEW "trial_detail" AS
SELECT
    l."sweep_id",
    s."name" AS "sweep",
    s."workflow_id",
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
    c."setting",
    t."activation" || ' · depth ' || t."depth" || CASE WHEN c."setting" = 'same for all' THEN '' ELSE ' · ' || c."setting" END AS "regime",
    t."seed",
    t."epoch_budget",
    t."target_metric",
    t."target_threshold",
    t."epochs_to_target",
    t."epochs_run",
    t."test_accuracy",
    t."test_loss",
    t."parameter_count",
    t."weights_hash",
    t."dataset_hash",
    t."duration_ms",
    t."worker",
    t."attempt",
    t."backend",
    t."arithmetic",
    t."versions",
    t."config",
    t."workflow_run_id",
    t."started_at",
    t."finished_at",
    t."lease_until"
FROM "sweep_trial" l
JOIN "sweep" s ON s."id" = l."sweep_id"
JOIN "trial" t ON t."id" = l."trial_id"
LEFT JOIN "cell" c ON c."id" = l."cell_id";

COMMENT ON VIEW "trial_detail" IS 'One row a started trial of a sweep with all that is known of it.';
COMMENT ON COLUMN "trial_detail"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "trial_detail"."sweep" IS 'The sweep''s name.';
COMMENT ON COLUMN "trial_detail"."workflow_id" IS 'Id of the sweep''s workflow.';
COMMENT ON COLUMN "trial_detail"."number" IS 'Number in the sweep''s plan.';
COMMENT ON COLUMN "trial_detail"."trial_id" IS 'The trial''s own number in the database.';
COMMENT ON COLUMN "trial_detail"."state" IS 'See trial_outcome.';
COMMENT ON COLUMN "trial_detail"."reason" IS 'Why it ended.';
COMMENT ON COLUMN "trial_detail"."reused" IS 'Whether it was taken over from an earlier sweep.';
COMMENT ON COLUMN "trial_detail"."initializer" IS 'Initializer''s label.';
COMMENT ON COLUMN "trial_detail"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "trial_detail"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "trial_detail"."width" IS 'Units of each hidden layer.';
COMMENT ON COLUMN "trial_detail"."learning_rate" IS 'Learning rate.';
COMMENT ON COLUMN "trial_detail"."optimizer" IS 'Optimizer''s label.';
COMMENT ON COLUMN "trial_detail"."batch_size" IS 'Examples a step.';
COMMENT ON COLUMN "trial_detail"."dataset" IS 'Data set''s label.';
COMMENT ON COLUMN "trial_detail"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "trial_detail"."regime" IS 'Activation, depth and setting in words: one network, whatever its initializer.';
COMMENT ON COLUMN "trial_detail"."seed" IS 'Seed of initial weights and data order.';
COMMENT ON COLUMN "trial_detail"."epoch_budget" IS 'Epochs it may use.';
COMMENT ON COLUMN "trial_detail"."target_metric" IS 'Metric of the target; null without one.';
COMMENT ON COLUMN "trial_detail"."target_threshold" IS 'Value to be reached.';
COMMENT ON COLUMN "trial_detail"."epochs_to_target" IS 'First epoch that met the target.';
COMMENT ON COLUMN "trial_detail"."epochs_run" IS 'Epochs that were trained.';
COMMENT ON COLUMN "trial_detail"."test_accuracy" IS 'Accuracy on the test split, 0 to 1; null for regression.';
COMMENT ON COLUMN "trial_detail"."test_loss" IS 'Loss on the test split.';
COMMENT ON COLUMN "trial_detail"."parameter_count" IS 'Trainable numbers.';
COMMENT ON COLUMN "trial_detail"."weights_hash" IS 'SHA-256 of the final weights.';
COMMENT ON COLUMN "trial_detail"."dataset_hash" IS 'SHA-256 of the data and its split.';
COMMENT ON COLUMN "trial_detail"."duration_ms" IS 'Time in the trainer.';
COMMENT ON COLUMN "trial_detail"."worker" IS 'Name of the worker.';
COMMENT ON COLUMN "trial_detail"."attempt" IS 'Temporal''s attempt.';
COMMENT ON COLUMN "trial_detail"."backend" IS 'Backend that trains it.';
COMMENT ON COLUMN "trial_detail"."arithmetic" IS 'Arithmetic of the backend: equal ones give equal bits.';
COMMENT ON COLUMN "trial_detail"."versions" IS 'Package versions that matter to the numbers, and the commit.';
COMMENT ON COLUMN "trial_detail"."config" IS 'All that determines its numbers.';
COMMENT ON COLUMN "trial_detail"."workflow_run_id" IS 'Run of the workflow that asked for the training: what the Temporal UI finds it by.';
COMMENT ON COLUMN "trial_detail"."started_at" IS 'When it was claimed last.';
COMMENT ON COLUMN "trial_detail"."finished_at" IS 'When it reached its final state.';
COMMENT ON COLUMN "trial_detail"."lease_until" IS 'While it runs: nobody else may take it before.';

-- -------- trial_curve
CREATE VIEW "trial_curve" AS
SELECT l."sweep_id", l."number", e."epoch", e."step", e."train_loss", e."train_accuracy", e."validation_loss", e."validation_accuracy"
FROM "sweep_trial" l
JOIN "epoch" e ON e."trial_id" = l."trial_id";

COMMENT ON VIEW "trial_curve" IS 'The epochs of a trial.';
COMMENT ON COLUMN "trial_curve"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "trial_curve"."number" IS 'Number in the sweep''s plan.';
COMMENT ON COLUMN "trial_curve"."epoch" IS '0 is the untrained network.';
COMMENT ON COLUMN "trial_curve"."step" IS 'Optimizer steps done.';
COMMENT ON COLUMN "trial_curve"."train_loss" IS 'Mean over the epoch; null when not finite.';
COMMENT ON COLUMN "trial_curve"."train_accuracy" IS '0 to 1; null for regression.';
COMMENT ON COLUMN "trial_curve"."validation_loss" IS 'Null when not finite.';
COMMENT ON COLUMN "trial_curve"."validation_accuracy" IS '0 to 1; null for regression.';

-- -------- trial_signal
CREATE VIEW "trial_signal" AS
SELECT l."sweep_id", l."number", y."epoch", y."layer", y."activation_mean", y."activation_variance", y."pre_activation_variance",
    y."saturated_share", y."gradient_norm", y."backpropagated_variance", y."unit_cosine",
    CASE WHEN y."epoch" = 0 THEN h."activation_variance" END AS "predicted_activation_variance"
FROM "sweep_trial" l
JOIN "layer" y ON y."trial_id" = l."trial_id"
LEFT JOIN "cell_theory" h ON h."cell_id" = l."cell_id" AND h."layer" = y."layer";

COMMENT ON VIEW "trial_signal" IS 'The layers of a trial as its probes saw them.';
COMMENT ON COLUMN "trial_signal"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "trial_signal"."number" IS 'Number in the sweep''s plan.';
COMMENT ON COLUMN "trial_signal"."epoch" IS '0 is before training.';
COMMENT ON COLUMN "trial_signal"."layer" IS '1 is the first hidden layer, depth + 1 the output layer.';
COMMENT ON COLUMN "trial_signal"."activation_mean" IS 'Mean of the activations.';
COMMENT ON COLUMN "trial_signal"."activation_variance" IS 'Variance of the activations.';
COMMENT ON COLUMN "trial_signal"."pre_activation_variance" IS 'Variance of the pre-activations.';
COMMENT ON COLUMN "trial_signal"."saturated_share" IS 'Share of activations in the flat part, 0 to 1.';
COMMENT ON COLUMN "trial_signal"."gradient_norm" IS 'Norm of the gradient by the kernel.';
COMMENT ON COLUMN "trial_signal"."backpropagated_variance" IS 'Variance of the gradient by the pre-activations.';
COMMENT ON COLUMN "trial_signal"."unit_cosine" IS 'Mean cosine between the units'' weights; 1: symmetry unbroken.';
COMMENT ON COLUMN "trial_signal"."predicted_activation_variance" IS 'Mean-field theory for its cell before training; null elsewhere.';

-- -------- trial_claim
CREATE VIEW "trial_claim" AS
SELECT l."sweep_id", l."number", a."fence" AS "claim", a."attempt", a."worker", a."backend", a."workflow_run_id", a."claimed_at",
    coalesce(n."claimed_at", t."finished_at") AS "ended_at",
    CASE WHEN n."claimed_at" IS NULL THEN t."state"::text ELSE 'lost' END AS "ended_as"
FROM "trial_attempt" a
JOIN "trial" t ON t."id" = a."trial_id"
JOIN "sweep_trial" l ON l."trial_id" = t."id"
LEFT JOIN LATERAL (
    SELECT x."claimed_at" FROM "trial_attempt" x WHERE x."trial_id" = a."trial_id" AND x."fence" > a."fence" ORDER BY x."fence" LIMIT 1
) n ON true;

COMMENT ON VIEW "trial_claim" IS 'Who took up a trial when, one row a claim.';
COMMENT ON COLUMN "trial_claim"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "trial_claim"."number" IS 'Number in the sweep''s plan.';
COMMENT ON COLUMN "trial_claim"."claim" IS 'Goes up with each claim; only the newest may write.';
COMMENT ON COLUMN "trial_claim"."attempt" IS 'Temporal''s attempt; a reset begins at 1 again.';
COMMENT ON COLUMN "trial_claim"."worker" IS 'Name of the worker.';
COMMENT ON COLUMN "trial_claim"."backend" IS 'Backend that trains it.';
COMMENT ON COLUMN "trial_claim"."workflow_run_id" IS 'Run of the workflow that asked for the training: what the Temporal UI finds it by.';
COMMENT ON COLUMN "trial_claim"."claimed_at" IS 'When it was claimed.';
COMMENT ON COLUMN "trial_claim"."ended_at" IS 'When the next one claimed it or the trial ended; null while it runs.';
COMMENT ON COLUMN "trial_claim"."ended_as" IS 'lost when another claim followed, else the state of the trial.';

-- -------- trial_ending
CREATE VIEW "trial_ending" AS
SELECT "finished_at", "state", coalesce("worker", 'none') AS "worker", "started_at"
FROM "trial"
WHERE "finished_at" IS NOT NULL;

COMMENT ON VIEW "trial_ending" IS 'When trials ended, for rates over time.';
COMMENT ON COLUMN "trial_ending"."finished_at" IS 'When it reached its final state.';
COMMENT ON COLUMN "trial_ending"."state" IS 'That state.';
COMMENT ON COLUMN "trial_ending"."worker" IS 'Name of the worker.';
COMMENT ON COLUMN "trial_ending"."started_at" IS 'When it was claimed last; null when it never was.';

-- -------- repeated_attempt
CREATE VIEW "repeated_attempt" AS
SELECT "claimed_at", "worker", "attempt", "trial_id"
FROM "trial_attempt"
WHERE "fence" > 1;

COMMENT ON VIEW "repeated_attempt" IS 'Claims of trials that had been claimed before: retries, and trials that another worker took over.';
COMMENT ON COLUMN "repeated_attempt"."claimed_at" IS 'When it was claimed.';
COMMENT ON COLUMN "repeated_attempt"."worker" IS 'Name of the worker.';
COMMENT ON COLUMN "repeated_attempt"."attempt" IS 'Temporal''s attempt.';
COMMENT ON COLUMN "repeated_attempt"."trial_id" IS 'The trial''s own number in the database.';

-- -------- running_stack
CREATE VIEW "running_stack" AS
SELECT
    t."worker", t."backend", t."activation", t."depth", t."width", t."batch_size", t."optimizer", t."dataset",
    count(*)::int AS "trials",
    count(*) FILTER (WHERE t."lease_until" < clock_timestamp())::int AS "silent",
    min(t."started_at") AS "oldest_started_at"
FROM "trial" t
WHERE t."state" = 'running'
GROUP BY t."worker", t."backend", t."activation", t."depth", t."width", t."batch_size", t."optimizer", t."dataset";

COMMENT ON VIEW "running_stack" IS 'What is in training now, by worker and shape: trials that share all of this are trained as one stack.';
COMMENT ON COLUMN "running_stack"."worker" IS 'Name of the worker.';
COMMENT ON COLUMN "running_stack"."backend" IS 'Backend that trains it.';
COMMENT ON COLUMN "running_stack"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "running_stack"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "running_stack"."width" IS 'Units of each hidden layer.';
COMMENT ON COLUMN "running_stack"."batch_size" IS 'Examples a step.';
COMMENT ON COLUMN "running_stack"."optimizer" IS 'Optimizer''s label.';
COMMENT ON COLUMN "running_stack"."dataset" IS 'Data set''s label.';
COMMENT ON COLUMN "running_stack"."trials" IS 'Trials in training.';
COMMENT ON COLUMN "running_stack"."silent" IS 'Of these, trials whose lease has lapsed: their worker has not been heard of.';
COMMENT ON COLUMN "running_stack"."oldest_started_at" IS 'When the one that has run longest was claimed.';

-- -------- recent_worker
CREATE VIEW "recent_worker" AS
SELECT
    w."worker",
    sum(w."running")::int AS "running",
    sum(w."silent")::int AS "silent",
    sum(w."ended")::int AS "ended",
    sum(w."failed")::int AS "failed",
    max(w."heard_at") AS "heard_at"
FROM (
    SELECT t."worker", 1 AS "running", (t."lease_until" < clock_timestamp())::int AS "silent", 0 AS "ended", 0 AS "failed", t."started_at" AS "heard_at"
    FROM "trial" t WHERE t."state" = 'running'
    UNION ALL
    SELECT t."worker", 0, 0, count(*), count(*) FILTER (WHERE t."state" = 'failed'), max(t."finished_at")
    FROM "trial" t WHERE t."finished_at" > clock_timestamp() - interval '1 hour' AND t."worker" IS NOT NULL
    GROUP BY t."worker"
) w
GROUP BY w."worker";

COMMENT ON VIEW "recent_worker" IS 'Workers that train now or ended a trial in the last hour.';
COMMENT ON COLUMN "recent_worker"."worker" IS 'Name of the worker.';
COMMENT ON COLUMN "recent_worker"."running" IS 'Trials in training.';
COMMENT ON COLUMN "recent_worker"."silent" IS 'Of these, trials whose lease has lapsed.';
COMMENT ON COLUMN "recent_worker"."ended" IS 'Trials that ended in the last hour.';
COMMENT ON COLUMN "recent_worker"."failed" IS 'Of these, failed ones.';
COMMENT ON COLUMN "recent_worker"."heard_at" IS 'When it last took up or ended a trial.';

-- -------- database_table
CREATE VIEW "database_table" AS
SELECT c.relname::text AS "name", pg_total_relation_size(c.oid) AS "bytes", greatest(c.reltuples, 0)::double precision AS "rows"
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r';

COMMENT ON VIEW "database_table" IS 'How large the tables are.';
COMMENT ON COLUMN "database_table"."name" IS 'Table.';
COMMENT ON COLUMN "database_table"."bytes" IS 'With its indexes.';
COMMENT ON COLUMN "database_table"."rows" IS 'As last estimated.';

-- What is there already.
INSERT INTO "trial_attempt" ("trial_id", "fence", "attempt", "worker", "backend", "workflow_run_id", "claimed_at")
SELECT "id", "fence", "attempt", "worker", "backend", "workflow_run_id", "started_at" FROM "trial" WHERE "started_at" IS NOT NULL;
INSERT INTO "cell_change" ("trial_id") SELECT "id" FROM "trial";
SELECT "refresh_cells"(2147483647, true);

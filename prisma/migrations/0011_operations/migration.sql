-- Cells of sweeps from before the axes `network` and `normalization`: all networks were plain then.
UPDATE "cell" SET "network" = 'mlp', "normalization" = 'none' WHERE "network" = '';

CREATE OR REPLACE FUNCTION "refresh_cells"("at_most" integer, "wait" boolean) RETURNS integer LANGUAGE plpgsql AS $$
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
            coalesce(to_jsonb(t) ->> 'network', 'mlp') AS network, coalesce(to_jsonb(t) ->> 'normalization', 'none') AS normalization
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
        AND c.dataset = t.dataset AND c.network = coalesce(to_jsonb(t) ->> 'network', 'mlp')
        AND c.normalization = coalesce(to_jsonb(t) ->> 'normalization', 'none');
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

COMMENT ON COLUMN "cell_result"."network" IS 'Kind of network: mlp is the plain one.';
COMMENT ON COLUMN "cell_result"."normalization" IS 'Normalization of the layers, or none.';

-- -------- sweep_status
CREATE OR REPLACE VIEW "sweep_status" AS
SELECT
    s."id" AS "sweep_id",
    s."workflow_id",
    s."name",
    CASE WHEN s."state" = 'running' AND s."paused_at" IS NOT NULL THEN 'paused' ELSE s."state"::text END AS "state",
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

COMMENT ON COLUMN "sweep_status"."state" IS 'running, paused, completed, failed or cancelled.';

-- -------- running_checkpoint
CREATE VIEW "running_checkpoint" AS
SELECT t."id" AS "trial_id", t."worker", t."started_at", c."epoch", c."taken_at"
FROM "trial" t
LEFT JOIN LATERAL (
    SELECT c."epoch", c."taken_at" FROM "checkpoint" c WHERE c."trial_id" = t."id" ORDER BY c."fence" DESC, c."step" DESC LIMIT 1
) c ON true
WHERE t."state" = 'running';

COMMENT ON VIEW "running_checkpoint" IS 'The newest checkpoint of each trial in training: what an attempt after a crash would go on from.';
COMMENT ON COLUMN "running_checkpoint"."trial_id" IS 'The trial''s own number in the database.';
COMMENT ON COLUMN "running_checkpoint"."worker" IS 'Who trains it.';
COMMENT ON COLUMN "running_checkpoint"."started_at" IS 'When it was claimed.';
COMMENT ON COLUMN "running_checkpoint"."epoch" IS 'Epoch of the checkpoint; null where there is none yet.';
COMMENT ON COLUMN "running_checkpoint"."taken_at" IS 'When it was taken; null where there is none yet.';

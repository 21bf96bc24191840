-- Why a claim ended without a result, and whether the trial was trained alone: what tells a trial that kills its trainers from its neighbours.
ALTER TABLE "trial_attempt" ADD COLUMN "ended" TEXT,
ADD COLUMN "alone" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "process" TEXT;

ALTER TABLE "trial_attempt"
    ADD CONSTRAINT "trial_attempt_ended_check" CHECK ("ended" IN ('released', 'failed', 'crashed', 'vanished')),
    ADD CONSTRAINT "trial_attempt_process_check" CHECK (("process" IS NOT NULL) = ("ended" IS NOT NULL AND "ended" = 'crashed'));

-- Of few claims, however many trials there are.
CREATE INDEX "trial_attempt_process_idx" ON "trial_attempt"("process") WHERE "process" IS NOT NULL;

ALTER TABLE "trial" ADD COLUMN "tried_since" BIGINT NOT NULL DEFAULT 1,
ADD COLUMN "failure_kind" TEXT;

ALTER TABLE "trial" ADD CONSTRAINT "trial_failure_kind_check"
    CHECK ("failure_kind" IN ('user', 'machine', 'poison', 'bug'));

-- -------- trial_claim
CREATE OR REPLACE VIEW "trial_claim" AS
SELECT l."sweep_id", l."number", a."fence" AS "claim", a."attempt", a."worker", a."backend", a."workflow_run_id", a."claimed_at",
    coalesce(n."claimed_at", t."finished_at") AS "ended_at",
    CASE WHEN n."claimed_at" IS NOT NULL THEN coalesce(a."ended", 'lost')
        WHEN t."state" = 'running' THEN coalesce(a."ended", 'running')
        ELSE t."state"::text END AS "ended_as",
    a."alone"
FROM "trial_attempt" a
JOIN "trial" t ON t."id" = a."trial_id"
JOIN "sweep_trial" l ON l."trial_id" = t."id"
LEFT JOIN LATERAL (
    SELECT x."claimed_at" FROM "trial_attempt" x WHERE x."trial_id" = a."trial_id" AND x."fence" > a."fence" ORDER BY x."fence" LIMIT 1
) n ON true;

COMMENT ON COLUMN "trial_claim"."ended_as" IS 'The state of the trial; of a claim that gave no result released (in order), failed (an error of its own), crashed (its trainer process died), vanished (its worker was heard of no more), or lost where that is not known.';
COMMENT ON COLUMN "trial_claim"."alone" IS 'Whether it was trained in a process that held no other trial, after two deaths.';

-- -------- trial_detail
CREATE OR REPLACE VIEW "trial_detail" AS
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
    t."lease_until",
    -- A worker of an earlier version takes a trial up again without clearing it.
    CASE WHEN t."state" = 'failed' THEN t."failure_kind" END AS "failure_kind"
FROM "sweep_trial" l
JOIN "sweep" s ON s."id" = l."sweep_id"
JOIN "trial" t ON t."id" = l."trial_id"
LEFT JOIN "cell" c ON c."id" = l."cell_id";

COMMENT ON COLUMN "trial_detail"."failure_kind" IS 'Of a failed trial, whose turn it is: user, machine, bug, or poison (it kills the processes that train it: quarantined).';

-- CreateEnum
CREATE TYPE "sweep_state" AS ENUM ('running', 'completed', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "trial_state" AS ENUM ('running', 'converged', 'notConverged', 'diverged', 'failed', 'cancelled', 'pruned');

-- CreateTable
CREATE TABLE "sweep" (
    "id" TEXT NOT NULL,
    "workflow_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "trial_count" INTEGER NOT NULL,
    "state" "sweep_state" NOT NULL DEFAULT 'running',
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "sweep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sweep_trial" (
    "sweep_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "trial_id" BIGINT NOT NULL,
    "reused" BOOLEAN NOT NULL,
    "linked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sweep_trial_pkey" PRIMARY KEY ("sweep_id","number")
);

-- CreateTable
CREATE TABLE "trial" (
    "id" BIGSERIAL NOT NULL,
    "scope" TEXT,
    "key" TEXT,
    "state" "trial_state" NOT NULL,
    "fence" BIGINT NOT NULL DEFAULT 1,
    "lease_until" TIMESTAMPTZ(3),
    "reason" TEXT,
    "config" JSONB NOT NULL,
    "initializer" TEXT NOT NULL,
    "activation" TEXT NOT NULL,
    "depth" INTEGER NOT NULL,
    "width" INTEGER NOT NULL,
    "learning_rate" DOUBLE PRECISION NOT NULL,
    "optimizer" TEXT NOT NULL,
    "batch_size" INTEGER NOT NULL,
    "dataset" TEXT NOT NULL,
    "seed" BIGINT NOT NULL,
    "epoch_budget" INTEGER NOT NULL,
    "target_metric" TEXT,
    "target_threshold" DOUBLE PRECISION,
    "epochs_to_target" INTEGER,
    "steps_to_target" BIGINT,
    "epochs_run" INTEGER,
    "steps_run" BIGINT,
    "test_loss" DOUBLE PRECISION,
    "test_accuracy" DOUBLE PRECISION,
    "best_validation_loss" DOUBLE PRECISION,
    "best_validation_accuracy" DOUBLE PRECISION,
    "parameter_count" BIGINT,
    "weights_hash" TEXT,
    "dataset_hash" TEXT,
    "duration_ms" DOUBLE PRECISION,
    "worker" TEXT,
    "attempt" INTEGER,
    "backend" TEXT,
    "arithmetic" TEXT,
    "versions" JSONB,
    "workflow_run_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "trial_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "epoch" (
    "trial_id" BIGINT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "step" BIGINT NOT NULL,
    "train_loss" DOUBLE PRECISION,
    "train_accuracy" DOUBLE PRECISION,
    "validation_loss" DOUBLE PRECISION,
    "validation_accuracy" DOUBLE PRECISION,

    CONSTRAINT "epoch_pkey" PRIMARY KEY ("trial_id","epoch")
);

-- CreateTable
CREATE TABLE "layer" (
    "trial_id" BIGINT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "layer" INTEGER NOT NULL,
    "activation_mean" DOUBLE PRECISION,
    "activation_variance" DOUBLE PRECISION,
    "pre_activation_variance" DOUBLE PRECISION,
    "saturated_share" DOUBLE PRECISION,
    "gradient_norm" DOUBLE PRECISION,
    "backpropagated_variance" DOUBLE PRECISION,
    "unit_cosine" DOUBLE PRECISION,

    CONSTRAINT "layer_pkey" PRIMARY KEY ("trial_id","epoch","layer")
);

-- CreateIndex
CREATE INDEX "sweep_created_at_idx" ON "sweep"("created_at" DESC);

-- CreateIndex
CREATE INDEX "sweep_trial_trial_id_idx" ON "sweep_trial"("trial_id");

-- CreateIndex
CREATE INDEX "trial_initializer_activation_depth_idx" ON "trial"("initializer", "activation", "depth");

-- CreateIndex
CREATE INDEX "trial_finished_at_idx" ON "trial"("finished_at");

-- CreateIndex
CREATE UNIQUE INDEX "trial_scope_key_key" ON "trial"("scope", "key");

-- AddForeignKey
ALTER TABLE "sweep_trial" ADD CONSTRAINT "sweep_trial_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweep"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "sweep_trial" ADD CONSTRAINT "sweep_trial_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "epoch" ADD CONSTRAINT "epoch_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "layer" ADD CONSTRAINT "layer_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE RESTRICT;


-- What Prisma's schema language cannot express.
-- A comparison with null is null and passes a check, so every number may be absent; NaN counts as larger than Infinity and is refused.

-- A trial is trained for one number of one sweep; every other link to it is a reuse.
CREATE UNIQUE INDEX "sweep_trial_owner_key" ON "sweep_trial"("trial_id") WHERE NOT "reused";

ALTER TABLE "sweep"
    ADD CONSTRAINT "sweep_id_check" CHECK ("id" <> ''),
    ADD CONSTRAINT "sweep_trial_count_check" CHECK ("trial_count" >= 0),
    ADD CONSTRAINT "sweep_closed_check" CHECK (("state" = 'running') = ("closed_at" IS NULL)),
    ADD CONSTRAINT "sweep_reason_check" CHECK (("state" = 'running') = ("reason" IS NULL));

ALTER TABLE "sweep_trial"
    ADD CONSTRAINT "sweep_trial_number_check" CHECK ("number" >= 0);

ALTER TABLE "trial"
    ADD CONSTRAINT "trial_fence_check" CHECK ("fence" >= 1),
    ADD CONSTRAINT "trial_key_check" CHECK ("key" <> '' AND ("key" IS NOT NULL OR "state" IN ('failed', 'cancelled'))),
    -- Only what runs or holds a result is found by others under its key.
    ADD CONSTRAINT "trial_scope_check" CHECK (("scope" IS NULL) = ("state" IN ('failed', 'cancelled'))),
    ADD CONSTRAINT "trial_lease_check" CHECK (("lease_until" IS NOT NULL) = ("state" = 'running')),
    ADD CONSTRAINT "trial_finished_check" CHECK (("finished_at" IS NULL) = ("state" = 'running')),
    ADD CONSTRAINT "trial_reason_check" CHECK (("reason" IS NULL) = ("state" = 'running')),
    ADD CONSTRAINT "trial_axes_check" CHECK (
        "depth" >= 0 AND "width" >= 1 AND "batch_size" >= 1 AND "epoch_budget" >= 0
        AND "learning_rate" >= 0 AND "learning_rate" < 'Infinity'
        AND "target_threshold" > '-Infinity' AND "target_threshold" < 'Infinity'
    ),
    ADD CONSTRAINT "trial_target_check" CHECK (("target_metric" IS NULL) = ("target_threshold" IS NULL)),
    ADD CONSTRAINT "trial_result_check" CHECK (
        num_nonnulls("epochs_run", "steps_run", "parameter_count", "weights_hash", "dataset_hash", "duration_ms")
        = CASE WHEN "state" IN ('converged', 'notConverged', 'diverged', 'pruned') THEN 6 ELSE 0 END
    ),
    ADD CONSTRAINT "trial_no_result_check" CHECK (
        "state" IN ('converged', 'notConverged', 'diverged', 'pruned')
        OR num_nonnulls("epochs_to_target", "steps_to_target", "test_loss", "test_accuracy", "best_validation_loss", "best_validation_accuracy") = 0
    ),
    ADD CONSTRAINT "trial_convergence_check" CHECK (
        num_nonnulls("epochs_to_target", "steps_to_target") IN (0, 2)
        AND ("state" <> 'converged' OR "epochs_to_target" IS NOT NULL)
        AND ("state" <> 'notConverged' OR "epochs_to_target" IS NULL)
        AND "epochs_to_target" BETWEEN 0 AND "epochs_run"
        AND "steps_to_target" BETWEEN 0 AND "steps_run"
    ),
    ADD CONSTRAINT "trial_numbers_check" CHECK (
        "epochs_run" >= 0 AND "steps_run" >= 0 AND "parameter_count" >= 0
        AND "duration_ms" >= 0 AND "duration_ms" < 'Infinity'
        AND "test_loss" > '-Infinity' AND "test_loss" < 'Infinity'
        AND "best_validation_loss" > '-Infinity' AND "best_validation_loss" < 'Infinity'
        AND "test_accuracy" BETWEEN 0 AND 1
        AND "best_validation_accuracy" BETWEEN 0 AND 1
    ),
    ADD CONSTRAINT "trial_hashes_check" CHECK ("weights_hash" ~ '^[0-9a-f]{64}$' AND "dataset_hash" ~ '^[0-9a-f]{64}$'),
    -- One that was claimed says who trained it, on what.
    ADD CONSTRAINT "trial_provenance_check" CHECK (
        num_nonnulls("worker", "attempt", "backend", "arithmetic", "versions", "workflow_run_id", "started_at")
        IN (7, CASE WHEN "state" IN ('failed', 'cancelled') THEN 0 ELSE 7 END)
    );

ALTER TABLE "epoch"
    ADD CONSTRAINT "epoch_numbers_check" CHECK (
        "epoch" >= 0 AND "step" >= 0
        AND "train_loss" > '-Infinity' AND "train_loss" < 'Infinity'
        AND "validation_loss" > '-Infinity' AND "validation_loss" < 'Infinity'
        AND "train_accuracy" BETWEEN 0 AND 1
        AND "validation_accuracy" BETWEEN 0 AND 1
    );

ALTER TABLE "layer"
    ADD CONSTRAINT "layer_numbers_check" CHECK (
        "epoch" >= 0 AND "layer" >= 1
        AND "activation_mean" > '-Infinity' AND "activation_mean" < 'Infinity'
        AND "activation_variance" > '-Infinity' AND "activation_variance" < 'Infinity'
        AND "pre_activation_variance" > '-Infinity' AND "pre_activation_variance" < 'Infinity'
        AND "saturated_share" BETWEEN 0 AND 1
        AND "gradient_norm" >= 0 AND "gradient_norm" < 'Infinity'
        AND "backpropagated_variance" > '-Infinity' AND "backpropagated_variance" < 'Infinity'
        AND "unit_cosine" > '-Infinity' AND "unit_cosine" < 'Infinity'
    );

-- CreateTable
CREATE TABLE "checkpoint" (
    "trial_id" BIGINT NOT NULL,
    "fence" BIGINT NOT NULL,
    "step" BIGINT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "bytes" BYTEA,
    "taken_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("trial_id","fence","step")
);

-- AddForeignKey
ALTER TABLE "checkpoint" ADD CONSTRAINT "checkpoint_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE RESTRICT;


-- What Prisma's schema language cannot express.

ALTER TABLE "checkpoint"
    ADD CONSTRAINT "checkpoint_numbers_check" CHECK ("fence" >= 1 AND "step" >= 0 AND "epoch" >= 0 AND "key" <> ''),
    -- Weights are noise to a compressor.
    ALTER COLUMN "bytes" SET STORAGE EXTERNAL;

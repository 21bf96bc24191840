-- AlterTable
ALTER TABLE "sweep" ADD COLUMN     "paused_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "trial" ADD COLUMN     "open_claims" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "rung_decision" (
    "trial_id" BIGINT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "goes_on" BOOLEAN NOT NULL,
    "place" INTEGER NOT NULL,
    "seen" INTEGER NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rung_decision_pkey" PRIMARY KEY ("trial_id","epoch")
);

-- AddForeignKey
ALTER TABLE "rung_decision" ADD CONSTRAINT "rung_decision_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE RESTRICT;


ALTER TABLE "trial"
    ADD CONSTRAINT "trial_open_claims_check" CHECK ("open_claims" >= 0);

ALTER TABLE "rung_decision"
    ADD CONSTRAINT "rung_decision_place_check" CHECK ("epoch" >= 1 AND "place" BETWEEN 1 AND "seen");

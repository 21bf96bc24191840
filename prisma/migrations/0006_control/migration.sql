-- AlterTable
ALTER TABLE "sweep" ADD COLUMN     "paused_at" TIMESTAMPTZ(3);

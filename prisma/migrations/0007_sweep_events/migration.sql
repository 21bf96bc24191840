-- CreateTable
CREATE TABLE "sweep_event" (
    "id" TEXT NOT NULL,
    "sweep_id" TEXT,
    "kind" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "worker" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sweep_event_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sweep_event_at_idx" ON "sweep_event"("at");

-- CreateIndex
CREATE INDEX "sweep_event_sweep_id_at_idx" ON "sweep_event"("sweep_id", "at");

-- AddForeignKey
ALTER TABLE "sweep_event" ADD CONSTRAINT "sweep_event_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweep"("id") ON DELETE CASCADE ON UPDATE RESTRICT;


ALTER TABLE "sweep_event"
    ADD CONSTRAINT "sweep_event_words_check" CHECK ("id" <> '' AND "kind" <> '' AND "detail" <> '');

-- -------- dashboard_event
CREATE VIEW "dashboard_event" AS
SELECT "id" AS "event_id", "sweep_id", "kind", "detail", "worker", "at"
FROM "sweep_event";

COMMENT ON VIEW "dashboard_event" IS 'What happened to sweeps and workers, for annotations: pauses, retries, workers.';
COMMENT ON COLUMN "dashboard_event"."event_id" IS 'Named by whoever tells of it, so that a repeat adds nothing.';
COMMENT ON COLUMN "dashboard_event"."sweep_id" IS 'See sweep_overview; null when it concerns every sweep, as a worker''s restart does.';
COMMENT ON COLUMN "dashboard_event"."kind" IS 'Such as paused, resumed, workerStarted, trialRetried; see SweepEventKind in storage/sweep-store.ts.';
COMMENT ON COLUMN "dashboard_event"."detail" IS 'One sentence for a reader.';
COMMENT ON COLUMN "dashboard_event"."worker" IS 'The worker that it happened to; null when there is none.';
COMMENT ON COLUMN "dashboard_event"."at" IS 'When it was recorded, by the database''s clock.';

-- CreateTable
CREATE TABLE "judgement" (
    "sweep_id" TEXT NOT NULL,
    "evidence" TEXT NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "judgement_pkey" PRIMARY KEY ("sweep_id")
);

-- CreateTable
CREATE TABLE "judged_claim" (
    "sweep_id" TEXT NOT NULL,
    "claim" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "statement" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "summary" TEXT NOT NULL,

    CONSTRAINT "judged_claim_pkey" PRIMARY KEY ("sweep_id","claim")
);

-- CreateTable
CREATE TABLE "judged_finding" (
    "sweep_id" TEXT NOT NULL,
    "claim" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "verdict" TEXT NOT NULL,
    "regime" TEXT NOT NULL,
    "statement" TEXT NOT NULL,
    "measure" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "effect" DOUBLE PRECISION,
    "low" DOUBLE PRECISION,
    "high" DOUBLE PRECISION,
    "predicted" DOUBLE PRECISION,
    "seeds" INTEGER NOT NULL,
    "p" DOUBLE PRECISION,
    "adjusted_p" DOUBLE PRECISION,
    "cells" TEXT[],
    "reason" TEXT NOT NULL,

    CONSTRAINT "judged_finding_pkey" PRIMARY KEY ("sweep_id","claim","number")
);

-- CreateTable
CREATE TABLE "judged_network" (
    "sweep_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "activation" TEXT NOT NULL,
    "depth" INTEGER NOT NULL,
    "setting" TEXT NOT NULL,
    "initializer" TEXT,
    "evidence" TEXT NOT NULL,
    "theory" TEXT,

    CONSTRAINT "judged_network_pkey" PRIMARY KEY ("sweep_id","number")
);

-- AddForeignKey
ALTER TABLE "judgement" ADD CONSTRAINT "judgement_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweep"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "judged_claim" ADD CONSTRAINT "judged_claim_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "judgement"("sweep_id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "judged_finding" ADD CONSTRAINT "judged_finding_sweep_id_claim_fkey" FOREIGN KEY ("sweep_id", "claim") REFERENCES "judged_claim"("sweep_id", "claim") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "judged_network" ADD CONSTRAINT "judged_network_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "judgement"("sweep_id") ON DELETE CASCADE ON UPDATE RESTRICT;


-- A comparison with null is null and passes a check; NaN counts as larger than Infinity and is refused.
ALTER TABLE "judged_claim"
    ADD CONSTRAINT "judged_claim_check" CHECK ("claim" BETWEEN 1 AND 6 AND "verdict" IN ('supported', 'refuted', 'undecided') AND "summary" <> '');

ALTER TABLE "judged_finding"
    ADD CONSTRAINT "judged_finding_check" CHECK (
        "number" >= 1 AND "seeds" >= 0 AND "verdict" IN ('supported', 'refuted', 'undecided')
        AND "effect" > '-Infinity' AND "effect" < 'Infinity'
        AND "low" > '-Infinity' AND "low" < 'Infinity'
        AND "high" > '-Infinity' AND "high" < 'Infinity'
        AND "predicted" > '-Infinity' AND "predicted" < 'Infinity'
        AND "p" BETWEEN 0 AND 1 AND "adjusted_p" BETWEEN 0 AND 1
    );

-- -------- claim_verdicts
CREATE VIEW "claim_verdicts" AS
SELECT
    c."sweep_id",
    c."claim",
    c."name",
    c."title",
    c."statement",
    c."verdict",
    c."summary",
    (SELECT count(*) FROM "judged_finding" f WHERE f."sweep_id" = c."sweep_id" AND f."claim" = c."claim" AND f."verdict" = 'supported') AS "supported",
    (SELECT count(*) FROM "judged_finding" f WHERE f."sweep_id" = c."sweep_id" AND f."claim" = c."claim" AND f."verdict" = 'refuted') AS "refuted",
    (SELECT count(*) FROM "judged_finding" f WHERE f."sweep_id" = c."sweep_id" AND f."claim" = c."claim" AND f."verdict" = 'undecided') AS "undecided",
    j."decided_at"
FROM "judged_claim" c
JOIN "judgement" j ON j."sweep_id" = c."sweep_id";

COMMENT ON VIEW "claim_verdicts" IS 'What a sweep that has ended says of each of the six claims: six rows a sweep, none before it ends.';
COMMENT ON COLUMN "claim_verdicts"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "claim_verdicts"."claim" IS 'Number of the claim, 1 to 6.';
COMMENT ON COLUMN "claim_verdicts"."name" IS 'symmetry, variance, gradients, speed, fit or framework.';
COMMENT ON COLUMN "claim_verdicts"."title" IS 'The claim in a few words.';
COMMENT ON COLUMN "claim_verdicts"."statement" IS 'The claim in full, as textbooks have it.';
COMMENT ON COLUMN "claim_verdicts"."verdict" IS 'supported, refuted or undecided, for the networks of this sweep.';
COMMENT ON COLUMN "claim_verdicts"."summary" IS 'One sentence: where it holds, where it does not, or why it stays open.';
COMMENT ON COLUMN "claim_verdicts"."supported" IS 'Findings that support it; see claim_findings.';
COMMENT ON COLUMN "claim_verdicts"."refuted" IS 'Findings that refute it.';
COMMENT ON COLUMN "claim_verdicts"."undecided" IS 'Findings that stay open.';
COMMENT ON COLUMN "claim_verdicts"."decided_at" IS 'When the verdict was computed.';

-- -------- claim_findings
CREATE VIEW "claim_findings" AS
SELECT
    "sweep_id",
    "claim",
    "number",
    "verdict",
    "regime",
    "statement",
    "measure",
    "unit",
    "effect",
    "low",
    "high",
    "predicted",
    "seeds",
    "p",
    "adjusted_p",
    "cells",
    "reason"
FROM "judged_finding";

COMMENT ON VIEW "claim_findings" IS 'What the verdicts of a sweep rest on: one row a comparison of cells.';
COMMENT ON COLUMN "claim_findings"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "claim_findings"."claim" IS 'Number of the claim, see claim_verdicts.';
COMMENT ON COLUMN "claim_findings"."number" IS 'Number of the finding within its claim, from 1.';
COMMENT ON COLUMN "claim_findings"."verdict" IS 'supported, refuted or undecided.';
COMMENT ON COLUMN "claim_findings"."regime" IS 'The network: activation, depth, and every other axis that varies in the sweep.';
COMMENT ON COLUMN "claim_findings"."statement" IS 'What was asked of these cells.';
COMMENT ON COLUMN "claim_findings"."measure" IS 'What the effect measures, in words.';
COMMENT ON COLUMN "claim_findings"."unit" IS 'Unit of effect, low, high and predicted: cosine, factor, epochs or probability.';
COMMENT ON COLUMN "claim_findings"."effect" IS 'Measured size of the effect; null where there is none to be measured.';
COMMENT ON COLUMN "claim_findings"."low" IS 'Lower end of its 95 % interval; null where none can be given.';
COMMENT ON COLUMN "claim_findings"."high" IS 'Upper end of its 95 % interval; null where none can be given.';
COMMENT ON COLUMN "claim_findings"."predicted" IS 'What mean-field theory predicts for it; null where it is silent.';
COMMENT ON COLUMN "claim_findings"."seeds" IS 'Seeds of the compared cell that has the fewest.';
COMMENT ON COLUMN "claim_findings"."p" IS 'How likely chance alone points so far; null where nothing could be tested.';
COMMENT ON COLUMN "claim_findings"."adjusted_p" IS 'The same after Holm''s correction over all comparisons of the claim: below 0.05 it is decided.';
COMMENT ON COLUMN "claim_findings"."cells" IS 'Labels of the initializers whose cells were compared.';
COMMENT ON COLUMN "claim_findings"."reason" IS 'Why it was decided so, or why it stays open.';

-- -------- sweep_recommendations
CREATE VIEW "sweep_recommendations" AS
SELECT
    r."sweep_id",
    r."number",
    r."activation",
    r."depth",
    r."setting",
    r."initializer",
    r."evidence",
    r."theory",
    j."decided_at"
FROM "judged_network" r
JOIN "judgement" j ON j."sweep_id" = r."sweep_id";

COMMENT ON VIEW "sweep_recommendations" IS 'Which initializer a sweep that has ended recommends for each of its networks.';
COMMENT ON COLUMN "sweep_recommendations"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "sweep_recommendations"."number" IS 'Order within the sweep, from 1.';
COMMENT ON COLUMN "sweep_recommendations"."activation" IS 'Activation''s label.';
COMMENT ON COLUMN "sweep_recommendations"."depth" IS 'Hidden layers.';
COMMENT ON COLUMN "sweep_recommendations"."setting" IS 'The other axes of the sweep that have more than one value, in words; "same for all" when there is none.';
COMMENT ON COLUMN "sweep_recommendations"."initializer" IS 'Label of the initializer that is ahead of all others beyond chance; null when none is.';
COMMENT ON COLUMN "sweep_recommendations"."evidence" IS 'What that rests on, or which initializers are not told apart.';
COMMENT ON COLUMN "sweep_recommendations"."theory" IS 'What mean-field theory would choose among those measured; null where it is silent.';
COMMENT ON COLUMN "sweep_recommendations"."decided_at" IS 'When it was computed.';

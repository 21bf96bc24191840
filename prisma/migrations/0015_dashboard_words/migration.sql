-- The axes of a cell in the words that core/trial/labels.ts has for them, the same on dashboards, in verdicts and in reports.

CREATE FUNCTION "cell_setting"("spec" jsonb, "network" text, "normalization" text, "width" integer, "learning_rate" double precision, "optimizer" text,
    "batch_size" integer, "dataset" text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(concat_ws(', ',
        CASE WHEN jsonb_array_length(spec #> '{axes,network}') > 1 THEN network END,
        CASE WHEN jsonb_array_length(spec #> '{axes,normalization}') > 1
            THEN CASE normalization WHEN 'none' THEN 'no' ELSE normalization END || ' normalization' END,
        CASE WHEN jsonb_array_length(spec #> '{axes,width}') > 1 THEN 'width ' || width END,
        CASE WHEN jsonb_array_length(spec #> '{axes,learningRate}') > 1 THEN 'rate ' || learning_rate::numeric END,
        CASE WHEN jsonb_array_length(spec #> '{axes,optimizer}') > 1 THEN optimizer END,
        CASE WHEN jsonb_array_length(spec #> '{axes,batchSize}') > 1 THEN 'batch ' || batch_size END,
        CASE WHEN jsonb_array_length(spec #> '{axes,dataset}') > 1 THEN dataset END
    ), ''), 'same for all')
$$;

-- In refresh_cells, whose other parts are no matter of this migration, the call takes the place of the expression.
DO $$
DECLARE
    before text := pg_get_functiondef('refresh_cells(integer, boolean)'::regprocedure);
    after text := regexp_replace(before, 'coalesce\(nullif\(concat_ws\(.*?''same for all''\)',
        'cell_setting(s.spec, n.network, n.normalization, n.width, n.learning_rate, n.optimizer, n.batch_size, n.dataset)');
BEGIN
    IF after = before THEN
        RAISE EXCEPTION 'refresh_cells has no expression of the setting';
    END IF;
    EXECUTE after;
END $$;

UPDATE "cell" c
SET "setting" = cell_setting(s."spec", c."network", c."normalization", c."width", c."learning_rate", c."optimizer", c."batch_size", c."dataset")
FROM "sweep" s
WHERE s."id" = c."sweep_id";

-- -------- cell_trial
CREATE VIEW "cell_trial" AS
SELECT l."cell_id", l."sweep_id", l."number", t."state"::text AS "state"
FROM "sweep_trial" l
JOIN "trial" t ON t."id" = l."trial_id";

COMMENT ON VIEW "cell_trial" IS 'The way from a cell to its trials; trial_detail says all of each.';
COMMENT ON COLUMN "cell_trial"."cell_id" IS 'See cell_result; null for the seconds before a new trial is counted in its cell.';
COMMENT ON COLUMN "cell_trial"."sweep_id" IS 'See sweep_overview.';
COMMENT ON COLUMN "cell_trial"."number" IS 'Number in the sweep''s plan.';
COMMENT ON COLUMN "cell_trial"."state" IS 'State of the trial.';

/** What is exported of a sweep, one file a table: `$1` is the sweep's id, and rows come in an order that never changes. */
export const exportTables: Readonly<Record<string, string>> = {
  trials: 'SELECT * FROM trial_outcome WHERE sweep_id = $1 ORDER BY number',
  epochs: `
    SELECT l.number, e.* FROM sweep_trial l JOIN epoch e ON e.trial_id = l.trial_id
    WHERE l.sweep_id = $1 ORDER BY l.number, e.epoch`,
  layers: `
    SELECT l.number, y.* FROM sweep_trial l JOIN layer y ON y.trial_id = l.trial_id
    WHERE l.sweep_id = $1 ORDER BY l.number, y.epoch, y.layer`,
  rungs: 'SELECT * FROM rung_decision WHERE sweep_id = $1 ORDER BY number, epoch',
  verdicts: 'SELECT * FROM claim_verdicts WHERE sweep_id = $1 ORDER BY claim',
  findings: 'SELECT * FROM claim_findings WHERE sweep_id = $1 ORDER BY claim, number',
  recommendations: 'SELECT * FROM sweep_recommendations WHERE sweep_id = $1 ORDER BY number',
};

-- The dashboards read cells (0010) instead.
DROP VIEW "dashboard_curve", "dashboard_layer", "dashboard_cell", "dashboard_trial";

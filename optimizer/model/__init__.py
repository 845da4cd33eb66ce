"""The Instance as a CP-SAT model: rules, objectives, stages, statuses."""

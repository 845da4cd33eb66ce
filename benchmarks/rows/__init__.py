"""The rows of the goals' table, one module a kind of question."""

"""One module a promise, each with its `ROW`; modules are found, not listed."""

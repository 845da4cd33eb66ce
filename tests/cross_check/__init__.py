"""Five judges of the same questions, thousands of times: whoever disagrees has found a bug."""

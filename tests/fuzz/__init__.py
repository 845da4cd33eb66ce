"""Inputs that nobody meant well, made from good ones: `python -m tests.fuzz`, docs/how-to/fuzz.md."""

"""Certificates: the arithmetic, the checker, and what they make of damage and lies."""

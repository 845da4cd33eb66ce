"""Certificates: an optimum with a proof that others can check, and the checker."""

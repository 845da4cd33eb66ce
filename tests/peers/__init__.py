"""Drivers for solvers that are not ours, asked the same questions: dnf, aspcud, mccs, libsolv's testsolv."""

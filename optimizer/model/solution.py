"""What a solve found, as values that know neither CP-SAT nor libsolv."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class SolveStatus(StrEnum):
    """What one run of the solver says; unknown is not infeasible, and an invalid model is our bug, an exception."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One lexicographic stage: its value, the proven bound (None: nothing proven) and `optimal` or `feasible`.

    A stage is `optimal` only where every stage before it is.
    """

    objective: str
    value: int
    bound: int | None
    status: str


class Solution(msgspec.Struct, frozen=True, kw_only=True):
    """What a solve found: `optimal`, `feasible`, `infeasible` or `unknown`; ascending indices into the Instance.

    `features` are the optional ones that hold, `sources` those maintained, `unmet` the weak requirements unmet.
    """

    status: SolveStatus
    stages: tuple[Stage, ...] = ()
    packages: tuple[int, ...] = ()
    sources: tuple[int, ...] = ()
    features: tuple[int, ...] = ()
    unmet: tuple[int, ...] = ()

    @property
    def solved(self) -> bool:
        """Whether there is an answer."""
        return self.status in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE)

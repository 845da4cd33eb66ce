"""The second judge: libsolv installs exactly the answer's packages, and not one more."""

from __future__ import annotations

from optimizer.model.solution import Solution
from optimizer.universe.assemble import Closed
from optimizer.universe.judge import Verdict, judge_set
from optimizer.universe.prepare import Universe


def judge(universe: Universe, closed: Closed, solution: Solution) -> Verdict:
    """Return libsolv's verdict on a solution, in the world its Instance was closed from."""
    return judge_set(universe, (closed.solvable_ids[index] for index in solution.packages))

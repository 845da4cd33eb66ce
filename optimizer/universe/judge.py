"""libsolv's own verdict on an answer, over the very world the model was closed from."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import solv

from optimizer.universe.prepare import Universe, install_jobs


class Verdict(msgspec.Struct, frozen=True):
    """`problems` libsolv finds in the set, in its own words; what it would add to it, and what it leaves out."""

    problems: tuple[str, ...]
    added: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether libsolv installs exactly this set."""
        return not (self.problems or self.added or self.left_out)


def judge_set(universe: Universe, solvable_ids: Iterable[int]) -> Verdict:
    """Ask libsolv to install exactly these solvables and the request that requires every required feature.

    Recommends are ignored, install-only names may repeat, and no architecture is inferior: what is named is wanted.
    """
    pool = universe.world.pool
    wanted = sorted({*solvable_ids, universe.request_id})
    jobs = install_jobs(universe, wanted)
    solver = pool.Solver()
    solver.set_flag(solv.Solver.SOLVER_FLAG_IGNORE_RECOMMENDED, 1)
    solver.set_flag(solv.Solver.SOLVER_FLAG_NO_INFARCHCHECK, 1)
    problems = solver.solve(jobs)
    if problems:
        return Verdict(tuple(str(problem) for problem in problems), (), ())
    installed = {solvable.id for solvable in solver.transaction().newsolvables()}
    return Verdict(
        problems=(),
        added=tuple(str(pool.id2solvable(held)) for held in sorted(installed - set(wanted))),
        left_out=tuple(str(pool.id2solvable(held)) for held in sorted(set(wanted) - installed)),
    )

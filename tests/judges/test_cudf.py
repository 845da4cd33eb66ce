"""aspcud and mccs, which share neither code nor method with CP-SAT, find the same optimum of every shipped problem.

CUDF knows no limits. A problem that has some is compared without them, and its own answer must then be no better.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from optimizer.answer.result import Result
from optimizer.answer.verify import verify
from optimizer.export.cudf import CudfDocument, write_cudf
from optimizer.model.solution import Solution
from optimizer.model.solve import Engine
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance
from tests.demo.recipes import PROBLEMS as DEMO_FILES
from tests.judges.answers import FILES, answer, problem_id, solution_of
from tests.peers.cudf import CudfAnswer, CudfStatus, run_aspcud, run_mccs
from tests.problems.files import infeasible_files, photon_files, real_files

pytestmark = pytest.mark.data

#: mccs's branch and bound takes minutes or more for these and for most of Photon 5.0; aspcud proves each in a second.
BEYOND_MCCS = {"real/c7-gnome-desktop", "real/cs9-load-balancer", "real/openstack-block-storage"}

MCCS_FILES = (*real_files(), *photon_files(), *DEMO_FILES, *infeasible_files())


def without_limits(result: Result) -> tuple[Instance, Solution]:
    """Return the Instance that CUDF can say, and the product's answer to it."""
    if not result.instance.limits:
        return result.instance, result.solution
    instance = msgspec.structs.replace(result.instance, limits=())
    return instance, Engine.of(instance).solve()


def stages(solution: Solution) -> tuple[tuple[ObjectiveKind, int], ...]:
    """Return what each objective came to, the tie-break left out: CUDF's solvers stop at any optimum."""
    named = (stage for stage in solution.stages if stage.objective != "tie_break")
    return tuple((ObjectiveKind(stage.objective), stage.value) for stage in named)


def minimised(values: tuple[tuple[ObjectiveKind, int], ...]) -> tuple[int, ...]:
    """Return the values so that less is better in each, to be compared as DESIGN's lexicographic order has it."""
    return tuple(-value if kind is ObjectiveKind.FEATURES else value for kind, value in values)


def check(path: Path, ask: Callable[[CudfDocument], CudfAnswer]) -> None:
    """Fail unless a CUDF solver's optimum is the product's, and our verifier takes its packages for one."""
    instance, solution = without_limits(answer(path))
    document = write_cudf(instance)
    found = ask(document)

    assert document.lost == ()
    if not solution.solved:
        assert found.status is CudfStatus.INFEASIBLE
        return
    assert all(stage.status == "optimal" for stage in solution.stages)
    assert found.status is CudfStatus.OPTIMAL
    assert found.values == stages(solution)
    named = tuple(stage for stage in solution.stages if stage.objective != "tie_break")
    assert verify(instance, solution_of(instance, document.chosen(found.installed), named)) == ()


@pytest.mark.tool("aspcud")
@pytest.mark.parametrize("path", FILES, ids=problem_id)
def test_aspcud_finds_the_same_optimum(path: Path) -> None:
    check(path, run_aspcud)


@pytest.mark.tool("mccs")
@pytest.mark.parametrize("path", [path for path in MCCS_FILES if problem_id(path) not in BEYOND_MCCS], ids=problem_id)
def test_mccs_finds_the_same_optimum(path: Path) -> None:
    check(path, run_mccs)


def test_limits_never_better_an_answer() -> None:
    limited = [path for path in FILES if answer(path).solution.solved and answer(path).instance.limits]
    dearer = 0
    for path in limited:
        kept, free = stages(answer(path).solution), stages(without_limits(answer(path))[1])
        assert minimised(kept) >= minimised(free), problem_id(path)
        dearer += kept != free
    assert len(limited) >= 10
    assert dearer >= 5


def test_every_distribution_is_among_the_problems() -> None:
    assert len(real_files()) >= 60
    assert {path.stem.split("-")[0] for path in real_files()} == {
        "c7",
        "centos8",
        "cs9",
        "fedora32",
        "openstack",
        "opensuse",
        "sles10",
    }

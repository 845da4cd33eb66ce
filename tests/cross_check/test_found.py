"""What the cross-check has found: each a question that was answered wrongly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.answer.verify import verify
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.load import load_problem
from optimizer.universe.instance import Instance
from tests.cross_check.judges import Case, ask
from tests.cross_check.real import JUDGES, vocabularies, write_random_problem
from tests.model.making import make, names, package


def best(instance: Instance) -> str:
    """Return the packages of the answer, which is the same whether the model is reduced or not."""
    solutions = [Engine.of(instance, reduce=reduce).solve() for reduce in (True, False)]
    assert [verify(instance, solution) for solution in solutions] == [(), ()]
    assert solutions[0].stages == solutions[1].stages
    assert solutions[0].packages == solutions[1].packages
    return names(instance, solutions[0].packages)


def test_who_needs_one_of_a_circle_needs_it_through_any_of_its_members() -> None:
    """CentOS 7.2, seed cross-c7-60: pam and libpwquality require each other (`m` and `h`).

    One package asked for the one, another for the other; only the first was seen to need the two, and was taken to be
    in wherever they were.
    """
    sizes = {"a": 1, "c": 1, "f": 150, "h": 1, "k": 1, "m": 2, "o": 1}
    instance = make(
        [package(name, installed_bytes=size) for name, size in sizes.items()],
        requires=[("a", "m"), ("c", "h"), ("f", "k"), ("h", "m"), ("m", "h")],
        required=[("any", "f", "a"), ("any", "o", "c", ("not", "k"))],
        objectives=["installed_size"],
    )
    assert best(instance) == "ahm"


@pytest.mark.data
@pytest.mark.tool("mccs")
@pytest.mark.tool("aspcud")
def test_a_judge_that_contradicts_itself_says_nothing(data_directory: Path, tmp_path: Path) -> None:
    """mccs 1.1 with lp_solve finds no answer of least size here, and has one of anything else it is asked for."""
    file = write_random_problem("c7", 1215, vocabularies("c7", data_directory), tmp_path)
    world = close_problem(load_problem(file), Settings(mirror=data_directory))
    case = Case(world.closed.instance, Engine.of(world.closed.instance).solve(), world)
    judges = {name: judge for name, judge in JUDGES.items() if name not in ("Exact on OPB", "clasp on OPB")}
    assert ask(case, judges) == ["pkgset", "aspcud on CUDF", "libsolv"]


@pytest.mark.data
@pytest.mark.tool("clasp")
def test_a_judge_whose_numbers_overflow_is_asked_in_smaller_ones(data_directory: Path, tmp_path: Path) -> None:
    """clasp 3.3.5 takes the candidates' 6 GB for less than a limit of 0.5 GB, and answers with what is too large."""
    file = write_random_problem("cs9", 1170, vocabularies("cs9", data_directory), tmp_path)
    world = close_problem(load_problem(file), Settings(mirror=data_directory))
    case = Case(world.closed.instance, Engine.of(world.closed.instance).solve(), world)
    assert ask(case, {"clasp on OPB": JUDGES["clasp on OPB"]}) == ["pkgset", "clasp on OPB"]

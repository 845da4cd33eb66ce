"""A frontier in words: versions that take each other's place, what is not proven, left out or unknown."""

from __future__ import annotations

import msgspec
import pytest

from optimizer.answer.frontier import FrontierRecord, record_frontier
from optimizer.model.frontier import Frontier, FrontierPoint, Gap
from optimizer.model.solution import SolveStatus
from optimizer.report.frontier import frontier_text, step_price
from optimizer.universe.instance import Instance
from tests.report.made import DOWNSTREAM, MIB, UPSTREAM, instance, package

OPTIMAL, FEASIBLE = SolveStatus.OPTIMAL, SolveStatus.FEASIBLE


def world(*, unknown: bool = False, weights: tuple[int, ...] = ()) -> Instance:
    """Two versions of `lib`, an application of each origin."""
    old = package("lib", 0, UPSTREAM, 3 * MIB)
    new = msgspec.structs.replace(package("lib", 1, UPSTREAM, None if unknown else 4 * MIB), version="2")
    return instance(
        old, new, package("app", 2, UPSTREAM, 20 * MIB), package("own", 3, DOWNSTREAM, 8 * MIB), weights=weights
    )


def record(
    held: Instance,
    *points: tuple[tuple[int, int], SolveStatus, tuple[int, ...]],
    objectives: tuple[str, str] = ("divergence", "installed_size"),
    gaps: tuple[Gap, ...] = (),
    status: SolveStatus = OPTIMAL,
) -> FrontierRecord:
    found = Frontier(
        objectives=objectives,
        status=status,
        points=tuple(
            FrontierPoint(values=values, status=proven, packages=packages, sources=(3,) if 3 in packages else ())
            for values, proven, packages in points
        ),
        gaps=gaps,
        held=(("features", 7),),
    )
    return record_frontier(held, found, ("packages", "age"), 2)


def test_a_step_tells_versions_sources_and_what_else_decides() -> None:
    made = record(world(), ((0, 23 * MIB), OPTIMAL, (0, 2)), ((1, 12 * MIB), OPTIMAL, (1, 3)))
    assert frontier_text(made) == (
        "made: divergence against installed size: every point there is, each proven\n"
        "\n"
        "divergence: sources\n"
        "held at its best, as it ranks above both: features 7 points\n"
        "among equals: packages then age\n"
        "\n"
        "      divergence    installed size    costs       buys       which is\n"
        "--  ------------  ----------------  -------  ---------  -------------\n"
        "1              0          23.0 MiB\n"
        "2              1          12.0 MiB       +1  -11.0 MiB  11.0 MiB each\n"
        "      downstream, more: own\n"
        "      in: own (8.0 MiB)\n"
        "      out: app (20.0 MiB)\n"
        "      instead: lib 1-1 -> 2-1 (+1.0 MiB)\n"
    )


def test_what_is_not_proven_left_out_or_unknown_is_told() -> None:
    gap = Gap(after=(0, 23 * MIB), before=(4, 12 * MIB))
    points = (((0, 23 * MIB), OPTIMAL, (0, 2)), ((4, 12 * MIB), FEASIBLE, (1, 3)))
    made = record(world(unknown=True, weights=(1, 1, 1, 4)), *points, gaps=(gap,), status=FEASIBLE)
    text = frontier_text(made)
    assert made.status == "not proven"
    assert text.startswith("made: divergence against installed size: the time was up before every point")
    assert "divergence: weight of downstream sources\n" in text
    assert "\n2 ? " in text
    assert "instead: lib 1-1 -> 2-1 (size unknown)" in text
    assert text.endswith(
        "? not proven: the best answer known when the time was up\n"
        "not looked for: points with divergence between 0 and 4\n"
        "nobody knows the installed size of 1 package of a point; unknown_size says what they count\n"
    )


@pytest.mark.parametrize("status", [SolveStatus.INFEASIBLE, SolveStatus.UNKNOWN])
def test_where_there_is_no_point_there_is_no_table(status: SolveStatus) -> None:
    made = record(world(), status=status)
    text = frontier_text(made)
    assert made.status == status.value
    assert "---" not in text
    assert ("infeasible" in text) is (status is SolveStatus.INFEASIBLE)


@pytest.mark.parametrize(
    ("objectives", "before", "after", "price"),
    [
        (("divergence", "installed_size"), (1, 10 * MIB), (3, 5 * MIB), "2.5 MiB each"),
        (("installed_size", "divergence"), (5 * MIB, 3), (10 * MIB, 1), "0.4 per MiB"),
        (("features", "packages"), (9, 80), (7, 50), "15 each"),
        (("installed_size", "download_size"), (2 * MIB, 5 * MIB), (4 * MIB, 4 * MIB), "0.5 MiB per MiB"),
    ],
)
def test_a_price_is_what_one_more_buys(
    objectives: tuple[str, str], before: tuple[int, int], after: tuple[int, int], price: str
) -> None:
    made = record(world(), (before, OPTIMAL, (0, 2)), (after, OPTIMAL, (1, 3)), objectives=objectives)
    assert [step_price(made, point) for point in made.points] == ["", price]


def test_lines_fit_a_terminal() -> None:
    long = [package(f"a-package-with-a-long-name-{place}", place, UPSTREAM, 5 * MIB) for place in range(12)]
    made = record(instance(*long), ((0, 60 * MIB), OPTIMAL, tuple(range(6))), ((1, 5 * MIB), OPTIMAL, (9, 10, 11)))
    assert max(map(len, frontier_text(made).splitlines())) <= 100

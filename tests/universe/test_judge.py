"""libsolv's verdict is no formality: a set that lacks something or clashes is told from the right one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from optimizer.pipeline import Settings, World, close_problem
from optimizer.problem.load import load_problem
from optimizer.universe.judge import Verdict, judge_set
from tests.cases.reading import CASES, make_runnable

BY_NAME = {case.name: case for case in CASES}


def verdict(case: str, directory: Path, chosen: Collection[str]) -> Verdict:
    """What libsolv says of packages, by NEVRA, in the world of a case."""
    world = close_problem(load_problem(make_runnable(BY_NAME[case], directory)), Settings())
    return judge_set(world.universe, identifiers(world, chosen))


def identifiers(world: World, chosen: Collection[str]) -> list[int]:
    """The libsolv ids of some packages."""
    pairs = zip(world.closed.instance.packages, world.closed.solvable_ids, strict=True)
    found = {package.nevra: identifier for package, identifier in pairs}
    return [found[name if name.endswith(".x86_64") else f"{name}-1-1.x86_64"] for name in chosen]


@pytest.mark.parametrize(
    ("case", "chosen"),
    [
        ("c2-requires-chain", {"app", "lib", "nano", "terminfo"}),
        ("c3-conflict-avoided", {"dhcpcd", "networkd"}),
        ("c3-self-conflict-harmless", {"postfix"}),
        ("c5-install-only-twice", {"kernel-1-1.x86_64", "kernel-2-1.x86_64", "zfs-1-1.x86_64", "zfs-2-1.x86_64"}),
        ("rich-conflicts-unless", {"app", "peace", "rival"}),
    ],
)
def test_a_right_set_is_accepted(case: str, chosen: set[str], tmp_path: Path) -> None:
    assert verdict(case, tmp_path, chosen) == Verdict((), (), ())
    assert verdict(case, tmp_path / "again", chosen).accepted


@pytest.mark.parametrize(
    ("case", "chosen", "says"),
    [
        ("c2-requires-chain", {"app", "lib", "nano"}, "terminfo-1-1.x86_64"),
        ("c2-requires-chain", {"lib", "nano", "terminfo"}, "app-1-1.x86_64"),
        ("rich-conflicts-unless", {"app", "rival"}, "peace-1-1.x86_64"),
    ],
)
def test_what_a_set_lacks_is_named(case: str, chosen: set[str], says: str, tmp_path: Path) -> None:
    found = verdict(case, tmp_path, chosen)
    assert (found.accepted, found.problems, found.added) == (False, (), (says,))


@pytest.mark.parametrize(
    ("case", "chosen", "says"),
    [
        ("c3-conflict-clash", {"dhclient", "networkd", "bash"}, "conflicts"),
        ("c4-obsoletes-clash", {"kmod", "module-init-tools"}, "obsoletes"),
        ("c5-same-name-clash", {"app", "tool", "lib-1-1.x86_64", "lib-2-1.x86_64"}, "both"),
        ("c2-prerequires-absent", {"app"}, "nothing provides nobody"),
        ("rich-conflicts-and-clash", {"app", "httpd", "telnet"}, "conflicts with (httpd and telnet)"),
    ],
)
def test_what_clashes_in_a_set_is_named(case: str, chosen: set[str], says: str, tmp_path: Path) -> None:
    found = verdict(case, tmp_path, chosen)
    assert not found.accepted
    assert any(says in problem for problem in found.problems), found.problems

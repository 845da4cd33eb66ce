"""What a rebuild on the upstream base makes of a downstream package's dependencies, one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import solv

from optimizer.pipeline import Settings, close_problem
from optimizer.problem.dependency import Capability, Dependency, parse_dependency
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Downstream, Origin
from optimizer.universe.world import World as Loaded
from tests.oracle.repositories import write_problem
from tests.oracle.world import OraclePackage, Question, Rules, Wish, World

UPSTREAM = OraclePackage(
    "openssl-libs",
    version="3",
    provides=tuple(
        Capability(name)
        for name in (
            "libssl.so.3()(64bit)", "libssl.so.3(OPENSSL_3)(64bit)", "libz.so.1()(64bit)", "libdb-5.3.so()(64bit)",
            "libdb-6.so()(64bit)", "libtwo.so.1()(64bit)", "libtwo.so.2()(64bit)", "liblow.so.1",
        )
    ),
)  # fmt: skip
SIBLING = OraclePackage(
    "brand-libs", version="2", repository="own", source="brand", provides=(Capability("libbrand.so.2()(64bit)"),)
)

TABLE = [
    ("openssl-libs", "openssl-libs"),
    ("openssl-libs >= 1.1", "openssl-libs"),
    ("openssl-libs = 1:1.1-3", "openssl-libs"),
    ("nobody-has-this < 4", "nobody-has-this"),
    ("/usr/bin/sh", "/usr/bin/sh"),
    ("brand-libs = 2-1", "brand-libs = 2-1"),
    ("brand-libs = 3", "brand-libs = 3"),
    ("libbrand.so.2()(64bit)", "libbrand.so.2()(64bit)"),
    ("libz.so.1()(64bit)", "libz.so.1()(64bit)"),
    ("libssl.so.1.1()(64bit)", "libssl.so.3()(64bit)"),
    ("libssl.so.1.1(OPENSSL_1_1)(64bit)", "libssl.so.3()(64bit)"),
    ("libssl.so.3(OPENSSL_9)(64bit)", "libssl.so.3()(64bit)"),
    ("libssl.so.1.1", "libssl.so.1.1"),
    ("libtwo.so.0()(64bit)", "(libtwo.so.1()(64bit) or libtwo.so.2()(64bit))"),
    ("libgone.so.1()(64bit)", "libgone.so.1()(64bit)"),
    ("(openssl-libs >= 1 with openssl-libs < 2)", "openssl-libs"),
    ("(openssl-libs >= 1 without openssl-libs >= 2)", "openssl-libs"),
    ("(brand-libs >= 2 with brand-libs < 3)", "(brand-libs >= 2 with brand-libs < 3)"),
    ("(openssl-libs >= 1 with crypto >= 2)", "(openssl-libs with crypto)"),
    ("(openssl-libs >= 1 if selinux > 2 else brand-libs = 2-1)", "(openssl-libs if selinux else brand-libs = 2-1)"),
    ("((a = 1 and b = 2) or (c < 3 unless d))", "((a and b) or (c unless d))"),
]  # fmt: skip


def texts(loaded: Loaded, solvable: Any, key: int) -> list[str]:
    """A solvable's dependencies under a tag, in RPM syntax."""
    return [loaded.text(one) for one in loaded.dependencies(solvable, key)]


def rebuilt(directory: Path, mode: Downstream, **fields: tuple[Dependency, ...]) -> tuple[Loaded, Any]:
    """A downstream package with these dependencies, in the world that the product makes of it."""
    own = OraclePackage("brand", repository="own", source="brand", **fields)  # type: ignore[arg-type]
    world = World((("base", Origin.UPSTREAM), ("own", Origin.DOWNSTREAM)), (UPSTREAM, SIBLING, own))
    question = Question((Wish(Capability("brand")),), rules=Rules(downstream=mode))
    closed = close_problem(load_problem(write_problem(world, question, directory)), Settings())
    loaded = closed.universe.world
    (solvable,) = (one for one in loaded.considered_solvables() if one.name == "brand")
    return loaded, solvable


@pytest.mark.parametrize(("shipped", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_a_requirement_follows_the_base(shipped: str, expected: str, tmp_path: Path) -> None:
    loaded, solvable = rebuilt(tmp_path, Downstream.REBUILT, requires=(parse_dependency(shipped),))
    assert texts(loaded, solvable, solv.SOLVABLE_REQUIRES) == [expected]


@pytest.mark.parametrize("shipped", [row[0] for row in TABLE])
def test_as_shipped_nothing_changes(shipped: str, tmp_path: Path) -> None:
    loaded, solvable = rebuilt(tmp_path, Downstream.SHIPPED, requires=(parse_dependency(shipped),))
    assert texts(loaded, solvable, solv.SOLVABLE_REQUIRES) == [shipped]


def test_what_is_required_before_stays_required_before(tmp_path: Path) -> None:
    loaded, solvable = rebuilt(
        tmp_path,
        Downstream.REBUILT,
        requires=(Capability("plain"), parse_dependency("openssl-libs = 9")),
        prerequires=(parse_dependency("shadow = 9"), Capability("setup")),
    )
    everything = solvable.lookup_idarray(solv.SOLVABLE_REQUIRES, 0)
    marker = everything.index(solv.SOLVABLE_PREREQMARKER)
    assert {loaded.text(one) for one in everything[:marker]} == {"plain", "openssl-libs"}
    assert {loaded.text(one) for one in everything[marker + 1 :]} == {"shadow", "setup"}


def test_weak_dependencies_follow_and_conflicts_and_obsoletes_stay(tmp_path: Path) -> None:
    bounded = (parse_dependency("openssl-libs < 2"),)
    loaded, solvable = rebuilt(
        tmp_path, Downstream.REBUILT, recommends=bounded, supplements=bounded, conflicts=bounded, obsoletes=bounded
    )
    for key in (solv.SOLVABLE_RECOMMENDS, solv.SOLVABLE_SUPPLEMENTS):
        assert texts(loaded, solvable, key) == ["openssl-libs"]
    for key in (solv.SOLVABLE_CONFLICTS, solv.SOLVABLE_OBSOLETES):
        assert texts(loaded, solvable, key) == ["openssl-libs < 2"]

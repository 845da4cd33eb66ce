"""The oracle's rules against libsolv's: both must say the same of every set of packages of every world."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.problem.dependency import Capability, parse_dependency
from optimizer.problem.problem import Origin
from tests.oracle.libsolv import Libsolv
from tests.oracle.rules import Judge
from tests.oracle.strategies import worlds
from tests.oracle.world import OraclePackage, World

_INSTALL_ONLY = ("kernel", "installonlypkg(vm)")


def subsets(count: int) -> Iterator[frozenset[int]]:
    """Yield every set of that many packages."""
    return map(frozenset, chain.from_iterable(combinations(range(count), size) for size in range(count + 1)))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(6), st.sampled_from([(), _INSTALL_ONLY]))
def test_every_set_of_every_world_is_judged_as_libsolv_judges_it(world: World, install_only: tuple[str, ...]) -> None:
    consistent_sets(world, install_only)


def consistent_sets(world: World, install_only: tuple[str, ...] = ()) -> set[frozenset[int]]:
    """Return the sets that can be a system; a set on which libsolv disagrees is an error with both verdicts."""
    judge = Judge(world.packages, install_only)
    found = set()
    with tempfile.TemporaryDirectory() as directory:
        libsolv = Libsolv(world, Path(directory), install_only)
        for chosen in subsets(len(world.packages)):
            mine, theirs = judge.broken_rule(chosen), libsolv.problems(chosen)
            names = [world.packages[index].nevra for index in sorted(chosen)]
            assert (mine is None) is (theirs == []), (names, mine, theirs)
            if mine is None:
                found.add(chosen)
    return found


def package(text: str, **tags: str | tuple[str, ...]) -> OraclePackage:
    """Return the package `name-version[.arch]` with dependencies as text, one or several a tag."""
    nevr, _, arch = text.partition(".")
    name, _, version = nevr.rpartition("-")
    several = {tag: (held,) if isinstance(held, str) else held for tag, held in tags.items()}
    parsed: dict[str, Any] = {
        tag: tuple(map(parse_dependency, held)) for tag, held in several.items() if tag != "files"
    }
    return OraclePackage(
        name, version=version, arch=arch or "x86_64", files=tuple(several.get("files", ())), **parsed
    )


@dataclass(frozen=True, slots=True)
class Case:
    """Packages by letter in order (a, b, c), and the sets of two or more, as words, that can be a system."""

    packages: tuple[OraclePackage, ...]
    together: str = ""


CASES = {
    "a file that only filelists.xml has": Case(
        (package("app-1", requires="/usr/share/data"), package("lib-1", files="/usr/share/data")), "ab"
    ),
    "a Requires(pre)": Case((package("app-1", prerequires="mail"), package("lib-1", provides="mail")), "ab"),
    "a Provides without a version answers every version": Case(
        (package("app-1", requires="mail > 5"), package("lib-1", provides="mail")), "ab"
    ),
    "a Provides without a release lies on both sides of one": Case(
        (package("app-1", requires=("mail < 1-2", "mail > 1-2")), package("lib-1", provides="mail = 1")), "ab"
    ),
    "no conflict with itself": Case((package("app-1", conflicts="app"), package("lib-1")), "ab"),
    "a conflict with what another provides too": Case(
        (package("app-1", conflicts="mail", provides="mail"), package("lib-1", provides="mail"))
    ),
    "a rich conflict counts itself as one of two": Case(
        (package("app-1", conflicts="(app and lib)"), package("lib-1"))
    ),
    "a rich conflict that only itself matches": Case(
        (package("app-1", conflicts="(app and mail)", provides="mail"), package("lib-1")), "ab"
    ),
    "a rich conflict that itself and another match": Case(
        (package("app-1", conflicts="(app and mail)", provides="mail"), package("lib-1", provides="mail"))
    ),
    "what always holds needs no alternative": Case(
        (package("app-1"), package("lib-1", conflicts="(app if nobody else (lib and lib))")), "ab"
    ),
    "a rich conflict that holds without anyone": Case(
        (package("app-1", conflicts="(lib if nobody)"), package("lib-1"))
    ),
    "unless": Case((package("app-1", requires="(lib unless tool)"), package("lib-1"), package("tool-1")), "ab bc"),
    "if with else": Case(
        (package("app-1", requires="(lib if tool else mail)"), package("lib-1"), package("tool-1", provides="mail")),
        "bc abc",
    ),
    "with is about one package": Case(
        (
            package("app-1", requires="(mail with web)"),
            package("lib-1", provides="mail"),
            package("tool-1", provides="web"),
        ),
        "bc",
    ),
    "without is about one package": Case(
        (
            package("app-1", requires="(mail without web)"),
            package("lib-1", provides="mail"),
            package("tool-1", provides=("mail", "web")),
        ),
        "ab bc abc",
    ),
    "obsoletes do not match provides": Case(
        (package("app-1", obsoletes="mail"), package("lib-1", provides="mail")), "ab"
    ),
    "obsoletes match name and version": Case(
        (package("app-1", obsoletes="lib < 2"), package("lib-1"), package("tool-1")), "ac bc"
    ),
    "obsoletes match their own name in the other colour": Case(
        (package("app-2", obsoletes="app < 2"), package("app-1.i686"), package("app-2.i686")), "ac"
    ),
    "one version of a name": Case((package("app-1"), package("app-2"))),
    "two colours of a name, even of different versions": Case((package("app-1"), package("app-2.i686")), "ab"),
    "noarch has both colours": Case((package("app-1.noarch"), package("app-1"), package("app-1.i686")), "bc"),
    "install-only versions live together": Case((package("kernel-1"), package("kernel-2")), "ab"),
    "install-only of which one obsoletes": Case((package("kernel-1"), package("kernel-2", obsoletes="kernel < 2"))),
    "install-only on one side only": Case((package("app-1", provides="installonlypkg(vm)"), package("app-2"))),
    "a cycle of requirements": Case((package("app-1", requires="lib"), package("lib-1", requires="app")), "ab"),
    "recommends and supplements ask for nothing": Case(
        (package("app-1", recommends="nobody"), package("lib-1", supplements="app")), "ab"
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_rule_by_hand(case: Case) -> None:
    world = World((("base", Origin.UPSTREAM),), case.packages)
    found = {chosen for chosen in consistent_sets(world, _INSTALL_ONLY) if len(chosen) > 1}
    assert found == {frozenset("abc".index(letter) for letter in word) for word in case.together.split()}


def test_a_package_that_nobody_satisfies_is_in_no_set() -> None:
    world = World((("base", Origin.UPSTREAM),), (package("app-1", requires="nobody"),))
    assert consistent_sets(world) == {frozenset()}


def test_providers_are_found_by_name_version_and_file() -> None:
    judge = Judge((package("app-1", provides="mail = 2", files="/bin/app"), package("lib-2")))
    assert judge.providers(Capability("mail")) == {0}
    assert judge.providers(Capability("/bin/app")) == {0}
    assert judge.providers(parse_dependency("(mail >= 2 or lib < 3)")) == {0, 1}
    assert judge.providers(parse_dependency("lib > 2")) == frozenset()

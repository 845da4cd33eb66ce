"""The Photon problems ask for Photon's image lists, and their table of names is true of both repositories."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import solv

from optimizer.problem.dependency import Capability, Dependency, leaves
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Downstream, Equivalent, Origin, Problem
from tests.problems.files import PHOTON_TABLE, PROBLEMS

LISTS = {
    "photon-1.0-tp1-micro": "micro",
    "photon-1.0-tp1-minimal": "minimal",
    "photon-1.0-tp1-minimal-strict": "minimal",
    "photon-1.0-tp1-full": "full",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository in a libsolv pool of its own: the names its packages bear, and what they provide."""

    pool: Any
    names: frozenset[str]

    def provides(self, name: str) -> bool:
        return bool(self.pool.whatprovides(self.pool.str2id(name)))


def _load(directory: Path) -> Repository:
    pool = solv.Pool()
    pool.setdisttype(solv.Pool.DISTTYPE_RPM)
    pool.setarch("x86_64")
    repository = pool.add_repo(directory.name)
    (primary,) = (directory / "repodata").glob("*primary.xml.gz")
    file = solv.xfopen(str(primary))
    assert file
    assert repository.add_rpmmd(file, None)
    file.close()
    pool.createwhatprovides()
    names = frozenset(solvable.name for solvable in repository.solvables if solvable.arch in ("x86_64", "noarch"))
    return Repository(pool, names)


@pytest.fixture(scope="module")
def photon(data_directory: Path) -> Repository:
    return _load(data_directory / "photon-1.0-tp1")


@pytest.fixture(scope="module")
def centos(data_directory: Path) -> Repository:
    return _load(data_directory / "centos-7.2.1511")


@pytest.fixture(scope="module")
def table() -> tuple[Equivalent, ...]:
    return load_problem(PROBLEMS / "photon-1.0-tp1-full.yaml").equivalents


def _problem(name: str) -> Problem:
    return load_problem(PROBLEMS / f"{name}.yaml")


def _named(dependency: Dependency) -> set[str]:
    return {leaf.name for leaf in leaves(dependency)}


@pytest.mark.parametrize("name", LISTS)
def test_problem_asks_for_every_name_of_the_list_and_no_other(name: str, data_directory: Path) -> None:
    path = data_directory / "lists" / "photon-1.0-tp1" / f"{LISTS[name]}.json"
    listed = json.loads(path.read_text(encoding="utf-8"))["packages"]

    features = [feature.require for feature in _problem(name).features]
    asked = [require.name if isinstance(require, Capability) else _own_name(require) for require in features]

    assert sorted(asked) == sorted(listed)


def _own_name(require: object) -> str:
    """The Photon package that a feature of the form `(NAME = VERSION or ...)` may be answered with."""
    assert not isinstance(require, Capability)
    own, _ = require.operands  # type: ignore[attr-defined]  # no comps group is among these features
    assert own.evr is not None
    return str(own.name)


@pytest.mark.parametrize("name", LISTS)
def test_problem_sets_photon_against_centos_and_counts_divergence_first(name: str) -> None:
    problem = _problem(name)

    assert {source.id: source.origin for source in problem.repositories} == {
        "centos-7.2.1511": Origin.UPSTREAM,
        "photon-1.0-tp1": Origin.DOWNSTREAM,
    }
    assert [objective.kind.value for objective in problem.objectives] == ["divergence", "installed_size", "packages"]
    strict = name.endswith("strict")
    assert problem.policy.downstream is (Downstream.REBUILT if strict else Downstream.SHIPPED)


def test_a_split_name_is_really_photons_version_and_really_split(photon: Repository, centos: Repository) -> None:
    split = [
        feature.require
        for feature in _problem("photon-1.0-tp1-full").features
        if not isinstance(feature.require, Capability)
    ]

    assert len(split) == 3
    for require in split:
        own, *_ = leaves(require)  # type: ignore[arg-type]  # no comps group is among these features
        (package,) = (solvable for solvable in photon.pool.solvables if solvable.name == own.name)
        assert package.evr == own.evr
        assert own.name in centos.names
        others = _named(require) - {own.name}  # type: ignore[arg-type]
        assert others
        assert others <= centos.names


def test_every_row_has_a_reason_of_its_own_words(table: tuple[Equivalent, ...]) -> None:
    assert len(table) > 60
    assert [row.name for row in table if not 10 <= len(row.why) <= 100] == []
    assert all(row.position.file.endswith(PHOTON_TABLE.name) for row in table)


def test_a_stand_in_stands_for_something(table: tuple[Equivalent, ...]) -> None:
    stand_ins = [row for row in table if row.stand_in]

    assert {"inetutils", "photon-release"} <= {row.name for row in stand_ins}
    assert all(row.upstream for row in stand_ins)


def test_every_left_side_is_a_photon_package(table: tuple[Equivalent, ...], photon: Repository) -> None:
    assert [row.name for row in table if row.name not in photon.names] == []


def test_every_right_side_is_a_centos_package(table: tuple[Equivalent, ...], centos: Repository) -> None:
    right = {name for row in table for dependency in row.upstream for name in _named(dependency)}

    assert right - centos.names == set()


def test_a_row_is_there_only_where_the_name_alone_says_nothing(
    table: tuple[Equivalent, ...], photon: Repository, centos: Repository
) -> None:
    rows = {row.name for row in table}

    assert {name for name in rows if centos.provides(name)} == set()
    assert {name for name in photon.names - rows if not centos.provides(name)} == set()

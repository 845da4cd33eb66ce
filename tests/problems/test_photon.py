"""The Photon problems ask for Photon's image lists, and their tables of names are true of both repositories."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import solv

from optimizer.problem.dependency import Capability, Dependency, leaves
from optimizer.problem.load import load_problem
from optimizer.problem.problem import CompsGroup, Downstream, Equivalent, Feature, Origin, Problem
from tests.problems.files import EQUIVALENTS, library_files

CENTOS_7 = ("centos-7.2.1511",)
CENTOS_9 = ("centos-stream-9-baseos", "centos-stream-9-appstream")
OPENSUSE = ("opensuse-11.1-beta5",)

TP1, GA, P5 = "photon-1.0-tp1", "photon-1.0-ga", "photon-5.0"
# Problem by its stem: the lists below `lists/` whose names it asks for, all of them and no other.
LISTS: dict[str, tuple[str, ...]] = {
    **{f"{TP1}-{name}": (f"{TP1}/{name}",) for name in ("micro", "minimal", "optional", "full")},
    **{f"{TP1}-{name}-opensuse": (f"{TP1}/{name}",) for name in ("micro", "minimal", "full")},
    f"{TP1}-minimal-strict": (f"{TP1}/minimal",),
    **{
        f"{GA}-{name}": (f"{GA}/{name}",)
        for name in ("micro", "minimal", "full", "extra", "appliance", "ovs", "uefi")
    },
    **{f"{GA}-{name}": (f"{GA}/minimal", f"{GA}/{name}") for name in ("ami", "azure", "gce")},
    f"{GA}-minimal-ova": (f"{GA}/minimal_ova",),
    f"{GA}-minimal-strict": (f"{GA}/minimal",),
    f"{GA}-ostree-host": (f"{GA}/ostree_treefile_photon-base",),
    f"{GA}-ostree-server": (f"{GA}/ostree_server",),
    "photon-1.0-container": ("photon-1.0/docker_installed_set",),
    **{f"{P5}-{name}": (f"{P5}/{name}",) for name in ("minimal", "ami", "appliance", "azure", "gce", "ova")},
    **{f"{P5}-{name}": (f"{P5}/{name}",) for name in ("developer", "rt")},
    f"{P5}-container": (f"{P5}/docker_installed_set",),
    f"{P5}-metapackage-minimal": (f"{P5}/metapackage_minimal",),
    f"{P5}-minimal-strict": (f"{P5}/minimal",),
}
METAPACKAGES = frozenset(("minimal", "build-essential"))
UPSTREAM_OF = {
    "photon-1.0-to-centos-7": CENTOS_7,
    "photon-1.0-to-opensuse-11.1": OPENSUSE,
    "photon-5-to-centos-stream-9": CENTOS_9,
}
DOWNSTREAM_OF = {
    "photon-1.0-to-centos-7": (TP1, GA),
    "photon-1.0-to-opensuse-11.1": (TP1,),
    "photon-5-to-centos-stream-9": (P5,),
}
SPEAKER = {
    "photon-1.0-to-centos-7": f"{TP1}-full",
    "photon-1.0-to-opensuse-11.1": f"{TP1}-full-opensuse",
    "photon-5-to-centos-stream-9": f"{P5}-minimal",
}
TABLES = sorted(UPSTREAM_OF)


@dataclass(frozen=True, slots=True)
class Repository:
    """Repositories in a libsolv pool of their own: the names their packages bear, and what they provide."""

    pool: Any
    names: frozenset[str]

    def provides(self, name: str) -> bool:
        return bool(self.pool.whatprovides(self.pool.str2id(name)))

    def requires(self, name: str) -> list[str]:
        """Return what the package of this name requires, before its installation or after."""
        (package, *_) = (solvable for solvable in self.pool.solvables if solvable.name == name)
        return _requires(package)


def _load(directories: list[Path]) -> Repository:
    pool = solv.Pool()
    pool.setdisttype(solv.Pool.DISTTYPE_RPM)
    pool.setarch("x86_64")
    for directory in directories:
        repository = pool.add_repo(directory.name)
        (path,) = (*(directory / "repodata").glob("*primary.xml.gz"), *directory.glob("*.solv"))
        file = solv.xfopen(str(path))
        assert file
        assert repository.add_solv(file) if path.suffix == ".solv" else repository.add_rpmmd(file, None)
        file.close()
    pool.createwhatprovides()
    names = frozenset(solvable.name for solvable in pool.solvables if solvable.arch in ("x86_64", "noarch"))
    return Repository(pool, names)


@pytest.fixture(scope="module")
def repositories(data_directory: Path) -> dict[tuple[str, ...], Repository]:
    wanted = {*UPSTREAM_OF.values(), *DOWNSTREAM_OF.values()}
    return {ids: _load([data_directory / name for name in ids]) for ids in sorted(wanted)}


def _table_of(problem: Problem) -> str:
    return Path(problem.equivalents[0].position.file).stem


@pytest.fixture(scope="module")
def tables() -> dict[str, tuple[Equivalent, ...]]:
    return {name: load_problem(_photon_files()[SPEAKER[name]]).equivalents for name in TABLES}


def _photon_files() -> dict[str, Path]:
    return {path.stem: path for path in library_files() if path.stem.startswith("photon-")}


def _named(dependency: Dependency) -> set[str]:
    return {leaf.name for leaf in leaves(dependency)}


def _own_name(feature: Feature) -> str:
    """The Photon name a feature asks for: alone, or at Photon's version in an `or` with what else will do."""
    require = feature.require
    assert not isinstance(require, CompsGroup)
    if isinstance(require, Capability):
        return require.name
    first = require.operands[0]
    assert isinstance(first, Capability)
    assert first.evr is not None
    return first.name


def _listed(data: Path, name: str) -> list[str]:
    path = data / "lists" / f"{name}.json"
    return list(json.loads(path.read_text(encoding="utf-8"))["packages"])


def test_every_list_of_photon_has_its_problem(data_directory: Path) -> None:
    folders = (TP1, GA, P5, "photon-1.0")
    stored = {
        f"{path.parent.name}/{path.stem}"
        for folder in folders
        for path in (data_directory / "lists" / folder).glob("*")
    }

    assert stored - {name for names in LISTS.values() for name in names} == {"photon-1.0/docker_rpm_qa"}
    assert {name for name in _photon_files() if not name.endswith("-in-step")} == LISTS.keys()


@pytest.mark.parametrize("name", LISTS)
def test_problem_asks_for_every_name_of_the_list_and_no_other(
    name: str, data_directory: Path, repositories: dict[tuple[str, ...], Repository]
) -> None:
    listed = {package for part in LISTS[name] for package in _listed(data_directory, part)}
    while met := listed & METAPACKAGES:
        listed -= met
        listed |= {required for package in met for required in repositories[(P5,)].requires(package)}

    asked = [_own_name(feature) for feature in load_problem(_photon_files()[name]).features]

    assert sorted(asked) == sorted(listed)


@pytest.mark.parametrize("name", [name for name in _photon_files() if name.endswith("-in-step")])
def test_what_a_problem_in_step_leaves_out_is_borne_upstream(
    name: str, tables: dict[str, tuple[Equivalent, ...]], repositories: dict[tuple[str, ...], Repository]
) -> None:
    """So that only the dates of the stored copies are left out, but for what the file's comment says."""
    whole = {_own_name(feature) for feature in load_problem(_photon_files()[name.removesuffix("-in-step")]).features}
    left = whole - {_own_name(feature) for feature in load_problem(_photon_files()[name]).features}
    borne = {row.name for row in tables["photon-5-to-centos-stream-9"] if row.upstream}
    gone = {one for one in left if one not in borne and not repositories[CENTOS_9].provides(one)}

    assert left
    assert gone <= {"perl-DBIx-Simple"}
    assert all(one in _photon_files()[name].read_text(encoding="utf-8").partition("format:")[0] for one in gone)


@pytest.mark.parametrize("name", LISTS)
def test_problem_sets_photon_against_its_upstream_and_counts_divergence_first(name: str) -> None:
    problem = load_problem(_photon_files()[name])

    table = _table_of(problem)
    upstream = {source.id for source in problem.repositories if source.origin is Origin.UPSTREAM}
    downstream = {source.id for source in problem.repositories if source.origin is Origin.DOWNSTREAM}
    assert upstream == set(UPSTREAM_OF[table])
    assert len(downstream) == 1
    assert downstream <= set(DOWNSTREAM_OF[table])
    assert [objective.kind.value for objective in problem.objectives] == ["divergence", "installed_size", "packages"]
    strict = name.endswith("strict")
    assert problem.policy.downstream is (Downstream.REBUILT if strict else Downstream.SHIPPED)
    assert any(row.stand_in for row in problem.equivalents) is not strict


@pytest.mark.parametrize("name", LISTS)
def test_a_split_name_is_really_photons_version_and_really_split(
    name: str, repositories: dict[tuple[str, ...], Repository]
) -> None:
    problem = load_problem(_photon_files()[name])
    table = _table_of(problem)
    (own_id,) = (source.id for source in problem.repositories if source.origin is Origin.DOWNSTREAM)
    photon = next(repositories[ids] for ids in DOWNSTREAM_OF.values() if own_id in ids)
    upstream = repositories[UPSTREAM_OF[table]]

    for feature in problem.features:
        if isinstance(feature.require, CompsGroup | Capability):
            continue
        own, *_ = leaves(feature.require)
        versions = {solvable.evr for solvable in photon.pool.solvables if solvable.name == own.name}
        assert own.evr in versions
        assert upstream.provides(own.name)
        others = _named(feature.require) - {own.name}
        assert others
        assert {other for other in others if not upstream.provides(other)} == set()


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_reason_of_its_own_words(name: str, tables: dict[str, tuple[Equivalent, ...]]) -> None:
    assert len(tables[name]) > 60
    assert [row.name for row in tables[name] if not 10 <= len(row.why) <= 100] == []


def test_every_table_belongs_to_a_pair() -> None:
    assert sorted(path.stem for path in EQUIVALENTS.glob("*.yaml")) == TABLES
    assert {name: _table_of(load_problem(_photon_files()[SPEAKER[name]])) for name in TABLES} == dict(
        zip(TABLES, TABLES, strict=True)
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_stand_in_stands_for_something(name: str, tables: dict[str, tuple[Equivalent, ...]]) -> None:
    stand_ins = [row for row in tables[name] if row.stand_in]

    assert {"iana-etc", "photon-release"} <= {row.name for row in stand_ins}
    assert all(row.upstream for row in stand_ins)


@pytest.mark.parametrize("name", TABLES)
def test_every_left_side_is_a_photon_package(
    name: str, tables: dict[str, tuple[Equivalent, ...]], repositories: dict[tuple[str, ...], Repository]
) -> None:
    photon = repositories[DOWNSTREAM_OF[name]]

    assert [row.name for row in tables[name] if row.name not in photon.names] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_right_side_is_an_upstream_package(
    name: str, tables: dict[str, tuple[Equivalent, ...]], repositories: dict[tuple[str, ...], Repository]
) -> None:
    right = {named for row in tables[name] for dependency in row.upstream for named in _named(dependency)}

    assert right - repositories[UPSTREAM_OF[name]].names == set()


@pytest.mark.parametrize("name", TABLES)
def test_a_row_is_there_only_where_the_name_alone_says_nothing(
    name: str,
    data_directory: Path,
    tables: dict[str, tuple[Equivalent, ...]],
    repositories: dict[tuple[str, ...], Repository],
) -> None:
    """Both ways; Photon 5.0's table is about what its image lists reach, the others about every package."""
    rows = {row.name for row in tables[name]}
    photon, upstream = repositories[DOWNSTREAM_OF[name]], repositories[UPSTREAM_OF[name]]
    spoken_of = _reached(photon, data_directory) if name.startswith("photon-5") else photon.names

    assert {row for row in rows if upstream.provides(row)} == set()
    assert rows - spoken_of == set()
    assert {one for one in spoken_of - rows - METAPACKAGES if not upstream.provides(one)} == set()


def _reached(photon: Repository, data: Path) -> set[str]:
    """Every package that Photon 5.0's lists name or that these require in turn, whoever provides it."""
    open_names = {
        package for path in (data / "lists" / P5).glob("*.json") for package in _listed(data, f"{P5}/{path.stem}")
    }
    asked, reached = set(open_names), set[str]()
    while open_names:
        for package in photon.pool.whatprovides(photon.pool.Dep(open_names.pop())):
            if package.name not in reached:
                reached.add(package.name)
                open_names |= set(_requires(package)) - asked
                asked |= open_names
    return reached


def _requires(package: Any) -> list[str]:
    """Return the names a package requires, before its installation or after; rich dependencies are left out."""
    texts = (str(dependency) for dependency in package.lookup_deparray(solv.SOLVABLE_REQUIRES, 0))
    return [text.partition(" ")[0] for text in texts if not text.startswith(("(", "solvable:"))]

"""The build closure: on a release made for the test, and on Photon's own."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from benchmarks.build_closure import BuildReport, UnknownSourceError, build_closure, load_sources
from optimizer.pipeline import Settings, solve_file
from optimizer.problem.dependency import Dependency, parse_dependency
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Equivalent, Origin, Position
from tests.oracle.repositories import write_repositories
from tests.oracle.world import OraclePackage, World
from tests.requirements import PROJECT_ROOT

RELEASE, UPSTREAM = "tiny", "base"


def _dependencies(*texts: str) -> tuple[Dependency, ...]:
    return tuple(map(parse_dependency, texts))


def _package(name: str, source: str, *requires: str) -> OraclePackage:
    return OraclePackage(name, repository=RELEASE, source=source, requires=_dependencies(*requires))


def _source(name: str, *requires: str, version: str = "1") -> OraclePackage:
    return OraclePackage(
        name,
        version=version,
        arch="src",
        repository=f"{RELEASE}-source",
        source=None,
        requires=_dependencies(*requires),
    )


def _upstream(name: str) -> OraclePackage:
    return OraclePackage(name, repository=UPSTREAM, source=name)


PACKAGES = (
    _upstream("gcc"),
    _upstream("openssl-devel"),
    _upstream("glib2-devel"),
    _upstream("xz"),
    _upstream("xz-devel"),
    _source("ship", "gcc", "keel-devel", "(mast or sail)", "openssl-devel >= 9"),
    _source("keel", "tar-devel"),
    _source("hull", "ship", "compiler"),
    _source("compiler", "compiler", version="1"),
    _source("compiler", "compiler", "gcc", version="2"),
    _source("tar", "xz-all", "glib-devel", "gone"),
    _source("mast"),
    _package("ship", "ship", "hull-libs"),
    _package("keel-devel", "keel", "gcc", "hull-libs"),
    _package("hull-libs", "hull"),
    _package("compiler", "compiler"),
    _package("tar-devel", "tar"),
    _package("mast", "mast"),
)
_AT = Position("test", 1, "")
EQUIVALENTS = (
    Equivalent("glib-devel", _dependencies("glib2-devel"), "renamed", False, _AT),
    Equivalent("xz-all", _dependencies("xz", "xz-devel"), "split", False, _AT),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A release `tiny`, its sources and an upstream `base`, as the directory of real metadata has them."""
    origins = ((UPSTREAM, Origin.UPSTREAM), (RELEASE, Origin.DOWNSTREAM), (f"{RELEASE}-source", Origin.DOWNSTREAM))
    write_repositories(World(origins, PACKAGES), tmp_path)
    lists = {
        name: {"license": "MIT", "patches": patches, "cve_patches": cves, "binaries": [name]}
        for name, patches, cves in [
            ("ship", 3, 1),
            ("keel", 0, 0),
            ("hull", 0, 0),
            ("compiler", 2, 0),
            ("tar", 0, 0),
            ("mast", 0, 0),
        ]
    }
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / f"{RELEASE}-sources.json").write_text(json.dumps(lists))
    return tmp_path


def _met(report: BuildReport, name: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    (source,) = (one for one in report.sources if one.facts.name == name)
    return source.met_by_upstream, source.met_by_divergent, source.met_by_nobody


def test_sources_have_what_metadata_and_list_say_and_the_newer_version(data: Path) -> None:
    sources = load_sources(data, RELEASE)
    assert list(sources) == ["compiler", "hull", "keel", "mast", "ship", "tar"]
    assert sources["compiler"].evr == "2-1"
    assert sources["compiler"].build_requires == ("compiler", "gcc")
    assert (sources["ship"].patches, sources["ship"].cve_patches, sources["ship"].license) == (3, 1, "MIT")


def test_each_build_requirement_is_met_by_upstream_by_the_set_or_by_nobody(data: Path) -> None:
    report = build_closure(RELEASE, ["ship", "keel"], data, [UPSTREAM])
    assert _met(report, "ship") == (("gcc",), ("keel-devel",), ("(mast or sail)", "openssl-devel >= 9"))
    assert _met(report, "keel") == ((), (), ("tar-devel",))
    assert report.totals.met_by_nobody == 3
    assert report.totals.build_requires == 5


def test_equivalents_are_upstream_where_upstream_has_all_of_them(data: Path) -> None:
    bare = build_closure(RELEASE, ["tar"], data, [UPSTREAM])
    assert _met(bare, "tar") == ((), (), ("glib-devel", "gone", "xz-all"))
    report = build_closure(RELEASE, ["tar"], data, [UPSTREAM], equivalents=EQUIVALENTS)
    assert _met(report, "tar") == (("glib-devel", "xz-all"), (), ("gone",))
    halved = Equivalent("xz-all", _dependencies("xz", "lzma"), "split", False, _AT)
    assert _met(build_closure(RELEASE, ["tar"], data, [UPSTREAM], equivalents=[halved]), "tar")[0] == ()


def test_the_cost_counts_cve_patches_twice_and_what_nobody_meets(data: Path) -> None:
    report = build_closure(RELEASE, ["ship", "keel", "compiler"], data, [UPSTREAM])
    assert report.weights == {"compiler": 1 + 2, "keel": 1 + 1, "ship": 1 + 3 + 1 + 2}
    assert report.totals.cost == 12


def test_the_costs_are_weights_that_a_problem_takes(data: Path) -> None:
    report = build_closure(RELEASE, ["ship", "keel", "compiler"], data, [UPSTREAM])
    document = {
        "format": 1,
        "name": "weighted",
        "arch": "x86_64",
        "repositories": [{"id": RELEASE, "origin": "downstream", "baseurl": RELEASE}],
        "features": {"required": ["ship", "mast"]},
        "objectives": [{"divergence": {"weights": report.weights}}],
    }
    file = data / "problem.yaml"
    file.write_text(json.dumps(document))
    result = solve_file(file, Settings(divergence=False))
    assert [(stage.objective, stage.value) for stage in result.record.stages][:1] == [("divergence", 7 + 1 + 1)]


def test_a_build_root_draws_in_what_its_packages_need_at_run_time(data: Path) -> None:
    report = build_closure(RELEASE, ["ship", "keel", "hull"], data, [UPSTREAM])
    needs = {(need.source, need.needs): need.because for need in report.needs}
    assert needs["ship", "keel"] == ("keel-devel",)
    assert needs["ship", "hull"] == ("keel-devel: hull-libs",)
    assert needs["hull", "ship"] == ("ship",)
    assert needs["hull", "hull"] == ("ship: hull-libs",)


def test_cycles_are_broken_and_the_rest_is_in_order(data: Path) -> None:
    report = build_closure(RELEASE, ["ship", "keel", "hull", "compiler", "mast"], data, [UPSTREAM])
    assert [cycle.sources for cycle in report.cycles] == [("compiler",), ("hull", "ship")]
    broken = [(need.source, need.needs) for need in report.broken]
    assert broken == [("compiler", "compiler"), ("hull", "hull"), ("hull", "ship")]
    assert report.order == (("compiler", "keel", "mast"), ("hull",), ("ship",))
    assert (report.totals.cycles, report.totals.broken) == (2, 3)


def test_the_closure_names_the_sources_to_add_and_what_the_release_lacks(data: Path) -> None:
    report = build_closure(RELEASE, ["ship", "keel"], data, [UPSTREAM], equivalents=EQUIVALENTS)
    assert report.added == ("compiler", "hull", "mast", "tar")
    assert report.absent == ("gone", "openssl-devel >= 9")


def test_a_name_that_is_no_source_is_told(data: Path) -> None:
    with pytest.raises(UnknownSourceError, match="tiny has no source keel-devel, rudder") as raised:
        build_closure(RELEASE, ["ship", "rudder", "keel-devel"], data, [UPSTREAM])
    assert raised.value.names == ("keel-devel", "rudder")


def test_a_report_can_be_written_and_read_back(data: Path) -> None:
    report = build_closure(RELEASE, ["hull", "ship", "tar"], data, [UPSTREAM])
    again = build_closure(RELEASE, ["tar", "ship", "hull"], data, [UPSTREAM])
    written = msgspec.json.encode(report)
    assert msgspec.json.encode(again) == written
    assert msgspec.json.decode(written, type=BuildReport) == report


@pytest.mark.data
def test_tp1_with_nothing_upstream_builds_itself_without_a_cycle(data_directory: Path) -> None:
    sources = load_sources(data_directory, "photon-1.0-tp1")
    report = build_closure("photon-1.0-tp1", sources, data_directory, [])
    assert report.totals.sources == 188
    assert report.totals.met_by_divergent == report.totals.build_requires == 379
    assert (report.cycles, report.added, report.absent) == ((), (), ())
    assert len(report.order) == 9


@pytest.mark.data
def test_most_of_what_tp1_builds_with_centos_has(data_directory: Path) -> None:
    problem = load_problem(PROJECT_ROOT / "problems" / "photon-1.0-tp1-full.yaml")
    upstream = [source.id for source in problem.repositories if source.origin is Origin.UPSTREAM]
    divergent = ["linux", "open-vm-tools", "rocket", "tdnf"]
    report = build_closure(
        "photon-1.0-tp1", divergent, data_directory, upstream, equivalents=problem.equivalents, policy=problem.policy
    )
    met = {source.facts.name: source.met_by_nobody for source in report.sources if source.met_by_nobody}
    assert met == {"open-vm-tools": ("xml-security-c-devel",)}
    assert report.added == ("xml-security-c",)
    assert report.weights["open-vm-tools"] == 4

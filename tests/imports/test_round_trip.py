"""Export, then import: the problem asks for what the answer has, for every format that both directions know.

The full list of an answer comes back as one feature for each package, with its version pinned where the format says
versions; a short request comes back as the names it has. Excludes and the weak-dependency switch come back too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported, export_answer
from optimizer.export.format import Expresses, Format
from optimizer.export.formats import FORMATS as WRITTEN
from optimizer.export.formats import load_format
from optimizer.export.loss import losses
from optimizer.export.request import Request, Wanted, evr_of
from optimizer.imports.formats import FORMATS as READ
from optimizer.imports.formats import format_of, read_request
from optimizer.imports.problem_text import problem_text
from optimizer.imports.settle import Imported, settle
from optimizer.imports.source import read_source
from optimizer.pipeline import Settings, solve_file
from optimizer.problem.load import load_problem
from tests.export.answers import ANSWERS, real
from tests.export.making import small
from tests.requirements import PROJECT_ROOT

#: A format of ours that is read as another, since it is one.
_AS = {"containerfile-bootc": "containerfile"}
_BOTH = sorted(name for name in WRITTEN if _AS.get(name, name) in READ)
_REQUESTS = [name for name in _BOTH if name != "content-resolver-unwanted"]


def _format(name: str) -> Format:
    found = load_format(name)
    assert isinstance(found, Format)
    return found


_STEERABLE = [name for name in _REQUESTS if _format(name).steerable]


def _again(name: str, exported: Exported, folder: Path) -> Imported:
    file = folder / _format(name).file_name
    file.write_bytes(_format(name).write(exported))
    assert format_of(read_source(file)) == _AS.get(name, name)
    imported = settle(read_request(file, arch=exported.manifest.arch, pins=True))
    problem = folder / "problem.yaml"
    problem.write_text(problem_text(imported))
    assert len(load_problem(problem).features) == len(imported.required) + len(imported.optional)
    return imported


def _features(imported: Imported) -> set[str]:
    """Return the features but for those that a builder or a placeholder adds by itself."""
    added = ("linux_flavor", "a placeholder", "the placeholder")
    return {str(item.value) for item in imported.required if not item.note.startswith(added)}


_NARROW = ("i386", "i486", "i586", "i686")


def _spelt(package: ManifestPackage, exported: Exported) -> str:
    """Return the feature a package becomes: of two architectures each says which."""
    if package.arch in _NARROW:
        return f"{package.name}(x86-32)"
    both = any(one.name == package.name and one.arch in _NARROW for one in exported.packages)
    return f"{package.name}(x86-64)" if both else package.name


def _name(feature: str) -> str:
    return feature.removesuffix("(x86-32)").removesuffix("(x86-64)")


@pytest.mark.parametrize("answer", [*ANSWERS, "small"])
@pytest.mark.parametrize("name", _REQUESTS)
def test_the_full_list_comes_back(name: str, answer: str, tmp_path: Path) -> None:
    exported = small() if answer == "small" else real(answer)
    imported = _again(name, exported, tmp_path)
    expected = {_spelt(package, exported) for package in exported.packages}
    told = [word for loss in losses(_format(name), exported) for word in loss.concerned]
    assert _features(imported) <= expected | {package.name for package in exported.packages}
    for missing in expected - _features(imported):
        named = _name(missing)
        placed = any(item.value == named and item.note for item in imported.required)
        assert placed or any(word.startswith(named) for word in told), f"{missing} is lost without a word"
    if Expresses.VERSIONS in _format(name).expresses:
        pinned = {str(item.value) for item in imported.pins if isinstance(item.value, str)}
        names = {_name(feature) for feature in _features(imported)}
        versions = {f"{one.name} = {evr_of(one)}" for one in exported.packages if one.name in names}
        assert pinned == versions


def test_both_architectures_of_a_name_come_back(tmp_path: Path) -> None:
    """By its bare name the 64-bit package would be dropped: the 32-bit one has that name too."""
    answer = solve_file(PROJECT_ROOT / "problems" / "demo" / "multilib.yaml", Settings())
    assert answer.manifest is not None
    assert answer.divergence is not None
    exported = export_answer(answer.manifest, answer.divergence, answer.record, answer.instance)
    _again("kickstart", exported, tmp_path)
    manifest = solve_file(tmp_path / "problem.yaml", Settings()).manifest
    assert manifest is not None
    assert {(one.name, one.arch) for one in manifest.packages} == {(one.name, one.arch) for one in exported.packages}


@pytest.mark.parametrize("name", _BOTH)
def test_excludes_and_the_weak_switch_come_back(name: str, tmp_path: Path) -> None:
    exported = small()
    imported = _again(name, exported, tmp_path)
    says = _format(name).expresses
    if Expresses.EXCLUDES in says and _format(name).steerable:
        assert [item.value for item in imported.forbidden] == list(exported.request.excludes)
    if Expresses.WEAK_SWITCH in says and _format(name).steerable:
        assert imported.weak is exported.request.weak


@pytest.mark.parametrize("weak", [False, True])
@pytest.mark.parametrize("name", _STEERABLE)
def test_a_short_request_comes_back(name: str, weak: bool, tmp_path: Path) -> None:
    exported = small()
    short = Request((Wanted("bash"), Wanted("keel", "x86_64", "1.4~rc1-2.ours")), ("tzdata",), weak=weak, full=False)
    imported = _again(name, replace(exported, request=short), tmp_path)
    assert _features(imported) == {"bash"} if name == "content-resolver-workload" else {"bash", "keel"}
    says = _format(name).expresses
    if Expresses.VERSIONS in says:
        assert [item.value for item in imported.pins if isinstance(item.value, str)] == ["keel = 1.4~rc1-2.ours"]
    if Expresses.EXCLUDES in says:
        assert [item.value for item in imported.forbidden] == ["tzdata"]
    if Expresses.WEAK_SWITCH in says and not name.startswith("photon-"):
        assert imported.weak is weak


@pytest.mark.parametrize("name", ["photon-installer", "photon-packages"])
def test_tdnf_follows_no_weak_dependencies_whatever_is_asked(name: str, tmp_path: Path) -> None:
    exported = small()
    request = replace(exported.request, weak=True)
    assert not _again(name, replace(exported, request=request), tmp_path).weak


def test_unwanted_packages_come_back(tmp_path: Path) -> None:
    exported = small()
    imported = _again("content-resolver-unwanted", exported, tmp_path)
    assert [item.value for item in imported.forbidden] == list(exported.request.excludes)


def test_the_formats_of_both_directions_are_these() -> None:
    assert set(WRITTEN) - set(_BOTH) == {
        "bazeldnf",
        "copr",
        "cyclonedx",
        "dnf-arguments",
        "dot",
        "image-customizer",
        "koji",
        "libsolv-testcase",
        "osbuild-manifest",
        "repository-file",
        "spdx",
    }
    assert len(_STEERABLE) >= 8

"""Export, import, solve: the same packages come out, for every format that both directions know.

What a format is told to lose is what may come out otherwise, and nothing else: versions, architectures, packages that
the builder adds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from optimizer.answer.manifest import ManifestPackage
from optimizer.export.exported import Exported, export_answer
from optimizer.export.format import Besides, Expresses, Format
from optimizer.export.formats import FORMATS as WRITTEN
from optimizer.export.formats import load_format
from optimizer.export.loss import losses
from optimizer.export.request import evr_of
from optimizer.imports.formats import FORMATS as READ
from optimizer.imports.formats import read_request
from optimizer.imports.places import GivenRepository
from optimizer.imports.problem_text import problem_text
from optimizer.imports.settle import Imported, settle
from optimizer.pipeline import Settings, solve_file
from tests.requirements import PROJECT_ROOT, require_data

#: A format of ours that is read as another, since it is one.
_AS = {"containerfile-bootc": "containerfile"}
#: All of them but a list of what to keep out, which asks for nothing.
_BOTH = sorted(name for name in {*WRITTEN} - {"content-resolver-unwanted"} if _AS.get(name, name) in READ)
_PROBLEMS = {
    "upstream-only": "problems/demo/upstream-only.yaml",
    "multilib": "problems/demo/multilib.yaml",
    "cs9-host": "problems/real/cs9-host.yaml",
}
_OF_REAL_DATA = ("cs9-host",)


#: A package may come out of another architecture, or one of several of a name alone.
_ARCHITECTURE = {Expresses.ARCHITECTURE, Expresses.SAME_NAME}
#: Packages that nobody asked for may come in: the builder adds them, or follows weak dependencies.
_MORE = {Expresses.WEAK_SWITCH, Besides.PACKAGES}

_Key = tuple[str, str | None, str | None]


@cache
def _answer(name: str) -> Exported:
    """Return an answer whose repositories are where the metadata lie."""
    mirror = require_data() if name in _OF_REAL_DATA else None
    result = solve_file(PROJECT_ROOT / _PROBLEMS[name], Settings(mirror=mirror))
    assert result.manifest is not None
    assert result.divergence is not None
    urls = {one.repository: one.location for one in result.instance.inputs}
    return export_answer(result.manifest, result.divergence, result.record, result.instance, urls=urls)


def _format(name: str) -> Format:
    found = load_format(name)
    assert isinstance(found, Format)
    return found


def _imported(file: Path, exported: Exported) -> Imported:
    """Return what comes back, without the kernel that Photon's installer adds: these repositories have no `linux`.

    Where the file has no place for a repository, the user gives them: `--repository ID=URL`.
    """
    request = read_request(file, arch=exported.manifest.arch, pins=True)
    imported = settle(request)
    if imported.placeholders:
        inputs = exported.instance.inputs
        imported = settle(request, [GivenRepository(one.repository, one.location) for one in inputs])
        assert not imported.placeholders
    required = tuple(item for item in imported.required if not item.note.startswith("linux_flavor"))
    return replace(imported, required=required)


@pytest.mark.parametrize(
    "answer", [pytest.param(one, marks=[pytest.mark.data] if one in _OF_REAL_DATA else []) for one in _PROBLEMS]
)
@pytest.mark.parametrize("name", _BOTH)
def test_the_same_set(name: str, answer: str, tmp_path: Path) -> None:
    exported, format_ = _answer(answer), _format(name)
    file, problem = tmp_path / format_.file_name, tmp_path / "problem.yaml"
    file.write_bytes(format_.write(exported))
    problem.write_text(problem_text(_imported(file, exported)))
    manifest = solve_file(problem, Settings()).manifest
    assert manifest is not None
    lost = losses(format_, exported)
    kinds = {loss.kind for loss in lost}
    versions, architectures = Expresses.VERSIONS not in kinds, kinds.isdisjoint(_ARCHITECTURE)
    untold = {
        word.rpartition(".")[0] or word for loss in lost if loss.kind in _ARCHITECTURE for word in loss.concerned
    }

    def key(package: ManifestPackage) -> _Key:
        return package.name, package.arch if architectures else None, evr_of(package) if versions else None

    def keys(packages: Iterable[ManifestPackage]) -> set[_Key]:
        return {key(package) for package in packages if package.name not in untold}

    found, expected = keys(manifest.packages), keys(exported.packages)
    if kinds.isdisjoint(_MORE):
        assert found == expected
    else:
        assert found >= expected
    if not kinds:
        assert len(manifest.packages) == len(exported.packages)


def test_the_formats_that_bring_back_every_version_and_no_other_package_are_these() -> None:
    assert {name for name in _BOTH if not losses(_format(name), _answer("upstream-only"))} == {
        "containerfile",
        "dnf-transaction",
        "kickstart",
        "kiwi",
        "mkosi",
        "photon-packages",
        "rpm-ostree-lockfile",
        "rpm-ostree-treefile",
        "rpm-package-manifest",
        "rpms-lock",
    }

"""Totals, reuse and who requires what, added up by hand."""

from __future__ import annotations

import msgspec
import pytest

from optimizer.answer.manifest import Manifest, write_manifest
from optimizer.model.solution import Solution, SolveStatus
from optimizer.universe.instance import Instance, PackageOrigin, Source
from tests.model.making import make, package

UP, DOWN, VIRTUAL, STUB = (PackageOrigin(word) for word in ("upstream", "downstream", "virtual", "stub"))
SOURCES = tuple(Source(name=name, evr="9-9", origin=origin) for name, origin in (("s", UP), ("t", DOWN), ("u", STUB)))
PACKAGES = [
    package("b", 0, installed_bytes=10, download_bytes=4, epoch=3, checksum="sha256:00", location="b.rpm"),
    package("a", 0, installed_bytes=20, download_bytes=None),
    package("d", 1, installed_bytes=70, download_bytes=5, origin=DOWN, repository="own"),
    package("n", 2, installed_bytes=None, download_bytes=None, origin=STUB, repository="@stubs"),
    package("v", origin=VIRTUAL, installed_bytes=0, download_bytes=0),
    package("x", 1, installed_bytes=1000, origin=DOWN),
]
INSTANCE = make(
    PACKAGES,
    sources=SOURCES,
    requires=[("a", "v"), ("v", "b"), ("d", ("any", ("not", "x"), "a")), ("x", "a")],
    recommends=[("n", "d")],
    required=["n", ("any", "d", "x")],
)


def manifest_of(instance: Instance, *chosen: int) -> Manifest:
    """The manifest of a choice."""
    return write_manifest(instance, Solution(status=SolveStatus.OPTIMAL, packages=chosen))


MANIFEST = manifest_of(INSTANCE, 0, 1, 2, 3, 4)


def test_packages_are_in_order_and_virtual_ones_left_out() -> None:
    assert [one.name for one in MANIFEST.packages] == ["a", "b", "d", "n"]
    assert (MANIFEST.format, MANIFEST.problem, MANIFEST.arch) == (1, "made", "x86_64")


def test_a_package_is_told_in_full() -> None:
    told = msgspec.to_builtins(MANIFEST.packages[1])
    assert told.items() >= {
        "name": "b", "epoch": 3, "version": "1", "release": "1", "arch": "noarch", "repository": "base",
        "origin": "upstream", "source": "s-9-9", "installed_size": 10, "download_size": 4, "checksum": "sha256:00",
        "location": "b.rpm", "required_by": ("v",),
    }.items()  # fmt: skip


def test_askers_are_the_chosen_packages_and_features_that_ask() -> None:
    askers = {one.name: one.required_by for one in MANIFEST.packages}
    assert askers == {
        "a": ("d",),
        "b": ("v",),
        "d": ("feature: ('any', 'd', 'x')",),
        "n": ("feature: n",),
    }


def test_totals_leave_unknown_sizes_out_and_count_them() -> None:
    totals = msgspec.to_builtins(MANIFEST.totals)
    assert totals.pop("unknown_sizes") == {"installed": 1, "download": 2}
    assert totals.items() >= {
        "packages": 4, "sources": 3, "installed_size": 100, "download_size": 9,
    }.items()  # fmt: skip


def test_reuse_is_told_by_source_package_and_byte_with_its_denominators() -> None:
    assert msgspec.to_builtins(MANIFEST.reuse) == {
        "sources": pytest.approx(1 / 3, abs=1e-6), "packages": 0.5, "bytes": 0.3,
        "of": {"sources": 3, "packages": 4, "bytes": 100},
    }  # fmt: skip


def test_reuse_of_nothing_is_no_number() -> None:
    reuse = manifest_of(INSTANCE, 4).reuse
    assert (reuse.sources, reuse.packages, reuse.bytes) == (None, None, None)
    assert (reuse.of.sources, reuse.of.packages, reuse.of.bytes) == (0, 0, 0)
    unsized = manifest_of(INSTANCE, 3).reuse
    assert (unsized.sources, unsized.packages, unsized.bytes) == (0.0, 0.0, None)

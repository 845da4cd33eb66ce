"""Ids that are their own fragment, and texts in which nothing hides."""

from __future__ import annotations

import re
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from optimizer.answer.manifest import ManifestPackage
from optimizer.report.anchor import anchor, package_anchors, unique_anchors, visible

_FRAGMENT = re.compile(r"[A-Za-z0-9!$()*+,;:@._~/%-]*")


@given(st.text())
def test_an_id_is_a_fragment_that_leads_back_to_the_name(name: str) -> None:
    found = anchor("package", name)
    assert _FRAGMENT.fullmatch(found)
    assert unquote(found.removeprefix("package-")) == name


@given(st.lists(st.text(max_size=3), max_size=30))
def test_no_two_ids_are_the_same(names: list[str]) -> None:
    anchors = unique_anchors("feature", names)
    assert len(set(anchors)) == len(names)


def test_usual_names_stay_readable() -> None:
    assert anchor("package", "libstdc++") == "package-libstdc++"
    assert anchor("package", "libsigc++20", "demo/") == "demo/package-libsigc++20"
    assert anchor("feature", "(dnf or tdnf)") == "feature-(dnf%20or%20tdnf)"
    assert anchor("package", "\ud800") == "package-%5Cud800"


def _package(name: str, arch: str, version: str = "1") -> ManifestPackage:
    return ManifestPackage(
        name=name,
        epoch=0,
        version=version,
        release="1",
        arch=arch,
        repository="r",
        origin="upstream",
        source=f"{name}-1-1",
        installed_size=None,
        download_size=None,
        checksum="",
        location="",
        required_by=(),
    )


def test_the_plain_name_is_the_package_of_the_problem_s_architecture() -> None:
    packages = [_package("glibc", "i686"), _package("glibc", "x86_64"), _package("tzdata", "noarch")]
    assert package_anchors(packages, "x86_64") == ["package-glibc.i686", "package-glibc", "package-tzdata"]


def test_several_versions_of_a_name_are_told_apart() -> None:
    packages = [_package("kernel", "x86_64", version) for version in "123"]
    assert package_anchors(packages, "x86_64") == [
        "package-kernel",
        "package-kernel.x86_64",
        "package-kernel.x86_64~2",
    ]


@given(st.text())
def test_what_is_shown_can_be_seen(text: str) -> None:
    assert visible(text).isprintable()
    if text.isprintable():
        assert visible(text) == text


def test_what_turns_a_text_around_is_spelt() -> None:
    assert visible("a\u202eb\x1b[1m\ud800\U000e0001") == "a\\u202eb\\u001b[1m\\ud800\\U000e0001"

"""Names with versions: the examples of rpm's own output, and names that only look like them."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.imports.argument import Understood, understand
from optimizer.imports.nevra import Nevra, parse_argument, parse_nevra, spell_evr, tidy_evr

_WORD = st.text("abcz019._+~", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("bash-5.2.26-3.fc40.x86_64", Nevra("bash", "5.2.26-3.fc40", "x86_64")),
        ("glibc-common-2.34-168.el9.i686", Nevra("glibc-common", "2.34-168.el9", "i686")),
        ("NetworkManager-1:1.46.2-1.fc40.x86_64", Nevra("NetworkManager", "1:1.46.2-1.fc40", "x86_64")),
        ("1:NetworkManager-1.46.2-1.fc40.x86_64", Nevra("NetworkManager", "1:1.46.2-1.fc40", "x86_64")),
        ("bash-0:5.2.26-3.fc40.x86_64", Nevra("bash", "5.2.26-3.fc40", "x86_64")),
        ("bash-(none):5.2.26-3.fc40.x86_64", Nevra("bash", "5.2.26-3.fc40", "x86_64")),
        ("libstdc++-14.2.1-3.fc41.noarch", Nevra("libstdc++", "14.2.1-3.fc41", "noarch")),
        ("kernel-6.12.0~rc1-1.noarch", Nevra("kernel", "6.12.0~rc1-1", "noarch")),
        ("name-1-2.(none)", Nevra("name", "1-2", "(none)")),
    ],
)
def test_names_end_where_versions_begin(text: str, package: Nevra) -> None:
    assert parse_nevra(text) == package


@pytest.mark.parametrize(
    "text", ["bash", "bash-5.2.26-3.fc40", "bash.x86_64", "a-b.x86_64", "", "-1-2.noarch", "a b-1-2.noarch"]
)
def test_text_without_version_and_architecture_is_none(text: str) -> None:
    assert parse_nevra(text) is None


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("bash-5.2.26-3.fc40", Nevra("bash", "5.2.26-3.fc40", None)),
        ("bash-1:5-3", Nevra("bash", "1:5-3", None)),
        ("java-1.8.0-openjdk", None),
        ("gcc-toolset-14-gcc", None),
        ("xorg-x11-fonts-ISO8859-1-75dpi", None),
        ("compat-libgfortran-48", None),
        ("python3", None),
        ("p11-kit-trust.x86_64", None),
        ("xorg-x11-fonts-ISO8859-1-75dpi.noarch", None),
        ("bash-5.2.26-3.fc40.x86_64", Nevra("bash", "5.2.26-3.fc40", "x86_64")),
    ],
)
def test_a_version_without_architecture_must_look_like_one(text: str, package: Nevra | None) -> None:
    assert parse_argument(text) == package


@given(name=_WORD, version=_WORD, release=_WORD, epoch=st.integers(0, 99))
def test_what_is_spelt_is_read_back(name: str, version: str, release: str, epoch: int) -> None:
    name = f"n{name}"
    evr = spell_evr(epoch, version, release)
    assert parse_nevra(f"{name}-{evr}.noarch") == Nevra(name, evr, "noarch")
    assert tidy_evr(f"{epoch}:{version}-{release}") == evr


@pytest.mark.data
@pytest.mark.parametrize(
    "repository", ["centos-7.2.1511", "centos-stream-9-appstream", "fedora-32-subset", "photon-5.0"]
)
def test_no_real_name_is_taken_for_a_name_with_a_version(data_directory: Path, repository: str) -> None:
    primary = next((data_directory / repository / "repodata").glob("*primary.xml*"))
    names = set(re.findall(r"<name>([^<]+)</name>", gzip.decompress(primary.read_bytes()).decode()))
    assert len(names) > 100
    assert [name for name in names if parse_argument(name) or parse_argument(f"{name}.noarch")] == []
    asked = [understand(f"{name}.x86_64", "x86_64") for name in sorted(names)]
    assert [one.dependency for one in asked if isinstance(one, Understood)] == sorted(names)


@pytest.mark.data
@pytest.mark.parametrize("repository", ["centos-7.2.1511", "centos-stream-9-appstream", "photon-5.0"])
def test_every_real_package_is_taken_for_itself(data_directory: Path, repository: str) -> None:
    primary = next((data_directory / repository / "repodata").glob("*primary.xml*"))
    text = gzip.decompress(primary.read_bytes()).decode()
    version = r'<name>([^<]+)</name>\s*<arch>([^<]+)</arch>\s*<version epoch="(\d+)" ver="([^"]+)" rel="([^"]+)"/>'
    packages = re.findall(version, text)
    assert len(packages) > 100
    for name, arch, epoch, ver, rel in packages:
        evr = spell_evr(epoch, ver, rel)
        assert parse_nevra(f"{name}-{evr}.{arch}") == Nevra(name, evr, arch)
        if ver[0].isdigit():
            assert parse_argument(f"{name}-{evr}.{arch}") == Nevra(name, evr, arch)
            assert parse_argument(f"{name}-{evr}") == Nevra(name, evr, None)

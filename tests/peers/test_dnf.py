"""dnf as a judge on real metadata: its answers resolve to themselves, and what cannot be is told in its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.peers.dnf import run_dnf


@dataclass(frozen=True, slots=True)
class Wish:
    """Repositories of the data directory, what to install from them, and what the answer must hold."""

    repositories: tuple[str, ...]
    specs: tuple[str, ...]
    holds: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)


_STREAM_9 = {"releasever": "9", "platform": "platform:el9"}
_WISHES = {
    "stream-9 host": Wish(
        ("centos-stream-9-baseos", "centos-stream-9-appstream"),
        ("systemd", "kernel", "openssh-server", "podman", "dnf", "chrony"),
        ("kernel-core", "podman", "chrony"),
        _STREAM_9,
    ),
    "stream-9 module": Wish(
        ("centos-stream-9-baseos", "centos-stream-9-appstream"),
        ("nodejs",),
        ("nodejs-1:20.",),
        _STREAM_9 | {"modules": ("nodejs:20",)},
    ),
    "centos-7 both colours, a path": Wish(
        ("centos-7.2.1511",),
        ("glibc.i686", "yum", "/usr/sbin/sshd"),
        ("glibc-2.17-105.el7.i686", "glibc-2.17-105.el7.x86_64", "openssh-server"),
        {"releasever": "7"},
    ),
    "centos-7 comps group": Wish(("centos-7.2.1511",), ("@core",), ("yum",), {"releasever": "7"}),
    "fedora-32 subset": Wish(("fedora-32-subset",), ("libvirt-daemon", "perl-libs"), ("bash",), {"releasever": "32"}),
    "centos-8 subset": Wish(("centos-8-subset",), ("libvirt-devel",), ("glibc",), {"releasever": "8"}),
    "openstack on centos-7": Wish(
        ("centos-7.2.1511", "openstack-mitaka-el7"),
        ("openstack-nova-compute",),
        ("python-nova",),
        {"releasever": "7"},
    ),
}


@pytest.mark.data
@pytest.mark.tool("dnf")
@pytest.mark.parametrize("wish", _WISHES.values(), ids=_WISHES.keys())
def test_the_full_list_resolves_to_itself(wish: Wish, data_directory: Path, tmp_path: Path) -> None:
    repositories = {name: data_directory / name for name in wish.repositories}
    answer = run_dnf(repositories, wish.specs, tmp_path, **wish.options)
    assert answer.problem is None
    for start in wish.holds:
        assert any(nevra.startswith(start) for nevra in answer.nevras), start
    assert run_dnf(repositories, answer.nevras, tmp_path, **wish.options) == answer


@pytest.mark.data
@pytest.mark.tool("dnf")
def test_a_list_with_a_hole_does_not_resolve_to_itself(data_directory: Path, tmp_path: Path) -> None:
    repositories = {"fedora-32-subset": data_directory / "fedora-32-subset"}
    whole = run_dnf(repositories, ["libvirt-daemon"], tmp_path).nevras
    holed = [nevra for nevra in whole if not nevra.startswith("glibc-2")]
    assert run_dnf(repositories, holed, tmp_path).nevras != tuple(holed)


@pytest.mark.data
@pytest.mark.tool("dnf")
def test_what_cannot_be_is_told_and_nothing_is_installed(data_directory: Path, tmp_path: Path) -> None:
    repositories = {"fedora-32-subset": data_directory / "fedora-32-subset"}
    unknown = run_dnf(repositories, ["bash", "nonesuch"], tmp_path)
    assert unknown.nevras == ()
    assert "nonesuch" in (unknown.problem or "")
    two = run_dnf(repositories, ["glibc-2.31-2.fc32.x86_64", "glibc-2.31-4.fc32.x86_64"], tmp_path)
    assert two.nevras == ()
    assert "cannot install both" in (two.problem or "")

"""What dnf, libsolv and we are asked in the comparison: words that `dnf install` understands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimizer.problem.dependency import parse_dependency
from optimizer.problem.load import load_problem
from optimizer.problem.problem import CompsGroup, Feature, Policy, Position, Problem

_REAL = Path(__file__).resolve().parent.parent / "problems" / "real"
_RELEASES = {"c7": ("7", "el7"), "centos8": ("8", "el8"), "cs9": ("9", "el9"), "fedora32": ("32", "f32")}


@dataclass(frozen=True, slots=True)
class Request:
    """The features of a problem of problems/real, named as it is, or `words` over that problem's repositories.

    Words are names, other capabilities, paths, or `group: NAME`.
    """

    name: str
    file: str
    words: tuple[str, ...] = ()

    def problem(self) -> Problem:
        """Return the request as a problem: the newest versions, no weak dependencies, nothing forbidden."""
        problem = load_problem(_REAL / f"{self.file}.yaml")
        features = tuple(map(_feature, self.words)) or problem.features
        return replace(problem, name=self.name, features=features, forbidden=(), policy=Policy())

    @property
    def dnf(self) -> dict[str, Any]:
        """What dnf must be told of the system."""
        release, platform = _RELEASES[self.file.split("-")[0]]
        return {"releasever": release, "platform": f"platform:{platform}"}


def _feature(word: str) -> Feature:
    group = word.removeprefix("group: ")
    require = CompsGroup(group) if group != word else parse_dependency(word)
    return Feature(require, required=True, value=1, group=None, position=Position(__name__, 1, word))


REQUESTS = (
    Request("cs9-host", "cs9-host"),
    Request("cs9-container-base", "cs9-container-base"),
    Request("cs9-file-paths", "cs9-file-paths"),
    Request("cs9-container-tools", "cs9-container-tools"),
    Request("cs9-cmake-tools", "cs9-cmake-tools"),
    Request(
        "cs9:web-server", "cs9-host", ("systemd", "nginx-core", "logrotate", "ca-certificates", "openssh-server")
    ),
    Request("cs9:web-container", "cs9-host", ("nginx-core", "ca-certificates", "tzdata")),
    Request("cs9:database", "cs9-host", ("redis", "systemd", "openssh-server", "chrony")),
    Request(
        "cs9:python-app", "cs9-host", ("python(abi) = 3.9", "python3-requests", "python3-pyyaml", "ca-certificates")
    ),
    Request("cs9:mail-relay", "cs9-host", ("postfix", "s-nail", "rsyslog")),
    Request("cs9:domain-member", "cs9-host", ("systemd", "realmd", "adcli", "sssd", "krb5-workstation", "sudo")),
    Request(
        "cs9:virtual-machine", "cs9-host", ("kernel", "systemd", "grub2-pc", "qemu-guest-agent", "openssh-server")
    ),
    Request("c7-atomic-host", "c7-atomic-host"),
    Request("c7-core-group", "c7-core-group"),
    Request(
        "c7:container-with-yum", "c7-lamp", ("bash", "coreutils", "yum", "ca-certificates", "tzdata", "shadow-utils")
    ),
    Request("c7-lamp", "c7-lamp"),
    Request("c7-postgresql", "c7-postgresql"),
    Request("c7-directory-server", "c7-directory-server"),
    Request("c7:tomcat", "c7-lamp", ("tomcat", "java-headless")),
    Request("c7-virtualization-group", "c7-virtualization-group"),
    Request("c7-gnome-desktop", "c7-gnome-desktop"),
    Request("centos8-libvirt-devel", "centos8-libvirt-devel"),
    Request(
        "centos8:container-base",
        "centos8-libvirt-devel",
        ("bash", "coreutils", "libcurl", "ca-certificates", "tzdata"),
    ),
    Request("fedora32:shell", "fedora32-shell", ("bash", "coreutils", "fedora-release")),
    Request("fedora32-perl", "fedora32-perl"),
    Request("fedora32:storage-driver", "fedora32-shell", ("libvirt-daemon-driver-storage-core", "bash")),
)

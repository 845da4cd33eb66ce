"""A root that dnf installs into, and what rpm and OSTree say of it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.distribution import Distribution

_CONFIGURATION = "[main]\ngpgcheck=1\nbest=1\nplugins=0\n"


@dataclass(frozen=True)
class Root:
    """An installed system below `path`."""

    distribution: Distribution
    path: Path

    def rpm(self, *arguments: str) -> str:
        """Return what rpm says of this root."""
        return self.distribution.run("rpm", "--root", self.path, *arguments).stdout

    def packages(self) -> dict[str, int]:
        """Return the installed packages by NEVRA, as dnf spells it, with the size rpm counts in bytes."""
        tags = "%{NAME}-%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}.%{ARCH} %{SIZE}\\n"
        lines = (line.split() for line in self.rpm("-qa", "--qf", tags).splitlines())
        return {nevra: int(size) for nevra, size in lines if not nevra.startswith("gpg-pubkey-")}

    def files(self) -> list[str]:
        """Return the files of all packages, ascending."""
        return sorted(line for line in self.rpm("-qa", "--list").splitlines() if line.startswith("/"))

    def bytes_of_files(self) -> int:
        """Return the bytes in the files of all packages, as they lie on the disk."""
        return sum((self.path / file.lstrip("/")).lstat().st_size for file in self.files())

    def bytes_of_blocks(self) -> int:
        """Return the bytes that the blocks of these files take."""
        return sum((self.path / file.lstrip("/")).lstat().st_blocks * 512 for file in self.files())


def empty_root(distribution: Distribution, path: Path, *, trusting: bool = True) -> Root:
    """Return a root without packages, whose RPM database trusts the distribution's key."""
    path.mkdir()
    root = Root(distribution, path)
    if trusting:
        root.rpm("--import", str(distribution.key))
    return root


def dnf(root: Root, arguments: Sequence[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run dnf on a root: signatures are checked, nothing of this machine's own configuration enters."""
    configuration = root.path.with_suffix(".conf")
    configuration.write_text(_CONFIGURATION)
    command = ("dnf", "--config", configuration, f"--installroot={root.path}", "--releasever=9")
    return root.distribution.run(*command, *arguments, check=check)


def ostree_commit(root: Root, repository: Path) -> list[str]:
    """Commit a root to a new OSTree repository and check it; return the regular files of the commit, ascending."""
    run = root.distribution.run
    run("ostree", f"--repo={repository}", "init", "--mode=archive")
    run("ostree", f"--repo={repository}", "commit", "--branch=demo", f"--tree=dir={root.path}")
    run("ostree", f"--repo={repository}", "fsck", "--quiet")
    listed = run("ostree", f"--repo={repository}", "ls", "--recursive", "demo").stdout.splitlines()
    return sorted(line.split(maxsplit=4)[4] for line in listed if line.startswith("-"))

"""A `.repo` file: where the packages of an answer come from, and what is kept out of each repository.

Repositories of packages that are parts of a module are not filtered by enabled streams: the full list says which
are wanted. Whether signatures are checked is left to the builder's own configuration. Source: dnf.conf(5), "Repo
Options".
"""

from __future__ import annotations

from optimizer.export.exported import Exported
from optimizer.export.format import Expresses, Format
from optimizer.export.words import checked_name, checked_repository

_TARGET = "repository-file"


def write(exported: Exported) -> bytes:
    """Return one section for each repository; raises CannotHoldError."""
    lines = [f"# {line}" for line in exported.header()]
    excluded = ",".join(checked_name(_TARGET, name) for name in exported.request.excludes)
    for repository in exported.repositories:
        name = checked_repository(_TARGET, repository.id)
        lines += ["", f"[{name}]", f"name={name}", f"baseurl={repository.url}", "enabled=1"]
        if name in exported.unfiltered:
            lines.append("module_hotfixes=1")
        if excluded:
            lines.append(f"excludepkgs={excluded}")
    return ("\n".join(lines) + "\n").encode()


_SPOKEN = frozenset({Expresses.REPOSITORIES, Expresses.EXCLUDES, Expresses.MODULES})

FORMAT = Format(
    title="dnf .repo file",
    file_name="pkgset.repo",
    media_type="text/plain",
    expresses=_SPOKEN,
    write=write,
    steerable=True,
    part_of="rpm-ostree-treefile, mkosi or dnf-transaction",
    expected=_SPOKEN,
)

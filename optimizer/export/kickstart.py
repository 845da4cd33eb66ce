"""The packages of an Anaconda kickstart, and where they come from: to be included in a whole one.

Every package is named in full. `--nocore` keeps Anaconda's own group out, `--exclude-weakdeps` (Fedora 32, RHEL 9)
the weak dependencies. Source: pykickstart's documentation of `%packages`, `url` and `repo`.
"""

from __future__ import annotations

import shlex

from optimizer.export.exported import Exported
from optimizer.export.format import Expresses, Format
from optimizer.export.words import checked_name, checked_repository, dnf_word

_TARGET = "kickstart"


def write(exported: Exported) -> bytes:
    """Return `url` and `repo` lines and a %packages section; raises CannotHoldError."""
    lines = [f"# {line}" for line in exported.header()]
    for position, repository in enumerate(exported.repositories):
        name = checked_repository(_TARGET, repository.id)
        url = shlex.quote(repository.url)
        lines.append(f"url --url={url}" if position == 0 else f"repo --name={name} --baseurl={url}")
    weak = "" if exported.request.weak else " --exclude-weakdeps"
    lines.append(f"\n%packages --nocore{weak}")
    lines += [dnf_word(_TARGET, wanted) for wanted in exported.request.packages]
    lines += [f"-{checked_name(_TARGET, name)}" for name in exported.request.excludes]
    lines.append("%end")
    return ("\n".join(lines) + "\n").encode()


FORMAT = Format(
    title="Kickstart (Anaconda): repositories and %packages",
    file_name="packages.ks",
    media_type="text/plain",
    expresses=frozenset(
        {
            Expresses.VERSIONS,
            Expresses.ARCHITECTURE,
            Expresses.SAME_NAME,
            Expresses.REPOSITORIES,
            Expresses.EXCLUDES,
            Expresses.WEAK_SWITCH,
        }
    ),
    write=write,
    steerable=True,
)

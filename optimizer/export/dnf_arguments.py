"""The arguments of one `dnf` command that installs an answer, one a line: `xargs -d '\\n' -a FILE dnf
--installroot=DIR`.

Only the answer's repositories are asked. Whether signatures are checked is left to dnf's own configuration.
Source: dnf(8).
"""

from __future__ import annotations

from optimizer.export.exported import Exported
from optimizer.export.format import Expresses, Format
from optimizer.export.words import checked_name, checked_repository, dnf_word

_TARGET = "dnf-arguments"

DNF_EXPRESSES = frozenset(
    {
        Expresses.VERSIONS,
        Expresses.ARCHITECTURE,
        Expresses.SAME_NAME,
        Expresses.REPOSITORIES,
        Expresses.EXCLUDES,
        Expresses.WEAK_SWITCH,
        Expresses.MODULES,
    }
)


def write(exported: Exported) -> bytes:
    """Return the arguments; raises CannotHoldError."""
    return "".join(
        f"{word}\n" for word in (*options(_TARGET, exported), "install", *specs(_TARGET, exported))
    ).encode()


def options(target: str, exported: Exported) -> list[str]:
    """Return the options that go before dnf's sub-command, not quoted; raises CannotHoldError."""
    weak = "True" if exported.request.weak else "False"
    words = ["--assumeyes", "--setopt=reposdir=/dev/null", f"--setopt=install_weak_deps={weak}"]
    for repository in exported.repositories:
        name = checked_repository(target, repository.id)
        words += [f"--repofrompath={name},{repository.url}", f"--repo={name}"]
        if name in exported.unfiltered:
            words.append(f"--setopt={name}.module_hotfixes=1")
    words += [f"--exclude={checked_name(target, name)}" for name in exported.request.excludes]
    return words


def specs(target: str, exported: Exported) -> list[str]:
    """Return the packages as dnf reads them, none of which a shell reads otherwise; raises CannotHoldError."""
    return [dnf_word(target, wanted) for wanted in exported.request.packages]


FORMAT = Format(
    title="dnf argument list, one a line",
    file_name="dnf.arguments",
    media_type="text/plain",
    expresses=DNF_EXPRESSES,
    write=write,
    steerable=True,
)

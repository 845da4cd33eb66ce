"""Package names with versions, as tools print them: NAME-[EPOCH:]VERSION-RELEASE.ARCH.

Source: `%{NEVRA}` of rpm's queryformat, and the order in which dnf tries to understand a package argument
(dnf(8), "Specifying Packages").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: rpm's architectures (rpmrc.in) that packages have been built for, and the three that are none.
ARCHITECTURES = frozenset(
    (
        *("noarch", "src", "nosrc", "(none)"),
        *("x86_64", "x86_64_v2", "x86_64_v3", "x86_64_v4", "amd64", "ia32e", "ia64"),
        *("i386", "i486", "i586", "i686", "athlon", "geode"),
        *("aarch64", "armv3l", "armv4b", "armv4l", "armv5tel", "armv5tejl", "armv6l", "armv6hl"),
        *("armv7l", "armv7hl", "armv7hnl", "armv8hl", "alpha", "alphaev6"),
        *("ppc", "ppc64", "ppc64le", "ppc64p7", "s390", "s390x", "riscv64", "loongarch64"),
        *("sparc", "sparcv9", "sparc64", "mips", "mipsel", "mips64", "mips64el", "sh4", "m68k"),
    )
)
#: Longer than any package's name and version; hostile text is not searched for one.
_LONGEST = 512

_NAME = r"[A-Za-z0-9_][A-Za-z0-9._+%{}~^-]*"
_PART = r"[A-Za-z0-9._+~^%{}]+"
_NEVRA = re.compile(
    rf"(?:(?P<before>[0-9]{{1,9}}):)?(?P<name>{_NAME})-(?:(?P<epoch>[0-9]{{1,9}}|\(none\)):)?"
    rf"(?P<version>{_PART})-(?P<rest>{_PART}|{_PART}\.\(none\))"
)
#: A release that cannot be the end of a name: `xorg-x11-fonts-ISO8859-1-75dpi` is a package's name.
_RELEASE = re.compile(r"[0-9]+|[0-9][A-Za-z0-9_+~^]*\.[A-Za-z0-9._+~^]*")
_EVR = re.compile(rf"(?:[0-9]{{1,9}}:)?{_PART}(?:-{_PART})?")


@dataclass(frozen=True, slots=True)
class Nevra:
    """A package by name and version; `evr` with its epoch where one that is not 0 was written, `arch` or None."""

    name: str
    evr: str
    arch: str | None


def parse_nevra(text: str) -> Nevra | None:
    """Return what `text` names where it ends in an architecture; None where it does not."""
    match = _match(text)
    if match is None:
        return None
    release, _, arch = match["rest"].rpartition(".")
    if arch not in ARCHITECTURES or not release:
        return None
    return Nevra(match["name"], spell_evr(match["epoch"] or match["before"], match["version"], release), arch)


def parse_argument(text: str) -> Nevra | None:
    """Return what `text` names where it ends in a version, with an architecture or without; None where unsure.

    A package's name may look like that too, so version and release must begin with a digit, and a release is a
    number or has a dot. No name in the repositories the tests read is mistaken for one.
    """
    package = parse_nevra(text)
    if package is not None:
        version, _, release = package.evr.rpartition(":")[2].partition("-")
        return package if version[:1].isdigit() and _RELEASE.fullmatch(release) else None
    match = _match(text)
    if match is None or not match["version"][0].isdigit() or not _RELEASE.fullmatch(match["rest"]):
        return None
    return Nevra(match["name"], spell_evr(match["epoch"] or match["before"], match["version"], match["rest"]), None)


def is_package_name(text: str) -> bool:
    """Return whether a package may be called so."""
    return len(text) <= _LONGEST and re.fullmatch(_NAME, text) is not None


def is_evr(text: str) -> bool:
    """Return whether `text` is `[EPOCH:]VERSION[-RELEASE]`."""
    return len(text) <= _LONGEST and _EVR.fullmatch(text) is not None


def spell_evr(epoch: str | int | None, version: str, release: str | None) -> str:
    """Return `epoch:version-release`; an epoch that is 0, absent or rpm's `(none)` is left out."""
    tail = f"{version}-{release}" if release else version
    return tail if str(epoch or "0").strip("0") in ("", "(none)") else f"{int(epoch or 0)}:{tail}"


def tidy_evr(text: str) -> str:
    """Return an `epoch:version-release` with the epoch left out where it is 0 or `(none)`."""
    epoch, colon, rest = text.partition(":")
    return spell_evr(epoch, rest, None) if colon and (epoch.isdecimal() or epoch == "(none)") else text


def _match(text: str) -> re.Match[str] | None:
    return _NEVRA.fullmatch(text) if len(text) <= _LONGEST else None

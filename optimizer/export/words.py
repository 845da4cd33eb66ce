"""What a resolver is given as one word: spelt so that it reads the package that is meant, or refused.

dnf, tdnf and what is built on them read a word as a version, a group (`@`), a path, a pattern or a dependency
before they read it as a package. RPM's own alphabets for names and versions have none of the letters that would
make it one, so a package outside of them cannot be asked for by these programs at all. Source: dnf(8), "Specifying
Packages"; rpm's `ALLOWED_CHARS_NAME` and `ALLOWED_CHARS_EVR`.
"""

from __future__ import annotations

import re

from optimizer.export.format import CannotHoldError
from optimizer.export.request import Wanted

_NAME = re.compile(r"[A-Za-z0-9_+.][A-Za-z0-9_+.-]*")
_EVR = re.compile(r"(?:[0-9]+:)?[A-Za-z0-9._+~^]+-[A-Za-z0-9._+~^]+")
_ARCH = re.compile(r"[a-z0-9_]+")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.:][A-Za-z0-9_.:-]*")


def dnf_word(target: str, wanted: Wanted) -> str:
    """Return a package as dnf reads it, `name-epoch:version-release.arch` as far as each is asked for."""
    version = f"-{checked_evr(target, wanted.evr)}" if wanted.evr is not None else ""
    arch = f".{checked_arch(target, wanted.arch)}" if wanted.arch is not None else ""
    return f"{checked_name(target, wanted.name)}{version}{arch}"


def tdnf_word(target: str, wanted: Wanted) -> str:
    """Return a package as tdnf reads it, `name=epoch:version-release`."""
    version = f"={checked_evr(target, wanted.evr)}" if wanted.evr is not None else ""
    return f"{checked_name(target, wanted.name)}{version}"


def checked_name(target: str, name: str) -> str:
    """Return a package name that no resolver takes for something else; raises CannotHoldError."""
    return _checked(_NAME, target, "package name", name)


def checked_evr(target: str, evr: str) -> str:
    """Return a version that no resolver takes for something else; raises CannotHoldError."""
    return _checked(_EVR, target, "version", evr)


def checked_arch(target: str, arch: str) -> str:
    """Return an architecture; raises CannotHoldError."""
    return _checked(_ARCH, target, "architecture", arch)


def checked_repository(target: str, name: str) -> str:
    """Return a repository id as dnf allows it; raises CannotHoldError."""
    return _checked(_REPOSITORY, target, "repository id", name)


def printable(target: str, what: str, text: str) -> str:
    """Return text that stands on one line and shows what it is; raises CannotHoldError, of no text too."""
    if not text or not text.isprintable():
        raise CannotHoldError(target, what, text)
    return text


def _checked(pattern: re.Pattern[str], target: str, what: str, text: str) -> str:
    if not pattern.fullmatch(text):
        raise CannotHoldError(target, what, text)
    return text

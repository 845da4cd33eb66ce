"""A package argument as a dependency of the problem file, or the reason why it is none.

Understood in dnf's order (dnf(8), "Specifying Packages"): NAME-EVR.ARCH, NAME-EVR, NAME.ARCH, then NAME=EVR of tdnf
and zypper, a name, a file path, a capability or a rich dependency.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from optimizer.imports.nevra import (
    ARCHITECTURES,
    Nevra,
    is_evr,
    is_package_name,
    parse_argument,
    tidy_evr,
)
from optimizer.problem.document import Document
from optimizer.problem.reading import Reading
from optimizer.problem.requirement import read_dependency
from optimizer.problem.shape import FeaturesShape

_GLUED = re.compile(r"([^\s<>=()]+)(<=|>=|=|<|>)([^\s<>=()]+)")
_PATTERN = re.compile(r"[*?\[\]]")
_THIRTY_TWO_BITS = frozenset(("i386", "i486", "i586", "i686", "athlon", "geode"))
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Understood:
    """What an argument asks for: dependency text, the version it names by that, and whether it is of 32 bits."""

    dependency: str
    name: str | None = None
    evr: str | None = None
    multilib: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an argument is no dependency of the problem, in words."""

    why: str


def understand(text: str, arch: str) -> Understood | Refused:
    """Return what a package argument asks for on an architecture."""
    if "://" in text or text.endswith(".rpm"):
        return Refused("a package file; put it into a repository")
    if "$" in text or "`" in text:
        return Refused("it depends on a variable whose value is not known")
    if _PATTERN.search(text) and not text.startswith("("):
        return Refused("a pattern: which packages it means depends on the repositories")
    package = parse_argument(text) or _with_arch(text) or _with_version(text)
    if package is None:
        found = dependency_text(_GLUED.sub(r"\1 \2 \3", text) if _GLUED.fullmatch(text) else text)
        return found if isinstance(found, Refused) else Understood(found)
    return of_package(package, arch)


def of_package(package: Nevra, arch: str) -> Understood | Refused:
    """Return what a package by name, version and architecture asks for on an architecture."""
    narrow = arch.startswith("x86_64") and package.arch in _THIRTY_TWO_BITS
    if not narrow and package.arch not in (None, "noarch", "(none)", arch):
        return Refused(f"a package for {package.arch}, and the image is for {arch}")
    found = dependency_text(f"{package.name}(x86-32)" if narrow else package.name)
    if isinstance(found, Refused):
        return found
    return Understood(found, package.name, package.evr or None, narrow)


def dependency_text(text: str) -> str | Refused:
    """Return dependency text as the problem file's reader spells it."""
    if len(text) > _LONGEST or not text.isprintable():
        return Refused("no name of a package, with characters or a length that none has")
    reading = _reading()
    reading.mistakes.clear()
    found = read_dependency(reading, (), text)
    return Refused(f"expected {reading.mistakes[-1].expected}") if found is None else str(found)


def _with_arch(text: str) -> Nevra | None:
    name, _, arch = text.rpartition(".")
    return Nevra(name, "", arch) if arch in ARCHITECTURES and is_package_name(name) else None


def _with_version(text: str) -> Nevra | None:
    """Return the package of NAME=EVR, as tdnf and zypper spell a version."""
    name, equals, evr = text.partition("=")
    return Nevra(name, tidy_evr(evr), None) if equals and is_package_name(name) and is_evr(evr) else None


@cache
def _reading() -> Reading:
    """The problem file's own rules judge, as it is they who will read the text again."""
    return Reading(Document("", {}, {}), FeaturesShape, Path("/"))

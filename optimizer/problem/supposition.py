"""What a question supposes of the world beside its problem: features left out, dependencies cut, packages that exist.

A problem file has no key for these: they are no requests, and nothing that rests on them can be installed as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from optimizer.problem.dependency import (
    Capability,
    Dependency,
    DependencySyntaxError,
    RichOperator,
    dependency_name,
    parse_dependency,
)

EVERY_PACKAGE = "*"


@dataclass(frozen=True, slots=True)
class Cut:
    """Packages of a name, or of every name (`*`), that do not ask for a dependency, strongly or weakly.

    A plain name stands for the dependency at whatever version bound, a plain soname (`libx.so.1()(64bit)`) for its
    symbol versions too, so that an edge that `levers` tells is cut whole; all else is meant as it is spelt.
    """

    package: str
    dependency: str
    _meant: Dependency | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_meant", _parsed(self.dependency))

    def __str__(self) -> str:
        return f"{self.package}: {self.dependency}"

    @property
    def whose(self) -> str:
        """What `dependency` should have been, in words."""
        return "dependency of any package" if self.package == EVERY_PACKAGE else f"dependency of {self.package}"

    def speaks_of(self, name: str) -> bool:
        """Return whether packages of this name are meant."""
        return self.package in (EVERY_PACKAGE, name)

    def severs(self, text: str) -> bool:
        """Return whether a dependency, in RPM syntax, is the one that is cut."""
        if text == self.dependency:
            return True
        meant = self._meant
        if meant is None or (isinstance(meant, Capability) and meant.name.partition("(")[0] not in text):
            return False
        if isinstance(meant, Capability) and meant.comparison is None:
            return dependency_name(text) == meant.name
        return _parsed(text) == meant


class SupposedPackage(msgspec.Struct, frozen=True):
    """A package that does not exist, costed like a stub; it provides `name` at any version. Sizes in bytes."""

    name: str
    installed_bytes: int | None = None
    download_bytes: int | None = None
    requires: tuple[Dependency, ...] = ()


class Suppositions(msgspec.Struct, frozen=True):
    """All that is supposed; `dropped` are features by text and place in the Instance, group members included."""

    dropped: frozenset[tuple[str, str]] = frozenset()
    cuts: tuple[Cut, ...] = ()
    packages: tuple[SupposedPackage, ...] = ()


NOTHING = Suppositions()


class UnknownSuppositionError(ValueError):
    """Something supposed of what is not there: the option, the name, what it should be one of, and what there is."""

    def __init__(self, option: str, name: str, wanted: str, known: Iterable[str]) -> None:
        self.option, self.name, self.wanted, self.known = option, name, wanted, tuple(sorted(set(known)))
        super().__init__(option, name, wanted, self.known)

    def __str__(self) -> str:
        given = f"--{self.option} {self.name!r}" if self.option else repr(self.name)
        return f"{given}: there is no such {self.wanted}"


def provided_by_name(dependency: Dependency, name: str) -> bool:
    """Return whether one package that provides a bare name, at any version, meets a capability or `with` set alone.

    As libsolv has it: a Provides without a version meets every bound.
    """
    if isinstance(dependency, Capability):
        return dependency.name == name
    met = [provided_by_name(operand, name) for operand in dependency.operands]
    if dependency.operator is RichOperator.WITH:
        return all(met)
    return dependency.operator is RichOperator.WITHOUT and met[0] and not any(met[1:])


def _parsed(text: str) -> Dependency | None:
    try:
        return parse_dependency(text)
    except DependencySyntaxError:
        return None

"""What a word that a user types names in an Instance: packages, capabilities and paths, or features."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from optimizer.problem.dependency import DependencySyntaxError, dependency_name, parse_dependency
from optimizer.problem.nearest import nearest
from optimizer.universe.instance import Formula, Instance, Package, Value

_NEAR = 3
_ANYTHING = "package, path, capability or feature"
_COMPARED = re.compile(r"\s*([<>=]+)\s*")


class SubjectKind(StrEnum):
    """What a word was found to name; the first that fits, in this order."""

    PACKAGE = "package"
    CAPABILITY = "capability"
    FEATURE = "feature"


class Subject(Value, frozen=True):
    """What a word names; ascending indices into the Instance.

    `packages` are those of that name, or the providers of what it names. `capabilities` are those whose text or name
    it is, and `features` those whose text it is, whatever `kind` says the word was taken for.
    """

    word: str
    kind: SubjectKind
    packages: tuple[int, ...]
    capabilities: tuple[int, ...]
    features: tuple[int, ...]


class UnknownSubjectError(ValueError):
    """A word that names nothing in an Instance: the word, what was looked for, and the nearest names that are there.

    That is no proof that the repositories lack it: an Instance holds what the problem's features can lead to.
    `outside` are the NEVRAs of those of the repositories that give it, None where these were not asked.
    """

    def __init__(self, word: str, sought: str, near: tuple[str, ...], outside: tuple[str, ...] | None = None) -> None:
        super().__init__(word, sought, near, outside)
        self.word, self.sought, self.near, self.outside = word, sought, near, outside

    def __str__(self) -> str:
        meant = f"; did you mean {' or '.join(self.near)}?" if self.near else ""
        if self.outside:
            named = ", ".join(self.outside[:_NEAR])
            more = f" and {len(self.outside) - _NEAR} more" if len(self.outside) > _NEAR else ""
            return f"{self.word}: given by {named}{more}, which nothing that the problem asks for can lead to"
        if self.outside is not None:
            return f"{self.word}: no repository of the problem has it{meant}"
        if self.sought != "package" and (self.word.startswith("/") or "(" in self.word):
            what = "path" if self.word.startswith("/") else "capability"
            unasked = f"nothing that the problem can lead to asks for this {what}, and an answer knows no other"
            return f"{self.word}: {unasked}; name the package that has it{meant}"
        return f"{self.word}: nothing that the problem asks for can lead to a {self.sought} of this name{meant}"


def find_subject(instance: Instance, word: str) -> Subject:
    """Return what a word names; raises UnknownSubjectError.

    A package by name or by any spelling of `find_packages`; a capability or path that something asks for, by its text
    (`python(abi) = 3.9`, however spaced) or by its name alone (`python(abi)`); a feature by its text.
    """
    packages = _packages(instance, word)
    capabilities = tuple(_capabilities(instance, word))
    features = tuple(index for index, feature in enumerate(instance.features) if feature.text == word)
    if packages:
        return _subject(word, SubjectKind.PACKAGE, packages, capabilities, features)
    if capabilities:
        providers = {index for held in capabilities for index in instance.capabilities[held].providers}
        return _subject(word, SubjectKind.CAPABILITY, tuple(sorted(providers)), capabilities, features)
    if features:
        formula = instance.features[features[0]].formula
        providers = {index for held in wanted(formula) for index in instance.capabilities[held].providers}
        return _subject(word, SubjectKind.FEATURE, tuple(sorted(providers)), (), features)
    raise UnknownSubjectError(word, _ANYTHING, _near(instance, word))


def provided_subject(instance: Instance, word: str, providers: Iterable[Package]) -> Subject:
    """Return what a capability names of which the repositories, not the Instance, told the providers.

    Raises UnknownSubjectError where the Instance has none of them.
    """
    givers = {(package.nevra, package.repository) for package in providers}
    held = [index for index, package in enumerate(instance.packages) if (package.nevra, package.repository) in givers]
    if not held:
        outside = tuple(sorted({nevra for nevra, _ in givers}))
        raise UnknownSubjectError(word, _ANYTHING, _near(instance, word), outside)
    return _subject(word, SubjectKind.CAPABILITY, tuple(held), (), ())


def find_packages(instance: Instance, word: str) -> tuple[int, ...]:
    """Return the candidates that a word names, ascending: of one name the newest first; raises UnknownSubjectError.

    Spellings are dnf's: name, name.arch, name-version, name-version-release, each with `epoch:` before the version
    or before the name, or without it, and with `.arch` or without it.
    """
    packages = _packages(instance, word)
    if not packages:
        raise UnknownSubjectError(word, "package", nearest(word, {package.name for package in instance.packages}))
    return packages


def wanted(formula: Formula, *, sign: bool = True) -> tuple[int, ...]:
    """Return the capabilities whose providers can help a formula to hold, in its order."""
    if isinstance(formula, int):
        return (formula,) if sign else ()
    operator, *parts = formula
    return tuple(leaf for part in parts for leaf in wanted(part, sign=sign if operator != "not" else not sign))


def _subject(
    word: str,
    kind: SubjectKind,
    packages: tuple[int, ...],
    capabilities: tuple[int, ...],
    features: tuple[int, ...],
) -> Subject:
    return Subject(word=word, kind=kind, packages=packages, capabilities=capabilities, features=features)


def _packages(instance: Instance, word: str) -> tuple[int, ...]:
    return tuple(
        index
        for index, package in enumerate(instance.packages)
        if package.name in word and word in _spellings(package)
    )


def _spellings(package: Package) -> Iterator[str]:
    name, version = package.name, package.version
    evr = f"{version}-{package.release}" if package.release else version
    for suffix in ("", f".{package.arch}"):
        yield f"{name}{suffix}"
        for epoch in ("", f"{package.epoch}:"):
            for known in (version, evr):
                yield f"{name}-{epoch}{known}{suffix}"
                yield f"{epoch}{name}-{known}{suffix}"


def _capabilities(instance: Instance, word: str) -> Iterator[int]:
    """Yield the capabilities of exactly this text; where there is none, those of this name in any version.

    A soname's are its symbol versions: nothing may ask for `libc.so.6()(64bit)` but with one.
    """
    spelt = (word, _respelt(word))
    exact = [index for index, capability in enumerate(instance.capabilities) if capability.text in spelt]
    if exact:
        yield from exact
        return
    for index, capability in enumerate(instance.capabilities):
        if word in (capability.text.partition(" ")[0], dependency_name(capability.text)):
            yield index


def _respelt(word: str) -> str:
    try:
        return str(parse_dependency(_COMPARED.sub(r" \1 ", word, count=1)))
    except DependencySyntaxError:
        return word


def _near(instance: Instance, word: str) -> tuple[str, ...]:
    program = word.rpartition("/")[2] if word.startswith("/") else ""
    named = [package.name for package in instance.packages if package.name == program]
    return tuple(dict.fromkeys((*named, *nearest(word, _names(instance)))))[:_NEAR]


def _names(instance: Instance) -> Iterator[str]:
    yield from (package.name for package in instance.packages)
    yield from (capability.text for capability in instance.capabilities)
    yield from (feature.text for feature in instance.features)

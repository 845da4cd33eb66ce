"""From what a file asks for to a problem: words become dependencies, and what cannot is said with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from optimizer.imports.argument import Refused, dependency_text, of_package, understand
from optimizer.imports.nevra import is_package_name
from optimizer.imports.places import GivenRepository, Places, safe_name
from optimizer.imports.request import At, Lost, Request, Word
from optimizer.imports.source import STANDARD_INPUT
from optimizer.problem.arch import Arch
from optimizer.problem.document import Tree
from optimizer.problem.shape import SAFE_NAME_PATTERN

_ALWAYS = frozenset(("Containerfile", "Dockerfile", "mkosi", "config", "rpms", "ks", "kickstart", "manifest"))
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]{0,63}")
#: What rpm has every package of x86_64 and of its 32-bit side provide of itself.
_WIDE, _NARROW = "(x86-64)", "(x86-32)"
_STREAM = re.compile(r"[^\s:/@]+:[^\s:/@]+")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list in the problem: its value, the file it comes from, and a note."""

    value: Tree
    file: Path
    note: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """A problem made of another tool's file, and what did not carry over, by file and line.

    `repositories` are mappings of the problem file; `placeholders` are (id, what the file has instead) of those
    whose place is not known. Items are in the file's order, each once.
    """

    format: str
    file: Path
    name: str
    arch: str
    arch_known: bool
    releasever: str | None
    repositories: tuple[dict[str, Tree], ...]
    placeholders: tuple[tuple[str, str], ...]
    required: tuple[Item, ...]
    optional: tuple[Item, ...]
    forbidden: tuple[Item, ...]
    pins: tuple[Item, ...]
    modules: tuple[str, ...]
    weak: bool
    weak_note: str
    stubs: bool
    multilib: bool
    lost: tuple[Lost, ...]


def settle(
    request: Request, given: Iterable[GivenRepository] = (), name: str | None = None, releasever: str | None = None
) -> Imported:
    """Return the problem a request states; `name` and `releasever` overrule the file's own."""
    arch, known = _arch(request)
    release = _release(request, releasever or request.releasever)
    places = Places(request, arch, release)
    places.settle(tuple(given))
    features = _Features(request, arch, frozenset(places.found))
    features.settle()
    return Imported(
        format=request.format,
        file=request.file,
        name=_name(request, name),
        arch=arch,
        arch_known=known,
        releasever=release,
        repositories=tuple(places.found.values()),
        placeholders=tuple(places.placeholders.items()),
        required=tuple(features.required.values()),
        optional=tuple(features.optional.values()),
        forbidden=tuple(features.forbidden.values()),
        pins=tuple(features.pins.values()),
        modules=tuple(features.modules.values()),
        weak=request.weak,
        weak_note=request.weak_note,
        stubs=request.stubs,
        multilib=features.multilib,
        lost=_in_order(request),
    )


def _arch(request: Request) -> tuple[str, bool]:
    """Return the architecture and whether somebody stated it."""
    if request.target in Arch.__members__.values():
        return request.target, request.arch is not None
    request.lose(f"the architecture {request.target}", "none that a problem can be about", At(request.file))
    return Arch.X86_64.value, False


def _release(request: Request, text: str | None) -> str | None:
    if text is None or _RELEASE.fullmatch(text):
        return text
    request.lose(f"the release {text}", "no value that $releasever may have", At(request.file))
    return None


def _in_order(request: Request) -> tuple[Lost, ...]:
    """Return what did not carry over, each once, by file and line; the imported file first."""

    def place(lost: Lost) -> tuple[bool, str, int]:
        return lost.file != str(request.file), lost.file, lost.line or 0

    return tuple(sorted(dict.fromkeys(request.lost), key=place))


def _name(request: Request, given: str | None) -> str:
    stem, above = request.file.name.split(".")[0], request.file.resolve().parent.name
    # A file that is always called so says less than the directory it lies in.
    places = () if request.file == STANDARD_INPUT else (above, stem) if stem in _ALWAYS else (stem, above)
    words = (given, request.name, *places)
    safe = (safe_name(word or "") for word in words)
    return next((word for word in safe if re.fullmatch(SAFE_NAME_PATTERN, word)), "imported")


@dataclass(slots=True)
class _Features:
    """Features, exclusions, pins and streams of a problem while they are made."""

    request: Request
    arch: str
    repositories: frozenset[str]
    required: dict[str, Item] = field(default_factory=dict)
    optional: dict[str, Item] = field(default_factory=dict)
    forbidden: dict[str, Item] = field(default_factory=dict)
    pins: dict[tuple[str, str], Item] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    multilib: bool = False

    def settle(self) -> None:
        for word in self.request.forbidden:
            self._forbid(word)
        for word in self.request.wanted:
            if word.group or word.text.startswith("@"):
                self._want_group(word)
            elif word.text:
                self._want(word)
        for package, version, at in self.request.pins:
            self._pin(package, version, at)
        for package, repository, at in self.request.from_repository:
            self._pin_to(package, repository, at)
        for stream, at in self.request.modules:
            self._enable(stream, at)
        for text in self.required:
            self.optional.pop(text, None)
        self.required, self.optional = self._apart(self.required), self._apart(self.optional)

    def _apart(self, items: dict[str, Item]) -> dict[str, Item]:
        """Return features with the 64-bit package said where the 32-bit one, asked for too, would do for its name."""
        asked = {*self.required, *self.optional}
        spelt = {text: f"{text}{_WIDE}" if f"{text}{_NARROW}" in asked else text for text in items}
        return {
            spelt[text]: item if spelt[text] == text else replace(item, value=spelt[text])
            for text, item in items.items()
        }

    def _want(self, word: Word) -> None:
        named = word.package
        asked = understand(word.text, self.arch) if named is None else of_package(named, self.arch)
        if isinstance(asked, Refused):
            self.request.lose(word.text, asked.why, word.at)
        elif asked.dependency in self.forbidden:
            self.request.lose(word.text, "it is kept out as well, and that prevails", word.at)
        else:
            self.multilib = self.multilib or asked.multilib
            self._add(word, asked.dependency, asked.dependency)
            if asked.name is not None and asked.evr is not None:
                self._pin(asked.name, asked.evr, word.at)

    def _want_group(self, word: Word) -> None:
        name = word.text.removeprefix("@").removeprefix("^").strip()
        stream, _, profile = name.partition("/")
        if not word.group and _STREAM.fullmatch(stream):
            self._enable(stream, word.at)
            of = f"its profile {profile}" if profile else "its default profile"
            self.request.lose(word.text, f"the stream is enabled; the packages of {of} are not named here", word.at)
        elif not name or not name.isprintable() or "$" in name:
            self.request.lose(word.text, "no name of a group", word.at)
        else:
            self._add(word, f"group: {name}", {"group": name})

    def _add(self, word: Word, key: str, value: Tree) -> None:
        items = self.optional if word.optional else self.required
        items.setdefault(key, Item(value, word.at.file, word.note))

    def _forbid(self, word: Word) -> None:
        if not word.text:
            return
        if word.text.startswith("@"):
            self.request.lose(f"-{word.text}", "a group is not kept out, only not asked for", word.at)
            return
        asked = understand(word.text, self.arch)
        if isinstance(asked, Refused):
            self.request.lose(f"to keep out {word.text}", asked.why, word.at)
            return
        text = asked.dependency if asked.evr is None else f"{asked.dependency} = {asked.evr}"
        self.forbidden.setdefault(text, Item(text, word.at.file, word.note))

    def _pin(self, package: str, version: str, at: At) -> None:
        text = dependency_text(f"{package} = {version}")
        if isinstance(text, Refused) or not is_package_name(package):
            self.request.lose(f"{package} = {version}", "no version that can be pinned", at)
        elif self.pins.setdefault((package, "version"), Item(text, at.file)).value != text:
            self.request.lose(text, "another version of it is pinned", at)

    def _pin_to(self, package: str, repository: str, at: At) -> None:
        what, name = f"{package} from the repository {repository}", safe_name(repository)
        asked = understand(package, self.arch)
        package = package if isinstance(asked, Refused) or asked.name is None else asked.name
        if not is_package_name(package) or name not in self.repositories:
            self.request.lose(what, "expected a package's name and a repository named here", at)
            return
        value: Tree = {"name": package, "repository": name}
        if self.pins.setdefault((package, "repository"), Item(value, at.file)).value != value:
            self.request.lose(what, "another repository is named for it", at)

    def _enable(self, stream: str, at: At) -> None:
        if not _STREAM.fullmatch(stream) or not stream.isprintable():
            self.request.lose(stream, "no module stream, NAME:STREAM", at)
        elif self.modules.setdefault(stream.partition(":")[0], stream) != stream:
            self.request.lose(stream, "another stream of that module is enabled", at)

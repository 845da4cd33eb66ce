"""What a file of another tool asks for, gathered word by word with the place of each, before it is a problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from optimizer.imports.nevra import Nevra


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Something that did not carry over into the problem: where it stands, what it is, and why not.

    `line` counts from 1, None where it is not known.
    """

    file: str
    line: int | None
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.line is None else f':{self.line}'}: {self.what}: {self.why}"


@dataclass(frozen=True, slots=True)
class At:
    """Where a word stands: the file as people know it, and the line, None where it is not known."""

    file: Path
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A package as the format spells it (name, file, capability, NEVRA), or the name of a comps group.

    `note` goes beside it into the problem file. `package` is what it names where the format leaves no doubt of it.
    """

    text: str
    at: At
    group: bool = False
    optional: bool = False
    note: str = ""
    package: Nevra | None = None


@dataclass(frozen=True, slots=True)
class AskedRepository:
    """A repository as the file names it; without `baseurls`, `instead` says what it has in their place.

    Not `named` is one that the file does not speak of: the distribution's own, wherever its builder has them.
    """

    id: str
    at: At
    baseurls: tuple[str, ...] = ()
    instead: str = ""
    named: bool = True


@dataclass(slots=True)
class Request:
    """All that one file and the files it includes ask for, in their order; a reader fills it.

    `weak` is whether weak dependencies are followed, with the reason in `weak_note`, None where the format has its
    own way. `stubs`: what nobody provides is a package still to be made. `profiles` are those that the file has, of
    the kind that a user chooses from.
    """

    format: str
    file: Path
    default_arch: str = "x86_64"
    name: str | None = None
    arch: str | None = None
    releasever: str | None = None
    wanted: list[Word] = field(default_factory=list)
    forbidden: list[Word] = field(default_factory=list)
    pins: list[tuple[str, str, At]] = field(default_factory=list)
    from_repository: list[tuple[str, str, At]] = field(default_factory=list)
    modules: list[tuple[str, At]] = field(default_factory=list)
    repositories: list[AskedRepository] = field(default_factory=list)
    weak: bool = False
    weak_note: str = ""
    stubs: bool = False
    multilib: bool = False
    lost: list[Lost] = field(default_factory=list)
    profiles: set[str] = field(default_factory=set)

    @property
    def target(self) -> str:
        """The architecture asked for, or the one to assume."""
        return self.arch or self.default_arch

    def want(self, text: str, at: At, *, group: bool = False, optional: bool = False, note: str = "") -> None:
        """Note a package, or a comps group, that is to be in."""
        self.wanted.append(Word(text.strip(), at, group, optional, note))

    def want_package(self, package: Nevra, at: At, *, pinned: bool) -> None:
        """Note a package whose name, version and architecture are known, the version as a pin or not at all."""
        asked = package if pinned else Nevra(package.name, "", package.arch)
        self.wanted.append(Word(package.name, at, package=asked))

    def forbid(self, text: str, at: At, note: str = "") -> None:
        """Note a package that is not to be in."""
        self.forbidden.append(Word(text.strip(), at, note=note))

    def lose(self, what: str, why: str, at: At) -> None:
        """Note what does not carry over."""
        self.lost.append(Lost(file=str(at.file), line=at.line, what=one_line(what), why=one_line(why)))

    def unrelated(self, found: list[tuple[str, At]]) -> None:
        """Note what of a file is no matter of its package set: one row a file, at the first place in it."""
        by_file: dict[Path, dict[str, At]] = {}
        for word, at in found:
            by_file.setdefault(at.file, {}).setdefault(one_line(word), at)
        for words in by_file.values():
            self.lose(", ".join(words), "not about packages", next(iter(words.values())))


def one_line(text: str) -> str:
    """Return text that may stand in a comment or a message: one line, nothing that a terminal obeys, bounded."""
    short = text if len(text) <= 200 else f"{text[:197]}..."
    spaced = " ".join(short.split())
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in spaced)

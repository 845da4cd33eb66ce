"""The repositories of an import: where they lie, or a place kept free for the user to write it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.imports.request import AskedRepository, At, Request, one_line
from optimizer.problem.arch import Arch, base_arch
from optimizer.problem.document import Document, Tree
from optimizer.problem.location import Variables, read_location
from optimizer.problem.problem import Origin
from optimizer.problem.reading import Reading
from optimizer.problem.shape import FeaturesShape

#: Stands in the place of a URL that the file does not have; nothing lies there, and `pkgset check` says so.
PLACEHOLDER = "WRITE-THE-URL-HERE"
_UNSAFE = re.compile(r"[^A-Za-z0-9._+:-]+")


@dataclass(frozen=True, slots=True)
class GivenRepository:
    """A repository that the user gives: it stands in for one of that id in the file, or beside those."""

    id: str
    baseurl: str
    origin: Origin = Origin.UPSTREAM


@dataclass(slots=True)
class Places:
    """The repositories found so far as mappings of the problem file, by id.

    `placeholders` says of each that has no place yet what the file has instead.
    """

    request: Request
    arch: str
    releasever: str | None
    found: dict[str, dict[str, Tree]] = field(default_factory=dict)
    placeholders: dict[str, str] = field(default_factory=dict)

    def settle(self, given: tuple[GivenRepository, ...]) -> None:
        """Take the file's repositories in their order, then those that only the user gives.

        These stand for a distribution's own, whose ids the file does not have.
        """
        waiting = {repository.id: repository for repository in given}
        beside = waiting.keys() - {safe_name(asked.id) for asked in self.request.repositories}
        for asked in self.request.repositories:
            name = safe_name(asked.id) or "repository"
            if name in self.found:
                self.request.lose(f"the repository {asked.id}", "another one of that id comes first", asked.at)
            elif name in waiting:
                self._given(waiting.pop(name))
            elif not asked.named and not asked.baseurls and beside:
                continue
            else:
                self._asked(name, asked)
        for repository in waiting.values():
            self._given(repository)
        if not self.found:
            self._placeholder("upstream", "the file names no repository")

    def _given(self, repository: GivenRepository) -> None:
        why = self._unusable(repository.baseurl, At(self.request.file))
        if why is None:
            self._write(repository.id, repository.origin, repository.baseurl)
        else:
            self._placeholder(repository.id, f"{repository.baseurl} will not do: {why}", repository.origin)

    def _asked(self, name: str, asked: AskedRepository) -> None:
        usable = []
        for url in asked.baseurls:
            why = self._unusable(url, asked.at)
            if why is None:
                usable.append(url)
            else:
                self.request.lose(f"baseurl {url} of the repository {name}", why, asked.at)
        if usable:
            self._write(name, Origin.UPSTREAM, usable[0] if len(usable) == 1 else list(usable))
            return
        urls = f"baseurl {' '.join(asked.baseurls)}" if asked.baseurls else "only its id is known"
        self._placeholder(name, asked.instead or urls)

    def _placeholder(self, name: str, instead: str, origin: Origin = Origin.UPSTREAM) -> None:
        self.placeholders[name] = one_line(instead)
        self._write(name, origin, f"{PLACEHOLDER}/{name}")

    def _write(self, name: str, origin: Origin, where: Tree) -> None:
        self.found[name] = {"id": name, "origin": origin.value, "baseurl": where}

    def _unusable(self, url: str, at: At) -> str | None:
        """Return why a URL is no place a problem may name, None where it is one."""
        if not url.strip() or not url.isprintable():
            return "expected a URL"
        known = {"arch": self.arch, "releasever": self.releasever}
        document = Document(str(at.file), {key: value for key, value in known.items() if value is not None}, {})
        reading = Reading(document, FeaturesShape, Path("/"))
        reading.mistakes.clear()
        values = {"arch": self.arch, "basearch": base_arch(Arch(self.arch))}
        variables = Variables(values | ({"releasever": self.releasever} if self.releasever is not None else {}))
        if read_location(reading, reading.position(()), url, variables) is None:
            expected = reading.mistakes[-1].expected
            return (
                "its $releasever is not known: give --releasever"
                if "releasever, for" in expected
                else f"expected {expected}"
            )
        return None


def safe_name(text: str) -> str:
    """Return text as an id or a name of the problem file, empty where nothing of it may stand there."""
    return _UNSAFE.sub("-", text).strip("-.+:")[:100]

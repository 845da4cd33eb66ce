"""Results made by hand as a page takes them, and what a page says read back."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec

from optimizer.answer.result import Result
from optimizer.answer.stored import StoredResult
from optimizer.report.page_section import Reported
from optimizer.universe.instance import Capability, Feature, Instance, Requirement, RequirementKind
from tests.report.made import MIB, UPSTREAM, answered, instance, package, stage

_VOID = {"meta", "link", "input", "br"}
#: Elements whose end tag HTML lets a writer leave out: what ends them is another one, or their parent's end.
_OPEN_ENDED = {"tr", "th", "td", "p", "li"}


def reported(result: Result, label: str = "made") -> Reported:
    """Return a result as if it had been read from a directory."""
    stored = None
    if result.manifest is not None and result.divergence is not None:
        stored = StoredResult(Path(label), result.manifest, result.divergence, result.record)
    return Reported(label, result.record, result.instance, stored, result.solution if stored else None)


def many(count: int) -> Result:
    """Return an answer of so many packages in which each requires a few others, the first ones most of all."""
    world = instance(*(package(f"package-{i:05}", i, UPSTREAM, (i + 1) * 1000) for i in range(count)))
    requirements = tuple(
        Requirement(package=i, kind=RequirementKind.REQUIRES, text=world.capabilities[below].text, formula=below)
        for i in range(1, count)
        for below in sorted({0, i // 2, i // 3, i // 5, i // 8, i // 13, i - 1})
    )
    world = msgspec.structs.replace(world, requirements=requirements, features=world.features[-count // 10 :])
    return answered(world, (stage("installed_size", count * MIB, count * MIB),))


def led(features: dict[str, tuple[int, ...]], edges: dict[int, tuple[int, ...]], count: int) -> Instance:
    """Return an Instance of packages `p0`...; features ask for packages, packages require packages."""
    packages = tuple(package(f"p{i}", i, UPSTREAM, MIB) for i in range(count))
    asked = [*features.values(), *edges.values()]
    capabilities = tuple(Capability(text=f"c{i}", providers=providers) for i, providers in enumerate(asked))
    world = instance(*packages)
    return msgspec.structs.replace(
        world,
        capabilities=capabilities,
        features=tuple(Feature(text=text, formula=i, required=True) for i, text in enumerate(features)),
        requirements=tuple(
            Requirement(package=asker, kind=RequirementKind.REQUIRES, text=f"c{i}", formula=i)
            for i, asker in enumerate(edges, start=len(features))
        ),
    )


class Page(HTMLParser):
    """A page read by a parser that knows nothing of it: tags with attributes, ids, links and texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is closed at once."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those within that need no end of their own."""
        while self.open and self.open[-1] != tag and self.open[-1] in _OPEN_ENDED:
            self.open.pop()
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        """Note a text outside of scripts and styles."""
        if not self.open or self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def ids(self) -> list[str]:
        """All ids, in order."""
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    @property
    def links(self) -> list[str]:
        """All hrefs, in order."""
        return [attributes["href"] for _, attributes in self.tags if "href" in attributes]

    @property
    def words(self) -> str:
        """The text of the page with its white space made single."""
        return re.sub(r"\s+", " ", " ".join(self.texts))

"""What a format of requests is: its description, how it is known by its content, and the function that reads it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from optimizer.imports.error import BadImportError
from optimizer.imports.includes import Includes
from optimizer.imports.request import Request
from optimizer.imports.source import Source
from optimizer.imports.tree import read_json, read_yaml
from optimizer.problem.document import Document
from optimizer.repository.markup import MarkupError, parse_markup


@dataclass(frozen=True, slots=True)
class Terms:
    """How a file is read: what it may include, the architecture, profiles and `pins` (of lists) the user chose."""

    includes: Includes
    arch: str | None = None
    profiles: tuple[str, ...] = ()
    pins: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """A format of requests: in words, how its content is known, and how it is read.

    `read` raises BadImportError; it fills a Request from the source and whatever that includes.
    """

    what: str
    recognise: Callable[[Probe], bool]
    read: Callable[[Source, Terms], Request]


class Probe:
    """A file's content in the views by which formats are told apart, each made when it is first looked at."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def is_json(self) -> bool:
        """Whether it begins as a JSON object."""
        return self.source.text.lstrip()[:1] == "{"

    @cached_property
    def document(self) -> Document | None:
        """The JSON object or YAML mapping it is, None where it is neither."""
        try:
            document = read_json(self.source) if self.is_json else read_yaml(self.source)
        except BadImportError:
            return None
        return document if isinstance(document.value, dict) else None

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the JSON object or YAML mapping it is."""
        value = self.document.value if self.document is not None else None
        return frozenset(value) if isinstance(value, dict) else frozenset()

    @cached_property
    def root(self) -> str | None:
        """The name of an XML file's outermost element, None where it is no XML."""
        if self.source.text.lstrip()[:1] != "<":
            return None
        names: list[str] = []
        with suppress(MarkupError):
            parse_markup(self.source.text.encode(), start=lambda name, _: names.append(name), doctype=True)
        return names[0] if names else None

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines that hold something and are no comment, without blanks at their ends."""
        found = (line.strip() for _, line in self.source.lines())
        return tuple(line for line in found if line and not line.startswith(("#", ";")))

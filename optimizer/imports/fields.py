"""The values of a document of another tool by key, blamed with their line where they are of another kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.imports.error import BadImportError
from optimizer.imports.request import At
from optimizer.imports.source import Source
from optimizer.imports.tree import line_of
from optimizer.problem.document import Document, KeyPath, Tree, show, spell_path


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping of a document: `path` is where it stands."""

    source: Source
    document: Document
    values: dict[str, Tree]
    path: KeyPath = ()

    @classmethod
    def of(cls, source: Source, document: Document) -> Fields:
        """Return the document's top level; raises BadImportError where it is no mapping."""
        if not isinstance(document.value, dict):
            raise BadImportError(source.path, f"expected a mapping, found {show(document.value)}", 1)
        return cls(source, document, document.value)

    def at(self, *keys: str | int) -> At:
        """Return where a key stands."""
        return At(self.source.path, line_of(self.document, (*self.path, *keys)))

    def bad(self, expected: str, found: Tree, *keys: str | int) -> BadImportError:
        """Return the exception for a value of another kind."""
        path: KeyPath = (*self.path, *keys)
        where = f" as {spell_path(path)}" if path else ""
        return BadImportError(
            self.source.path, f"expected {expected}{where}, found {show(found)}", self.at(*keys).line
        )

    def text(self, key: str) -> str | None:
        """Return a text, or a number as one; None where it is not there."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.bad("text", value, key)
        return str(value)

    def truth(self, key: str) -> bool | None:
        """Return true or false; None where it is not there."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.bad("true or false", value, key)
        return value

    def items(self, key: str) -> Iterator[tuple[Tree, At]]:
        """Yield the items of a list; one value by itself counts as a list, nothing as an empty one."""
        value = self.values.get(key)
        if isinstance(value, dict):
            raise self.bad("a list", value, key)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield item, self.at(key, index)
        elif value is not None:
            yield value, self.at(key)

    def texts(self, key: str) -> Iterator[tuple[str, At]]:
        """Yield the items of a list of text; a number counts as its text."""
        for item, at in self.items(key):
            if isinstance(item, bool) or not isinstance(item, str | int | float):
                raise BadImportError(self.source.path, f"expected text in {key}, found {show(item)}", at.line)
            yield str(item), at

    def mapping(self, key: str) -> Fields | None:
        """Return the mapping under a key; None where it is not there."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.bad("a mapping", value, key)
        return Fields(self.source, self.document, value, (*self.path, key))

    def mappings(self, key: str) -> Iterator[Fields]:
        """Yield the mappings of a list."""
        value = self.values.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.bad("a list", value, key)
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.bad("a mapping", item, key, index)
            yield Fields(self.source, self.document, item, (*self.path, key, index))

    def others(self, *known: str) -> list[tuple[str, At]]:
        """Return the keys that are none of the known ones, each with its place."""
        return [(key, self.at(key)) for key in self.values if key not in known]

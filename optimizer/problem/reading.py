"""One file being read: its values by key path, and the mistakes found so far."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from optimizer.problem.conform import kind_of, misfits
from optimizer.problem.document import Document, KeyPath, Tree, show
from optimizer.problem.error import Mistake
from optimizer.problem.file import FILE_LIMIT, checksum, read_file
from optimizer.problem.nearest import nearest
from optimizer.problem.problem import Position

ShapeType = TypeVar("ShapeType", bound=msgspec.Struct)
Parsed = TypeVar("Parsed")


class Reading:
    """A document held against its shape; parts that do not fit are blamed once and read as absent.

    `files` are those it was read from and those included since, each as shown to people and by its checksum.
    `file` is absolute, `document.file` the same as the user gave it. Relative paths begin beside the file they stand
    in, which `extends` may make another one.
    """

    def __init__(self, document: Document, shape: type[msgspec.Struct], file: Path) -> None:
        self.document, self.file = document, file
        self.files = list(document.files)
        self.mistakes: list[Mistake] = []
        self._misfits: set[KeyPath] = set()
        self._unsound: set[KeyPath] = set()
        blamed = set()
        for path, mistake in document.mistakes:
            blamed.add(path)
            self._blame(path, mistake)
        for misfit in misfits(document.value, kind_of(shape)):
            if misfit.path not in blamed:
                position = document.position(misfit.path)
                self._blame(misfit.path, Mistake(position, misfit.expected, misfit.found, misfit.nearest))

    def _blame(self, path: KeyPath, mistake: Mistake) -> None:
        self.mistakes.append(mistake)
        self._misfits.add(path)
        self._unsound.update(path[:length] for length in range(len(path) + 1))

    def position(self, path: KeyPath) -> Position:
        """Return where `path` stands in the file."""
        return self.document.position(path)

    def add(self, path: KeyPath, expected: str, found: str, near: tuple[str, ...] = ()) -> None:
        """Note a mistake that the shape alone does not show."""
        self.mistakes.append(Mistake(self.position(path), expected, found, near))

    def has(self, path: KeyPath) -> bool:
        """Return whether anything stands at `path`, right or wrong."""
        return self._raw(path) is not None

    def value(self, path: KeyPath) -> Tree:
        """Return the value at `path`; None where there is none, or where it or something under it does not fit."""
        return None if path in self._unsound else self._raw(path)

    def struct(self, path: KeyPath, shape: type[ShapeType]) -> ShapeType | None:
        """Return the mapping at `path` decoded; None as for `value`."""
        value = self.value(path)
        return None if value is None else msgspec.convert(value, shape)

    def text(self, path: KeyPath) -> str | None:
        """Return the text at `path`; None as for `value`, or where it is of another kind."""
        value = self.value(path)
        return value if isinstance(value, str) else None

    def count(self, path: KeyPath) -> int | None:
        """Return the integer at `path`; None as for `value`, or where it is of another kind."""
        value = self.value(path)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def children(self, path: KeyPath) -> list[KeyPath]:
        """Return the paths of the items of a list, or of the keys of a mapping, that fit their shape.

        None of what does not fit itself: what lies in a mapping where a list is due was held against no shape.
        """
        container = None if path in self._misfits else self._raw(path)
        keys: list[str | int] = list(range(len(container))) if isinstance(container, list) else []
        if isinstance(container, dict):
            keys = list(container)
        return [child for key in keys if (child := (*path, key)) not in self._unsound]

    def _raw(self, path: KeyPath) -> Tree:
        value = self.document.value
        for key in path:
            if isinstance(value, dict) and isinstance(key, str):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int):
                value = value[key]
            else:
                return None
        return value

    def beside(self, position: Position, name: str) -> Path:
        """Return the absolute path of a file or directory that is named there, relative to that file's directory."""
        return Path(self.shown(position, name)).absolute()

    def shown(self, position: Position, name: str) -> str:
        """Return the same path as people know it: relative where the file itself was given so."""
        return str(Path(position.file).parent / name)

    def include(
        self, path: KeyPath, name: str, parse: Callable[[bytes], Parsed], limit: int = FILE_LIMIT
    ) -> Parsed | None:
        """Return what `parse` makes of the file `name`; one that cannot be read is a mistake at `path`."""
        target = self.beside(self.position(path), name)
        try:
            content = read_file(target, limit)
        except OSError as error:
            self.add(path, "a readable file", f"{show(name)} ({error.strerror})", _siblings(target))
            return None
        self.files.append((self.shown(self.position(path), name), checksum(content)))
        return parse(content)


def _siblings(target: Path) -> tuple[str, ...]:
    try:
        return nearest(target.name, [entry.name for entry in target.parent.iterdir()])
    except OSError:
        return ()

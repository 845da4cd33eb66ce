"""What is wrong with a file of another tool, or with what the user says of it."""

from __future__ import annotations

from pathlib import Path


class BadImportError(ValueError):
    """A file that cannot be read as what it is said to be; `line` counts from 1, None where it is of no use."""

    def __init__(self, path: Path, what: str, line: int | None = None) -> None:
        super().__init__(path, what, line)
        self.path, self.what, self.line = path, what, line

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line is not None else f"{self.path}"
        return f"{place}: {self.what}"


class UnknownImportFormatError(ValueError):
    """A name that no format bears: the name, and those there are."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name, self.known = name, known

    def __str__(self) -> str:
        return f"there is no format {self.name!r} to import (--list shows them)"

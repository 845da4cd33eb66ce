"""Files that a file includes: only inside its own directory tree, each regular, no loops, not too many."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from optimizer.imports.error import BadImportError
from optimizer.imports.source import STANDARD_INPUT, Source, read_source

MAX_DEPTH = 16
MAX_FILES = 256


@dataclass(slots=True)
class Includes:
    """The files one import may read: `root` and below, resolved; None where there is no place to read from."""

    root: Path | None
    opened: int = 0
    chains: dict[Path, tuple[Path, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path, within: Path | None = None) -> Includes:
        """Return what `file` may include: what lies in its own directory, or in `within`, and below."""
        if within is None and file == STANDARD_INPUT:
            return cls(None)
        return cls((within or file.parent).resolve())

    def outside(self, name: str, at: Path) -> bool:
        """Return whether the file that `name` means in `at` may not be read."""
        return self.root is None or Path(name).is_absolute() or not _resolved(at, name).is_relative_to(self.root)

    def read(self, name: str, at: Path, line: int | None) -> Source:
        """Return the file that `name` means beside `at`; raises BadImportError where that must not or cannot be."""
        if "\x00" in name or not name.strip():
            raise BadImportError(at, f"expected the name of a file to include, found {name[:60]!r}", line)
        if self.outside(name, at):
            where = (
                "no file, since this one is read from standard input"
                if self.root is None
                else f"a file in {self.root}"
            )
            raise BadImportError(at, f"expected {where}, found {name[:200]!r}", line)
        path, resolved = at.parent / name, _resolved(at, name)
        above = (*self.chains.get(at.resolve(), ()), at.resolve())
        self.opened += 1
        if resolved in above:
            raise BadImportError(at, f"expected a file that does not include this one, found {name!r}", line)
        if len(above) > MAX_DEPTH or self.opened > MAX_FILES:
            raise BadImportError(at, f"expected at most {MAX_DEPTH} levels and {MAX_FILES} files, found more", line)
        if not resolved.is_file():
            raise BadImportError(at, f"expected a file to include, found none at {str(path)[:200]!r}", line)
        self.chains[resolved] = above
        return read_source(path)

    def siblings(self, at: Path, pattern: str) -> list[Path]:
        """Return the regular files beside `at` that match a pattern and may be read, sorted."""
        if self.root is None:
            return []
        found = (path for path in at.parent.glob(pattern) if path.is_file())
        return sorted(path for path in found if not self.outside(path.relative_to(at.parent).as_posix(), at))


def _resolved(at: Path, name: str) -> Path:
    return (at.parent / name).resolve()

"""A file from a stranger: read once, within bounds, as text."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from optimizer.imports.error import BadImportError

#: Longer than any list a distribution has published, and short enough to hold in memory several times.
MAX_BYTES = 32 << 20
STANDARD_INPUT = Path("-")


@dataclass(frozen=True, slots=True)
class Source:
    """A file's content as text, and the path by which it is named to people."""

    path: Path
    text: str

    def lines(self) -> list[tuple[int, str]]:
        """Return the lines with their numbers, from 1; only newlines part them, as editors count."""
        return [(number, line.rstrip("\r")) for number, line in enumerate(self.text.split("\n"), start=1)]


def read_source(path: Path) -> Source:
    """Return the text of a file, of standard input for `-`; raises BadImportError and OSError."""
    if path == STANDARD_INPUT:
        content = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise BadImportError(path, f"expected at most {MAX_BYTES >> 20} MiB, found more")
    return Source(path, _decode(path, content))


def _decode(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadImportError(path, f"expected UTF-8 text, found byte 0x{content[error.start]:02x}", line) from error

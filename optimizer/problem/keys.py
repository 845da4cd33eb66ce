"""The keys that must have signed a repository, as the problem or a `.repo` file names them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from optimizer.problem.document import KeyPath, show
from optimizer.problem.error import Mistake
from optimizer.problem.location import Variables, read_location
from optimizer.problem.nearest import nearest
from optimizer.problem.problem import KeySource, Position
from optimizer.problem.reading import Reading
from optimizer.problem.shape import RepositoryShape

if TYPE_CHECKING:
    from optimizer.problem.repo_file import RepoSection

_WANTED = "gpgkey, the keys that sign the repository"
# A key that came over plain http would prove nothing.
_SCHEMES = ("file", "https")
_EXPECTED = "a key file, or a file:// or https:// URL"


def written_keys(
    reading: Reading, path: KeyPath, shape: RepositoryShape, variables: Variables
) -> tuple[KeySource, ...]:
    """Return the keys that a repository of the problem file names; none where no signature is asked for there.

    A named key asks for signatures, unless `repo_gpgcheck: false`. Mistakes are noted in `reading`.
    """
    key: KeyPath = (*path, "gpgkey")
    if shape.repo_gpgcheck is False:
        return ()
    if shape.gpgkey is None:
        if shape.repo_gpgcheck and not shape.repo_file:
            reading.add((*path, "repo_gpgcheck"), _WANTED, "no gpgkey")
        return ()
    texts = (
        {key: shape.gpgkey}
        if isinstance(shape.gpgkey, str)
        else {(*key, index): text for index, text in enumerate(shape.gpgkey)}
    )
    return _read(reading, ((reading.position(place), text) for place, text in texts.items()), variables)


def section_keys(
    reading: Reading, section: RepoSection, shape: RepositoryShape, variables: Variables
) -> tuple[KeySource, ...]:
    """Return the keys of a section of a `.repo` file, if signatures are asked for there or in the problem file."""
    wanted = section.signed if shape.repo_gpgcheck is None else shape.repo_gpgcheck
    if not wanted or shape.gpgkey is not None:
        return ()
    if not section.keys:
        reading.mistakes.append(Mistake(section.signed_position or section.position, _WANTED, "no gpgkey"))
    place = section.key_position or section.position
    return _read(reading, ((place, text) for text in section.keys), variables)


def _read(reading: Reading, texts: Iterable[tuple[Position, str]], variables: Variables) -> tuple[KeySource, ...]:
    found = (_key(reading, position, text, variables) for position, text in texts)
    return tuple(key for key in found if key is not None)


def _key(reading: Reading, position: Position, text: str, variables: Variables) -> KeySource | None:
    location = read_location(reading, position, text, variables, schemes=_SCHEMES, expected=_EXPECTED)
    if location is None:
        return None
    if location.lower().startswith("https://"):
        return KeySource(location, position)
    path = Path(unquote(urlsplit(location).path) if location.lower().startswith("file:") else location)
    refused = _unreadable(path)
    if refused is not None:
        near = nearest(path.name, _names_beside(path))
        reading.mistakes.append(Mistake(position, "a readable key file", f"{show(text)} ({refused})", near))
        return None
    return KeySource(str(path), position)


def _unreadable(path: Path) -> str | None:
    """Nothing is opened: a pipe would wait for a writer."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return error.strerror or "cannot be read"
    if not stat.S_ISREG(mode):
        return "not a regular file"
    return None if os.access(path, os.R_OK) else "Permission denied"


def _names_beside(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return []

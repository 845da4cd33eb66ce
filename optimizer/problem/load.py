"""From a problem file to a Problem: read, held against its shape, its includes resolved, every mistake at once."""

from __future__ import annotations

import os
import re
from pathlib import Path

from optimizer.problem.document import Document, show
from optimizer.problem.equivalents import read_equivalents
from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.extend import read_extended
from optimizer.problem.features import read_features, read_forbidden
from optimizer.problem.file import spelt
from optimizer.problem.limits import read_limits
from optimizer.problem.pins import read_manifest, read_pins
from optimizer.problem.policy import read_modules, read_objectives, read_policy
from optimizer.problem.problem import Problem, ProblemFile
from optimizer.problem.reading import Reading
from optimizer.problem.repositories import read_repositories
from optimizer.problem.shape import SAFE_NAME_PATTERN, SAFE_NAME_WORDS, ProblemShape
from optimizer.problem.sizes import read_sizes


def load_problem(path: Path) -> Problem:
    """Return the problem that the YAML file at `path` states, with all that it extends and includes.

    Repositories are named, not looked at. Positions show `path` as it was given, and name the file a value comes
    from. Raises ProblemError with every mistake that can be told apart, those of the problem file first, by line.
    """
    return read_problem(read_extended(path), path.absolute())


def read_problem(document: Document, file: Path) -> Problem:
    """Return the problem that a document states which has taken in all it extends; `file` is absolute.

    Raises ProblemError as `load_problem` does.
    """
    if isinstance(document.value, dict) and "images" in document.value and "features" not in document.value:
        found = "a family of images, which `pkgset solve` and `pkgset verify` alone take"
        raise ProblemError((Mistake(document.position(("images",)), "a problem", found),))
    reading = Reading(document, ProblemShape, file)
    problem = _read_problem(reading)
    if reading.mistakes:
        raise ProblemError(_in_order(document.file, reading.mistakes))
    return problem


def _read_problem(reading: Reading) -> Problem:
    repositories = read_repositories(reading)
    release = reading.value(("releasever",))
    return Problem(
        name=_read_name(reading),
        arch=reading.text(("arch",)) or "",
        releasever=None if release is None else str(release),
        repositories=repositories,
        features=read_features(reading),
        file=reading.file,
        equivalents=read_equivalents(reading),
        forbidden=read_forbidden(reading),
        limits=read_limits(reading),
        pins=read_pins(reading, (repository.id for repository in repositories)),
        lock=read_manifest(reading, "lock"),
        previous=read_manifest(reading, "previous"),
        modules=read_modules(reading),
        sizes=read_sizes(reading),
        policy=read_policy(reading),
        objectives=read_objectives(reading),
        files=_files(reading),
    )


def _files(reading: Reading) -> tuple[ProblemFile, ...]:
    """Return what has been read, each file once, named from the problem's directory: the same wherever that is."""
    named = {
        spelt(Path(os.path.relpath(Path(shown).absolute(), reading.file.parent)).as_posix()): checksum
        for shown, checksum in reading.files
    }
    return tuple(ProblemFile(name, checksum) for name, checksum in named.items())


def _read_name(reading: Reading) -> str:
    """The stem stands in for a name, and must do as a directory just the same; families of files share stems."""
    stem = reading.file.stem
    if reading.has(("extends",)) and not reading.has(("name",)):
        reading.add(("name",), "a name of its own beside extends", "none")
    if not reading.has(("name",)) and not re.fullmatch(SAFE_NAME_PATTERN, stem):
        reading.add(("name",), SAFE_NAME_WORDS, f"none, and the file's own {show(stem)} will not do")
    return reading.text(("name",)) or stem


def _in_order(file: str, mistakes: list[Mistake]) -> tuple[Mistake, ...]:
    def place(mistake: Mistake) -> tuple[bool, str, int]:
        position = mistake.position
        return position.file != file, position.file, position.line

    return tuple(sorted(dict.fromkeys(mistakes), key=place))

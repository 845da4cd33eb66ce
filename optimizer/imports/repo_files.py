"""Repositories by their ids, looked up in the `.repo` files that lie beside a file."""

from __future__ import annotations

from pathlib import Path

from optimizer.imports.error import BadImportError
from optimizer.imports.includes import Includes
from optimizer.imports.request import AskedRepository, At
from optimizer.imports.source import Source
from optimizer.problem.error import ProblemError
from optimizer.problem.repo_file import RepoSection, parse_repo_file


def repositories_beside(includes: Includes, at: Path) -> dict[str, RepoSection]:
    """Return the sections of all `.repo` files beside a file, by id; raises BadImportError."""
    found: dict[str, RepoSection] = {}
    for path in includes.siblings(at, "*.repo"):
        for section in read_repo_file(includes.read(path.name, at, None)):
            found.setdefault(section.id, section)
    return found


def read_repo_file(source: Source) -> tuple[RepoSection, ...]:
    """Return the sections of a `.repo` file; raises BadImportError."""
    try:
        return parse_repo_file(str(source.path), source.text.encode())
    except ProblemError as error:
        mistake = error.mistakes[0]
        what = f"expected {mistake.expected}, found {mistake.found}"
        raise BadImportError(source.path, what, mistake.position.line) from error


def asked_of(section: RepoSection) -> AskedRepository:
    """Return the repository of a section."""
    at = At(Path(section.position.file), section.position.line)
    return AskedRepository(section.id, at, section.baseurls, f"only {' and '.join(section.lists) or 'its id'}")

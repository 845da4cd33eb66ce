"""The problem's repositories, as written there or in a dnf `.repo` file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from optimizer.problem.document import KeyPath, show
from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.keys import section_keys, written_keys
from optimizer.problem.location import Variables, read_location, read_variables
from optimizer.problem.nearest import nearest
from optimizer.problem.problem import KeySource, RepositorySource
from optimizer.problem.reading import Reading
from optimizer.problem.shape import SAFE_NAME_PATTERN, SAFE_NAME_WORDS, RepositoryShape

if TYPE_CHECKING:
    from optimizer.problem.repo_file import RepoSection


def read_repositories(reading: Reading) -> tuple[RepositorySource, ...]:
    """Return the repositories in the problem's order, each id once; mistakes are noted in `reading`."""
    variables = read_variables(reading)
    sources: list[RepositorySource] = []
    for path in reading.children(("repositories",)):
        shape = reading.struct(path, RepositoryShape)
        if shape is not None:
            sources += (
                _from_file(reading, path, shape, variables)
                if shape.repo_file
                else _written(reading, path, shape, variables)
            )
    first: dict[str, RepositorySource] = {}
    for source in sources:
        known = first.setdefault(source.id, source)
        if known is not source:
            place = f"{known.position.file}:{known.position.line}"
            found = f"{show(source.id)} again (first at {place})"
            reading.mistakes.append(Mistake(source.position, "each repository id once", found))
    return tuple(first.values())


def _written(reading: Reading, path: KeyPath, shape: RepositoryShape, variables: Variables) -> list[RepositorySource]:
    if shape.ids:
        reading.add((*path, "ids"), "ids only beside repo_file", "no repo_file")
    if shape.id is None or shape.baseurl is None:
        missing = "baseurl" if shape.id is not None else "id"
        reading.add((*path, missing), "id and baseurl, or repo_file", f"no {missing}")
        return []
    position = reading.position((*path, "id"))
    key: KeyPath = (*path, "baseurl")
    texts = (
        {key: shape.baseurl}
        if isinstance(shape.baseurl, str)
        else {(*key, index): text for index, text in enumerate(shape.baseurl)}
    )
    found = [read_location(reading, reading.position(place), text, variables) for place, text in texts.items()]
    locations = tuple(location for location in found if location is not None)
    return [
        RepositorySource(shape.id, shape.origin, locations, position, written_keys(reading, path, shape, variables))
    ]


def _from_file(
    reading: Reading, path: KeyPath, shape: RepositoryShape, variables: Variables
) -> list[RepositorySource]:
    from optimizer.problem.repo_file import parse_repo_file

    assert shape.repo_file is not None
    for key, value in (("id", shape.id), ("baseurl", shape.baseurl)):
        if value is not None:
            reading.add((*path, key), f"repo_file without {key}", key)
    place: KeyPath = (*path, "repo_file")
    shown = reading.shown(reading.position(place), shape.repo_file)
    try:
        sections = reading.include(place, shape.repo_file, lambda content: parse_repo_file(shown, content))
    except ProblemError as error:
        reading.mistakes += error.mistakes
        return []
    if sections is None:
        return []
    chosen = _chosen(reading, path, shape, sections)
    if not chosen and not shape.ids:
        reading.add(place, "at least one enabled repository", f"none in {show(shape.repo_file)}")
    # Read where they are wanted, and once: a mistake in them is one mistake, however many sections take them.
    given = written_keys(reading, path, shape, variables)
    return [
        source
        for section in chosen
        if (source := _from_section(reading, section, shape, variables, given)) is not None
    ]


def _chosen(
    reading: Reading, path: KeyPath, shape: RepositoryShape, sections: tuple[RepoSection, ...]
) -> list[RepoSection]:
    if shape.ids is None:
        return [section for section in sections if section.enabled]
    by_id = {section.id: section for section in sections}
    for index, name in enumerate(shape.ids):
        if name not in by_id:
            expected = f"the id of a section of {show(shape.repo_file)}"
            reading.add((*path, "ids", index), expected, show(name), nearest(name, by_id))
    return [by_id[name] for name in shape.ids if name in by_id]


def _from_section(
    reading: Reading,
    section: RepoSection,
    shape: RepositoryShape,
    variables: Variables,
    given: tuple[KeySource, ...],
) -> RepositorySource | None:
    if not re.fullmatch(SAFE_NAME_PATTERN, section.id):
        reading.mistakes.append(Mistake(section.position, SAFE_NAME_WORDS, show(section.id)))
        return None
    if not section.baseurls:
        found = f"{' and '.join(section.lists)} only" if section.lists else "none"
        reading.mistakes.append(Mistake(section.position, "a baseurl (lists of mirrors are not read)", found))
        return None
    found_at = [read_location(reading, section.baseurl_position, url, variables) for url in section.baseurls]
    locations = tuple(location for location in found_at if location is not None)
    keys = given or section_keys(reading, section, shape, variables)
    return RepositorySource(section.id, shape.origin, locations, section.position, keys)

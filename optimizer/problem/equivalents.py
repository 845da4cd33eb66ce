"""Equivalents: downstream names and what stands for them upstream, in the problem or in a file of their own."""

from __future__ import annotations

from optimizer.problem.document import KeyPath, read_document, show
from optimizer.problem.error import ProblemError
from optimizer.problem.problem import Equivalent
from optimizer.problem.reading import Reading
from optimizer.problem.requirement import read_dependency
from optimizer.problem.shape import EquivalentShape, EquivalentsShape

_KEY: KeyPath = ("equivalents",)


def read_equivalents(reading: Reading) -> tuple[Equivalent, ...]:
    """Return the equivalents in the order they are written, without stand-ins where the problem wants none."""
    name = reading.text(_KEY)
    rows = _read_rows(reading) if name is None else _read_file(reading, name)
    if reading.value(("stand_ins",)) is False:
        return tuple(row for row in rows if not row.stand_in)
    return rows


def _read_file(reading: Reading, name: str) -> tuple[Equivalent, ...]:
    shown = reading.shown(reading.position(_KEY), name)
    try:
        document = reading.include(_KEY, name, lambda content: read_document(shown, content))
    except ProblemError as error:
        reading.mistakes += error.mistakes
        return ()
    if document is None:
        return ()
    table = Reading(document, EquivalentsShape, reading.beside(reading.position(_KEY), name))
    rows = _read_rows(table)
    reading.mistakes += table.mistakes
    return rows


def _read_rows(reading: Reading) -> tuple[Equivalent, ...]:
    return tuple(row for path in reading.children(_KEY) if (row := _read_row(reading, path)) is not None)


def _read_row(reading: Reading, path: KeyPath) -> Equivalent | None:
    name, value = str(path[-1]), reading.value(path)
    if not _is_name(reading, path, name):
        return None
    why, stand_in, upstream = "", False, path
    if isinstance(value, dict):
        row = reading.struct(path, EquivalentShape)
        assert row is not None
        why, stand_in, upstream = row.why or "", bool(row.stand_in), (*path, "upstream")
    needed = [read_dependency(reading, place, text) for place, text in _texts(reading, upstream)]
    return Equivalent(name, tuple(one for one in needed if one is not None), why, stand_in, reading.position(path))


def _is_name(reading: Reading, path: KeyPath, name: str) -> bool:
    """A key is the bare name of a capability: bounds and rich operators belong to the other side."""
    before = len(reading.mistakes)
    dependency = read_dependency(reading, path, name)
    if dependency is not None and str(dependency) != name:
        reading.add(path, "a capability without a version", show(name))
    return len(reading.mistakes) == before


def _texts(reading: Reading, path: KeyPath) -> list[tuple[KeyPath, str]]:
    value = reading.value(path)
    if isinstance(value, list):
        return [(place, text) for place in reading.children(path) if (text := reading.text(place)) is not None]
    return [(path, value)] if isinstance(value, str) else []

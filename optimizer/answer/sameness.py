"""Whether a result's files are those that its question gives again, byte for byte, and the first place where not.

What the machine and the hour put into run.json is left out: timings, versions, and where a repository was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from optimizer.answer.result import InputFile, RunRecord
from optimizer.answer.stored import INSTANCE, RUN
from optimizer.problem.problem import ProblemFile
from optimizer.universe.instance import Input
from optimizer.universe.snapshot import decode_instance, encode_instance

_SHOWN = 200


class UnsettledResultError(ValueError):
    """A result that its question need not give again: which, and its status."""

    def __init__(self, path: Path, status: str) -> None:
        super().__init__(path, status)
        self.path, self.status = path, status

    def __str__(self) -> str:
        return f"{self.path} is {self.status!r}: only what is proven is the same each time"


def changed_files(written: Sequence[InputFile], found: Sequence[ProblemFile]) -> tuple[str, ...]:
    """Return a line for each file of a problem that is not what it was, or was not there, or is no more."""
    before = {file.name: file.checksum for file in written}
    now = {file.name: file.checksum for file in found}
    return _changes("file", before, now)


def changed_repositories(written: Sequence[Input], found: Sequence[Input]) -> tuple[str, ...]:
    """Return a line for each thing that was read of a repository and is not what it was."""
    return _changes("repository", _flat(written), _flat(found))


def _flat(inputs: Sequence[Input]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for given in inputs:
        flat[given.repository] = given.checksum
        flat |= {f"{given.repository}: {part.name}": part.checksum for part in given.parts}
        flat |= {f"{given.repository}: key {number}": held for number, held in enumerate(given.keys, start=1)}
        if given.signed_by is not None:
            flat[f"{given.repository}: signed by"] = given.signed_by
    return flat


def _changes(kind: str, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{kind} {name} is {now.get(name, 'not there any more')}, {RUN} has {before.get(name, 'none of it')}"
        for name in dict.fromkeys((*before, *now))
        if before.get(name) != now.get(name)
    )


def first_difference(name: str, written: bytes, derived: bytes) -> str | None:
    """Return in words where a result's file first differs from what its question gives; None: nowhere.

    Raises BadInstanceError for a problem.instance that is none.
    """
    kind = name.rpartition("/")[2]
    if kind == INSTANCE:
        written, derived = _instances(name, written, derived)
    elif kind == RUN:
        derived = _as_of(written, derived)
    if written == derived:
        return None
    try:
        found = _first(msgspec.json.decode(written), msgspec.json.decode(derived), "")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"{name}: no JSON: {error}"
    if found is not None:
        place, one, other = found
        return f"{name}: {place.lstrip('.') or 'all'} is {_short(one)}, derived anew {_short(other)}"
    common = next((i for i, pair in enumerate(zip(written, derived, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(written), len(derived)) if common is None else common
    return f"{name}: byte {at + 1} is not what is derived anew, though the values are"


def _instances(name: str, written: bytes, derived: bytes) -> tuple[bytes, bytes]:
    """Both as JSON: what compressed them may be of another version; repositories where they were read before."""
    one, other = decode_instance(written, name), decode_instance(derived, name)
    places = {given.repository: given.location for given in one.inputs}
    inputs = tuple(
        msgspec.structs.replace(given, location=places.get(given.repository, given.location))
        for given in other.inputs
    )
    return encode_instance(one), encode_instance(msgspec.structs.replace(other, inputs=inputs))


def _as_of(written: bytes, derived: bytes) -> bytes:
    """Return run.json as derived anew, with the timings, versions and places that the written one tells."""
    try:
        one = msgspec.json.decode(written, type=RunRecord)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return derived
    other = msgspec.json.decode(derived, type=RunRecord)
    places = {given.repository: given.location for given in one.inputs}
    same = msgspec.structs.replace(
        other,
        timings=one.timings,
        versions=one.versions,
        inputs=tuple(
            msgspec.structs.replace(given, location=places.get(given.repository, given.location))
            for given in other.inputs
        ),
    )
    return msgspec.json.format(msgspec.json.encode(same), indent=2) + b"\n"


def _first(one: Any, other: Any, place: str) -> tuple[str, Any, Any] | None:
    """Return the first place where two JSON values differ, with both; a key that is missing is "nothing"."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            if key not in one or key not in other:
                return f"{place}.{key}", one.get(key, "nothing"), other.get(key, "nothing")
            found = _first(one[key], other[key], f"{place}.{key}")
            if found is not None:
                return found
        return None
    if isinstance(one, list) and isinstance(other, list):
        for index, pair in enumerate(zip(one, other, strict=False)):
            found = _first(*pair, f"{place}[{index}]")
            if found is not None:
                return found
        if len(one) != len(other):
            return place, f"{len(one)} long", f"{len(other)} long"
        return None
    return None if (type(one), one) == (type(other), other) else (place, one, other)


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."

"""A frontier's files: the record, its table as CSV, and how far the search is, each written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import msgspec

from optimizer.answer.frontier import FrontierRecord, instance_digest
from optimizer.export.results import write_json
from optimizer.export.writing import write_whole
from optimizer.model.fingerprint import model_fingerprint
from optimizer.model.frontier import SearchState
from optimizer.universe.instance import Instance


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A search on disk: `search` says of which question by which code."""

    format: int
    search: str
    state: SearchState


def frontier_csv(record: FrontierRecord) -> str:
    """Return a frontier as CSV with a heading, a line for each point; bytes and counts, NEVRAs between spaces."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    extra = [f"{kind}_change" for kind in record.objectives]
    totals = [name for name in ("packages", "installed_size", "download_size") if name not in record.objectives]
    writer.writerow(["point", *record.objectives, *extra, "status", *totals, "maintained", "gained", "lost"])
    for place, point in enumerate(record.points, start=1):
        changed = point.change or {}
        writer.writerow(
            [
                place,
                *(point.values[kind] for kind in record.objectives),
                *(changed.get(kind, "") for kind in record.objectives),
                point.status,
                *(getattr(point.totals, name) for name in totals),
                " ".join(point.maintained),
                " ".join(record.packages[index].nevra for index in point.gained),
                " ".join(record.packages[index].nevra for index in point.lost),
            ]
        )
    return text.getvalue()


def write_frontier(record: FrontierRecord, path: Path) -> None:
    """Write a frontier as JSON; raises OSError."""
    write_json(path, record)


def search_digest(instance: Instance, asked: Sequence[str]) -> str:
    """Return what a search is known by: the question's bytes, what is asked of it, and the model's code."""
    parts = (instance_digest(instance), model_fingerprint(), *asked)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_search(path: Path, search: str) -> SearchState:
    """Return how far a search came; nothing where the file is not there, cannot be read or is of another search."""
    try:
        stored = msgspec.json.decode(path.read_bytes(), type=_Stored)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return SearchState()
    return stored.state if stored.search == search else SearchState()


def write_search(path: Path, search: str, state: SearchState) -> None:
    """Write how far a search is; raises OSError."""
    write_whole(path, msgspec.json.encode(_Stored(format=1, search=search, state=state)) + b"\n")

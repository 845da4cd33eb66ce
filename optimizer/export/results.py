"""The result files of one problem, the question beside the answer, each written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from optimizer.answer.result import Result
from optimizer.answer.stored import DIVERGENCE, INSTANCE, MANIFEST, RUN
from optimizer.export.writing import check_directory, write_whole
from optimizer.universe.snapshot import compress_instance


def write_results(result: Result, directory: Path) -> Path:
    """Write a result's files into `directory/<problem>/` and return that directory.

    An earlier run.json goes first and the new one comes last, so a run.json always speaks of the files beside it.
    Without an answer, an earlier manifest and divergence list are removed. The Instance is written in any case: what
    `pkgset explain`, `diff` and `report` ask later, they ask of it. Raises OSError.
    """
    return write_files(directory / result.instance.problem, result_files(result))


def result_files(result: Result) -> dict[str, bytes]:
    """Return the bytes of a result's files by their names."""
    values = {MANIFEST: result.manifest, DIVERGENCE: result.divergence, RUN: result.record}
    files = {name: indented(value) for name, value in values.items() if value is not None}
    return files | {INSTANCE: compress_instance(result.instance)}


def write_files(target: Path, files: Mapping[str, bytes]) -> Path:
    """Write the files of one result into a directory as `write_results` does, and return it; raises OSError."""
    target.mkdir(parents=True, exist_ok=True)
    check_directory(target)
    (target / RUN).unlink(missing_ok=True)
    for name in (MANIFEST, DIVERGENCE, INSTANCE, RUN):
        if name in files:
            write_whole(target / name, files[name])
        else:
            (target / name).unlink(missing_ok=True)
    return target


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON by one rename; raises OSError and then leaves nothing behind."""
    write_whole(path, indented(value))


def indented(value: Any) -> bytes:
    """Return a value as JSON as it stands in result files."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"

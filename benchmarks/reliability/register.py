"""The rows there are, and what a run of one leaves."""

from __future__ import annotations

import importlib
import pkgutil
import time
from pathlib import Path

import msgspec

from benchmarks.machine import this_machine, versions
from benchmarks.reliability import rows
from benchmarks.reliability.promise import Promise, Record, Scale


def promises() -> dict[str, Promise]:
    """Return every row by its name, which is its module's with hyphens; raises ValueError where it is not."""
    found = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(rows.__path__)):
        row: Promise = importlib.import_module(f"{rows.__name__}.{module}").ROW
        if row.name != module.replace("_", "-"):
            raise ValueError(f"{module}: {row.name}")
        found[row.name] = row
    return found


def measure(promise: Promise, scale: Scale) -> Record:
    """Try one promise and return what was counted."""
    machine = this_machine()
    begun = time.perf_counter()
    figures = promise.measure(scale)
    return Record(
        name=promise.name,
        promise=promise.promise,
        tests=promise.tests,
        figures=figures,
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        seconds=round(time.perf_counter() - begun, 1),
        machine=machine,
        versions=versions(),
    )


def write_record(record: Record, directory: Path) -> Path:
    """Write a record as `directory/ROW.json` and return the file."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{record.name}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    return path


def read_records(directory: Path) -> list[Record]:
    """Return what was recorded, by the rows' names."""
    return [msgspec.json.decode(path.read_bytes(), type=Record) for path in sorted(directory.glob("*.json"))]

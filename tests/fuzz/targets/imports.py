"""The files of other tools, a target a format; seeds are the small files of the import's own cases."""

from __future__ import annotations

import shutil
from pathlib import Path

from optimizer.imports.formats import FORMATS, read_request
from optimizer.imports.problem_text import problem_text
from optimizer.imports.settle import settle
from optimizer.problem.load import load_problem
from tests.fuzz.mutate import Kind
from tests.fuzz.target import Contain, Run, Target

_CASES = Path(__file__).parents[2] / "imports" / "cases"
_NAMED = ("Containerfile", "mkosi.conf")
_KINDS = {
    "kiwi": Kind.XML,
    "comps-group": Kind.XML,
    **dict.fromkeys(("kickstart", "mkosi", "containerfile", "osbuild-blueprint", "names", "rpm-qa"), Kind.TEXT),
    "rpm-columns": Kind.TEXT,
}


def _run(name: str) -> Run:
    beside_it = sorted((_CASES / name).iterdir())

    def read(data: bytes, place: Path, contain: Contain) -> None:
        for beside in beside_it:
            shutil.copytree(beside, place, dirs_exist_ok=True)
        path = place / "input"
        path.write_bytes(data)
        imported = settle(read_request(path, name))
        problem = place / "problem.yaml"
        problem.write_text(problem_text(imported), encoding="utf-8")
        load_problem(problem)  # what is taken over is a problem that loads

    return read


def _seeds(name: str) -> tuple[bytes, ...]:
    found = sorted((_CASES / name).glob("*/*"))
    return tuple(path.read_bytes() for path in found if path.stem == "input" or path.name in _NAMED)


TARGETS = tuple(
    Target(f"import-{name}", _KINDS.get(name, Kind.TREE), lambda name=name: _seeds(name), _run(name))  # type: ignore[misc]
    for name in FORMATS
)

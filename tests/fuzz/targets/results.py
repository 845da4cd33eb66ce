"""What we wrote ourselves and others may have changed: Instance files and result directories."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

from optimizer.problem.load import load_problem
from optimizer.repository.cache import Cache
from optimizer.universe.size import check_known_sizes
from optimizer.universe.snapshot import compress_instance, decode_instance, encode_instance, read_instance
from tests.fuzz.mutate import Kind
from tests.fuzz.target import Contain, Run, Target
from tests.requirements import PROJECT_ROOT

_DEMO = PROJECT_ROOT / "problems" / "demo"
_PARTS = ("manifest.json", "divergence.json", "run.json")


def run_instance(data: bytes, place: Path, contain: Contain) -> None:
    """An Instance that is read can be solved, and the answer verifies."""
    from optimizer.answer.verify import verify
    from optimizer.model.solve import Engine
    from optimizer.model.solver import Budget

    path = place / "x.instance"
    path.write_bytes(data)
    instance = read_instance(path)
    check_known_sizes(instance)
    solution = Engine.of(instance).solve(budget=Budget(2.0))
    if solution.solved:
        assert verify(instance, solution) == ()


@cache
def _instances() -> tuple[bytes, ...]:
    from optimizer.pipeline import Settings, close_problem

    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("demo", "rich", "limits", "weights"):
            settings = Settings(cache=Cache(Path(folder)))
            found.append(close_problem(load_problem(_DEMO / f"{name}.yaml"), settings).closed.instance)
    return tuple(map(encode_instance, found))


def _packed() -> tuple[bytes, ...]:
    return tuple(compress_instance(decode_instance(content, "seed")) for content in _instances())


@cache
def _result() -> Path:
    """A result of the demo, kept until this process ends."""
    from optimizer.export.results import write_results
    from optimizer.pipeline import Settings, solve_file

    folder = Path(tempfile.mkdtemp(prefix="pkgset-fuzz-result-"))
    atexit.register(shutil.rmtree, folder)
    result = solve_file(_DEMO / "demo.yaml", Settings(cache=Cache(folder / "cache")))
    written = write_results(result, folder)
    record = json.loads((written / "run.json").read_bytes())
    record["timings"] = {}  # which are never the same
    (written / "run.json").write_text(json.dumps(record))
    return written


def _stored(part: str) -> Run:
    def read(data: bytes, place: Path, contain: Contain) -> None:
        from optimizer.answer.stored import checked_solution, read_manifest, read_stored

        shutil.copytree(_result(), place / "result")
        (place / "result" / part).write_bytes(data)
        read_manifest(place / "result" / "manifest.json")
        stored = read_stored(place / "result")
        checked_solution(stored, stored.instance())

    return read


TARGETS = (
    Target("instance", Kind.TREE, _instances, run_instance, guided=False),
    Target("instance-packed", Kind.BINARY, _packed, run_instance, guided=False),
    *(
        Target(part, Kind.TREE, lambda part=part: ((_result() / part).read_bytes(),), _stored(part))  # type: ignore[misc]
        for part in _PARTS
    ),
)

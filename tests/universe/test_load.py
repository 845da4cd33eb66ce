"""Loading metadata: what is opened is closed again, however many problems one process works on."""

from __future__ import annotations

from pathlib import Path

from optimizer.pipeline import Settings, close_problem
from optimizer.problem.load import load_problem
from optimizer.repository.cache import Cache
from tests.demo.recipes import DEMO


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    problem = load_problem(DEMO / "rich.yaml")
    before = open_descriptors()
    for number in range(3):  # parsed each time, then read from the cache
        close_problem(problem, Settings(cache=Cache(tmp_path / str(number % 2))))
    assert open_descriptors() == before

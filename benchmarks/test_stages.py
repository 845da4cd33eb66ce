"""Each stage of the way by itself, on three real problems and a generated one: pytest-benchmark.

    pytest benchmarks --benchmark-only [--benchmark-autosave] [--benchmark-compare] [-k 'prove or close']

Not part of the suite: pytest looks into tests/ only. A stage that changes what it is given gets it anew each round,
and that is not timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.generate import features_reaching, generate
from benchmarks.place import ROOT
from benchmarks.rpm_md import write_problem
from optimizer.answer.verify import verify
from optimizer.export.results import write_results
from optimizer.model.solution import SolveStatus
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, solve_problem
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Problem
from optimizer.repository.cache import Cache
from optimizer.repository.progress import Silent
from optimizer.repository.repository import Repository, open_repository
from optimizer.universe.assemble import Closed, write_down
from optimizer.universe.close import reach_closure
from optimizer.universe.load import Loaded, load_world
from optimizer.universe.prepare import Universe, libsolv_choice, prepare_universe
from tests.requirements import require_data

ROUNDS = 5
REAL = ("cs9-host", "c7-gnome-desktop", "opensuse-kde4")


@dataclass(frozen=True, slots=True)
class Case:
    """A problem, its opened repositories, and settings with a cache of its own."""

    problem: Problem
    repositories: tuple[Repository, ...]
    settings: Settings

    def load(self) -> Loaded:
        """Read the metadata, file lists left out, through the cache."""
        return load_world(self.problem, self.repositories, self.settings.cache, Silent(), filelists=False)

    def prepare(self) -> Universe:
        """Load, and choose the candidates."""
        return prepare_universe(self.problem, self.load())

    def close(self) -> Closed:
        """Load, prepare and close."""
        universe = self.prepare()
        closure = reach_closure(universe)
        return write_down(universe, closure, libsolv_choice(universe))


@pytest.fixture(scope="session", params=[*REAL, "generated"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """One problem after another."""
    directory = tmp_path_factory.mktemp(request.param)
    if request.param == "generated":
        universe = generate(20_000)
        file = write_problem(universe, features_reaching(universe, 2_000), directory)
        mirror = None
    else:
        file, mirror = ROOT / "problems" / "real" / f"{request.param}.yaml", require_data()
    settings = Settings(mirror=mirror, cache=Cache(directory / "cache"))
    problem = load_problem(file)
    opened = tuple(
        open_repository(source, mirror=mirror, cache=settings.cache, progress=Silent())
        for source in problem.repositories
    )
    return Case(problem, opened, settings)


def _timed(benchmark: BenchmarkFixture, stage: Callable[..., Any], setup: Callable[[], Any] | None = None) -> Any:
    """Time a stage; what `setup` makes anew for each round is its argument."""
    benchmark.group = stage.__name__
    pedantic: Any = benchmark.pedantic
    if setup is None:
        return pedantic(stage, rounds=ROUNDS, warmup_rounds=1)
    return pedantic(stage, setup=lambda: ((setup(),), {}), rounds=ROUNDS, warmup_rounds=1)


def test_load_without_cache(benchmark: BenchmarkFixture, case: Case) -> None:
    def parse(_: object) -> Loaded:
        return case.load()

    _timed(benchmark, parse, case.settings.cache.clear)


def test_load(benchmark: BenchmarkFixture, case: Case) -> None:
    assert len(_timed(benchmark, case.load).world.origins) == len(case.repositories)


def test_prepare(benchmark: BenchmarkFixture, case: Case) -> None:
    def prepare(loaded: Loaded) -> Universe:
        return prepare_universe(case.problem, loaded)

    assert _timed(benchmark, prepare, case.load).requests


def test_close(benchmark: BenchmarkFixture, case: Case) -> None:
    def close(universe: Universe) -> Closed:
        return write_down(universe, reach_closure(universe), frozenset())

    assert _timed(benchmark, close, case.prepare).instance.packages


def test_libsolv(benchmark: BenchmarkFixture, case: Case) -> None:
    def libsolv(universe: Universe) -> frozenset[int]:
        return libsolv_choice(universe)

    assert _timed(benchmark, libsolv, case.prepare)


def test_build(benchmark: BenchmarkFixture, case: Case) -> None:
    instance = case.close().instance

    def build() -> Engine:
        return Engine.of(instance)

    _timed(benchmark, build)


def test_prove(benchmark: BenchmarkFixture, case: Case) -> None:
    engine = Engine.of(case.close().instance)

    def prove() -> Any:
        return engine.solve()

    assert _timed(benchmark, prove).status is SolveStatus.OPTIMAL


def test_verify(benchmark: BenchmarkFixture, case: Case) -> None:
    instance = case.close().instance
    solution = Engine.of(instance).solve()

    def check() -> Any:
        return verify(instance, solution)

    assert _timed(benchmark, check) == ()


def test_write(benchmark: BenchmarkFixture, case: Case, tmp_path: Path) -> None:
    result = solve_problem(case.problem, case.settings)

    def write() -> Path | None:
        return write_results(result, tmp_path)

    assert _timed(benchmark, write) is not None

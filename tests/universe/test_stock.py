"""Repositories kept for many problems: loaded once, given once, warnings told to each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from optimizer.batch.fork import in_child
from optimizer.pipeline import Settings, close_problem, keep_repositories
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Problem
from optimizer.repository.cache import Cache
from optimizer.repository.error import RepositoryUnreachable
from optimizer.universe import stock as stocks
from optimizer.universe.snapshot import encode_instance
from optimizer.universe.stock import Demand, Stock, WorldKey
from tests.demo.recipes import DEMO


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.stages: list[str] = []

    def start(self, stage: str, total: int | None) -> None:
        self.stages.append(stage)

    def advance(self, amount: int) -> None: ...

    def finish(self) -> None: ...

    def warn(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache=Cache(tmp_path), stock=Stock())


def _closed(problem: Problem, settings: Settings) -> bytes:
    return encode_instance(close_problem(problem, settings).closed.instance)


def _in_stock(settings: Settings) -> Stock:
    assert settings.stock is not None
    return settings.stock


def test_a_world_from_stock_gives_the_same_bytes_again_and_again(settings: Settings) -> None:
    for file in sorted(set(DEMO.glob("*.yaml")) - {DEMO / "equivalents.yaml"}) * 2:
        problem = load_problem(file)
        fresh = _closed(problem, replace(settings, stock=None))
        keep_repositories(problem, settings)

        def close(problem: Problem = problem) -> tuple[bytes, list[WorldKey]]:
            return _closed(problem, settings), _in_stock(settings).missed

        content, missed = in_child(close)
        assert content == fresh
        assert all(filelists for *_, filelists in missed), "only file lists are not loaded before they are missed"


def test_a_world_is_given_once(settings: Settings) -> None:
    problem = load_problem(DEMO / "weights.yaml")
    keep_repositories(problem, settings)
    first, second = _closed(problem, settings), _closed(problem, settings)
    assert first == second
    assert len(_in_stock(settings).missed) == 1


def test_file_lists_that_two_problems_missed_are_kept(settings: Settings) -> None:
    problem, stock = load_problem(DEMO / "demo.yaml"), _in_stock(settings)
    fresh = _closed(problem, replace(settings, stock=None))
    for expected in (1, 1, 0):
        keep_repositories(problem, settings)

        def close() -> tuple[bytes, list[WorldKey]]:
            return _closed(problem, settings), stock.missed

        content, missed = in_child(close)
        assert content == fresh
        assert [key[-1] for key in missed] == [True] * expected
        stock.note(Demand(tuple(missed)))


def test_only_so_many_worlds_are_kept(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stocks, "KEPT", 1)
    first = load_problem(DEMO / "weights.yaml")
    other = replace(first, repositories=first.repositories[:1])
    keep_repositories(first, settings)
    keep_repositories(other, settings)
    close_problem(first, settings)
    assert len(_in_stock(settings).missed) == 1


def test_warnings_are_told_to_each_problem(settings: Settings, tmp_path: Path) -> None:
    problem = load_problem(DEMO / "weights.yaml")
    away = structs.replace(
        problem.repositories[0], locations=(str(tmp_path / "nowhere"), *problem.repositories[0].locations)
    )
    problem = replace(problem, repositories=(away, *problem.repositories[1:]))
    keep_repositories(problem, settings)
    for _ in range(2):
        heard = Listener()
        close_problem(problem, replace(settings, progress=heard))
        assert len(heard.warnings) == 1
        assert "nowhere" in heard.warnings[0]


def test_a_repository_that_is_not_there_is_asked_again(settings: Settings, tmp_path: Path) -> None:
    problem = load_problem(DEMO / "weights.yaml")
    away = structs.replace(problem.repositories[0], locations=(str(tmp_path / "one"), str(tmp_path / "two")))
    problem = replace(problem, repositories=(away,))
    for _ in range(2):
        heard = Listener()
        with pytest.raises(RepositoryUnreachable):
            keep_repositories(problem, replace(settings, progress=heard))
        assert len(heard.warnings) == 1

"""The shortest request against asking libsolv every one, on tiny worlds in which every kind of dependency occurs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from optimizer.answer.steering import steer
from optimizer.problem.dependency import Capability
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Problem
from optimizer.repository.cache import Cache
from optimizer.repository.progress import Silent
from optimizer.repository.repository import open_repository
from optimizer.universe.load import load_world
from optimizer.universe.steer import Named, PlainWorld, SteeringRequest, plain_world
from tests.oracle.repositories import write_problem
from tests.oracle.strategies import worlds
from tests.oracle.world import Question, Rules, Wish, World

CHUNKS, EXAMPLES = 2, 150
LONGEST = 3


def requests(names: list[str], nevras: list[str], excludes: list[str], weak: bool) -> Iterator[SteeringRequest]:
    """Yield every request of the vocabulary up to LONGEST words, short ones first, sensible or not."""
    words = [*((0, name) for name in names), *((1, one) for one in nevras), *((2, name) for name in excludes)]
    for size in range(LONGEST + 1):
        for chosen in combinations(words, size):
            texts = [tuple(text for kind, text in chosen if kind == which) for which in range(3)]
            yield SteeringRequest(texts[0], texts[1], texts[2], weak)


def shortest(world: PlainWorld, target: frozenset[str], weak: bool) -> SteeringRequest | None:
    """Return the first request that gives exactly the target, by asking each."""
    names = sorted({world.name(nevra) for nevra in target})
    others = sorted(set(world.bearers) - set(names))
    asked = requests(names, sorted(target), others, weak)
    return next((request for request in asked if world.ask(request).packages == target), None)


def opened(problem: Problem, directory: Path, target: frozenset[str] = frozenset()) -> PlainWorld:
    progress, cache = Silent(), Cache(directory / "cache")
    repositories = [
        open_repository(source, mirror=None, cache=cache, progress=progress) for source in problem.repositories
    ]
    loaded = load_world(problem, repositories, cache, progress, filelists=True)
    return plain_world(problem, loaded, [Named(nevra) for nevra in target])


def check(world: World, words: list[int], weak: bool) -> str:
    """Compare on the outcome of a random request, and say what the case was."""
    with tempfile.TemporaryDirectory() as directory:
        question = Question(features=(Wish(require=Capability("app")),), rules=Rules())
        problem = load_problem(write_problem(world, question, Path(directory) / "problem"))
        plain = opened(problem, Path(directory))
        if not plain.nevras:
            return "empty"
        nevras = sorted(plain.nevras)
        target = plain.ask(SteeringRequest(pins=tuple(sorted({nevras[w % len(nevras)] for w in words})), weak=weak))
        if not target.packages:
            return "refused"
        found = steer(opened(problem, Path(directory), target.packages), weak=[weak], time_limit_s=None, confirm=None)
        expected = shortest(plain, target.packages, weak)
        assert found.request is not None
        assert found.proven
        assert plain.ask(found.request).packages == target.packages
        assert (found.request.size if found.request.size <= LONGEST else None) == (expected and expected.size), (
            found,
            expected,
            target,
        )
        return f"{found.request.size} words for {len(target.packages)}"


@pytest.mark.parametrize("weak", [False, True])
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_request_is_shorter_than_the_one_found(chunk: int, weak: bool) -> None:
    met: set[str] = set()

    @seed(chunk)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(worlds(), st.lists(st.integers(0, 7), min_size=1, max_size=4))
    def compare(world: World, words: list[int]) -> None:
        met.add(check(world, words, weak))

    compare()
    assert {"1 words for 2", "2 words for 2", "refused"} <= met

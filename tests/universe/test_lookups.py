"""libsolv forgets where names are when it builds its index: whatever closing asks for was looked up before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from optimizer import pipeline
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.dependency import Dependency, leaves
from optimizer.problem.load import load_problem
from optimizer.repository.cache import Cache
from optimizer.universe.close import Closure, reach_closure
from optimizer.universe.prepare import Universe
from optimizer.universe.reader import MOST_CHARACTERS, MOST_OPERANDS, operands
from optimizer.universe.world import World
from tests.oracle.strategies import rich_dependencies
from tests.repository.primary import Made, write_packages

ASKING = ("str2id", "rel2id", "parserpmrichdep", "Dep")
PROBLEM = """\
format: 1
name: p
arch: x86_64
features: {{required: [a, "b >= 1"], optional: ["(c or d)"], forbidden: [e = 1]}}
objectives: [changes, packages]
repositories:
  - {{id: r, origin: upstream, baseurl: {root}}}
previous: manifest.json
"""
MANIFEST = """\
{"format": 1, "status": "optimal", "packages":
 [{"name": "z", "epoch": 0, "version": "1", "release": "1", "arch": "noarch", "repository": "r"}]}
"""
RICH = (
    "(b(x) = 1-1 if c(y))",
    "((d or e >= 2) and f)",
    "(g >= 1 with g < 3)",
    "(/usr/bin/h unless i else (j and k <= 4))",
)


class Deaf:
    """A pool that must not be asked where a name is."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def __getattr__(self, name: str) -> Any:
        assert name not in ASKING, name
        return getattr(self._pool, name)


@given(rich_dependencies())
def test_operands_are_told_without_parsing(dependency: Dependency) -> None:
    assert {*map(str, leaves(dependency))} <= {*operands(str(dependency))}


def test_names_with_parentheses_keep_them() -> None:
    assert [*operands("((a(x)(64bit) = 1 if b) or (c() and (d(e) without f)))")] == [
        "a(x)(64bit) = 1",
        "b",
        "c()",
        "d(e)",
        "f",
    ]


def test_closing_asks_for_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = "abcdefghijkz"
    made = [Made(name, requires=RICH if name == "a" else (), provides=(f"{name}(x) = 1-1",)) for name in names]
    root = write_packages(tmp_path / "root", *made)
    (tmp_path / "p.yaml").write_text(PROBLEM.format(root=root))
    (tmp_path / "manifest.json").write_text(MANIFEST)

    def deafly(universe: Universe) -> Closure:
        universe.world.pool = Deaf(universe.world.pool)
        return reach_closure(universe)

    monkeypatch.setattr(pipeline, "reach_closure", deafly)
    for _ in range(2):  # read by a child, then from the cache
        world = close_problem(load_problem(tmp_path / "p.yaml"), Settings(cache=Cache(tmp_path / "cache")))
        assert len(world.closed.instance.packages) > len(RICH)


def test_too_many_operands_are_not_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[list[str]] = []
    monkeypatch.setattr(World, "look_up", lambda _, capabilities: found.append([one for one in capabilities if one]))
    long = "b" * 500
    cases = (
        [f"(a if b{number})" for number in range(MOST_OPERANDS - 1)],
        [f"(a if b{number})" for number in range(MOST_OPERANDS)],
        [f"(a{number % 100} if {long}{number // 100})" for number in range(MOST_CHARACTERS // len(long))],
    )
    for many, rich in enumerate(cases):
        root = write_packages(tmp_path / str(many), Made("a", requires=tuple(rich)))
        (tmp_path / "p.yaml").write_text(PROBLEM.format(root=root))
        (tmp_path / "manifest.json").write_text(MANIFEST)
        problem = replace(load_problem(tmp_path / "p.yaml"), features=(), previous=())
        close_problem(problem, Settings(cache=Cache(tmp_path / "cache")))
    assert [len(names) for names in found] == [MOST_OPERANDS, 0, 0, 0, 0, 0]

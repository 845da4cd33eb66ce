"""Whatever differs around it, the same question gives the same bytes: results, exports, pages and what is printed."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from optimizer.export.formats import FORMATS, SOLVER_FORMATS
from tests.reproducibility.conditions import FACTORS, World, met, pairs, pairwise, produce
from tests.reproducibility.conftest import ASKED

ROWS = pairwise(FACTORS)


def test_every_two_conditions_meet() -> None:
    seen = set(itertools.chain.from_iterable(met(row) for row in ROWS))
    assert seen == pairs(FACTORS)
    assert len(ROWS) <= 24


def test_what_is_compared(plain: dict[str, str]) -> None:
    answered = [name for name in ASKED if name != "infeasible-limit"]
    results = {f"results/{'demo' if name == 'demo' else f'demo-{name}'}" for name in answered}
    for result in results:
        assert {
            f"{result}/{name}" for name in ("manifest.json", "divergence.json", "problem.instance", "run.json")
        } <= set(plain)
    assert {"demo.html", "demo why", "solve", "infeasible-limit.yaml check"} <= set(plain)
    for name in (*FORMATS, *SOLVER_FORMATS):
        assert f"demo {name}" in plain
    assert len([name for name in plain if name.startswith("exports/demo.")]) >= 28


@pytest.mark.data
@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(filter(None, row.values())))
def test_the_same_bytes(row: dict[str, str], world: World, plain: dict[str, str], tmp_path: Path) -> None:
    found = produce(world, row, tmp_path / "out")
    assert sorted(found) == sorted(plain)
    assert [name for name in plain if found[name] != plain[name]] == []

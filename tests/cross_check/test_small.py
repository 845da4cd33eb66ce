"""Five thousand questions about small universes: five judges, no disagreement."""

from __future__ import annotations

import pytest

from tests.cross_check.small import QUESTIONS, check_worlds

pytest.importorskip("exact", reason="pip install 'pkgset[certify]'")

CHUNKS, WORLDS = 8, 54  # 432 worlds, 5,184 questions


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_five_judges_agree_on_small_universes(chunk: int) -> None:
    counts = check_worlds(1000 + chunk, WORLDS)
    print(chunk, counts)
    assert (
        counts.questions >= WORLDS * QUESTIONS * 0.98
    )  # hypothesis may draw one world less; too large ones are left out
    assert min(counts.feasible, counts.infeasible) >= counts.questions // 5
    for judge in ("pkgset", "Exact on OPB", "RC2 on WCNF", "every subset"):
        assert counts.agreed[judge] == counts.questions, judge
    assert counts.agreed["libsolv"] >= counts.feasible
    assert counts.five >= counts.feasible

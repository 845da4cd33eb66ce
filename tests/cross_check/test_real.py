"""Hundreds of random problems on real repositories: five judges where they can say it, no disagreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cross_check.real import REPOSITORIES, check_problems
from tests.requirements import require_tool

pytest.importorskip("exact", reason="pip install 'pkgset[certify]'")
pytestmark = pytest.mark.data

CHUNKS, PROBLEMS = 2, 38  # of four sets of repositories: 304 problems


@pytest.mark.parametrize("word", REPOSITORIES)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_five_judges_agree_on_real_repositories(word: str, chunk: int, data_directory: Path, tmp_path: Path) -> None:
    for name in ("clasp", "aspcud", "mccs"):
        require_tool(name)
    counts = check_problems(word, range(chunk * PROBLEMS, (chunk + 1) * PROBLEMS), data_directory, tmp_path)
    print(word, chunk, counts)
    assert counts.questions == PROBLEMS
    assert min(counts.feasible, counts.infeasible) >= PROBLEMS // 8
    for judge in ("Exact on OPB", "clasp on OPB"):
        assert counts.agreed[judge] >= PROBLEMS * 0.9, judge
    assert counts.agreed["aspcud on CUDF"] >= PROBLEMS // 2
    assert counts.agreed["libsolv"] >= counts.feasible
    assert counts.five >= PROBLEMS // 2

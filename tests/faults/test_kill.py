"""`kill -9` at seeded moments; `python -m benchmarks.reliability --only kill` does it 200 times."""

from __future__ import annotations

from pathlib import Path

from benchmarks.reliability.killing import PHASES, Killing, kill_often, served, web_problem
from tests.demo.recipes import DEMO


def test_killed_at_any_moment_everything_is_whole_or_absent(tmp_path: Path) -> None:
    with served(DEMO / "repositories") as url:
        problem = web_problem(DEMO / "candidates-all.yaml", url, tmp_path / "web")
        tally = kill_often(problem, tmp_path, 24, seed=7, every=8)
    assert tally.faults == []
    assert tally.left_over == 0
    assert tally.runs_after == 4, "every eighth and one at the end"
    assert sum(tally.kills.values()) == 24
    assert all(tally.kills[phase] >= 4 for phase in PHASES), tally.kills


def test_a_kill_is_seen_where_it_leaves_half_a_file(tmp_path: Path) -> None:
    """The look that finds nothing elsewhere finds what is wrong."""
    with served(DEMO / "repositories") as url:
        killing = Killing(web_problem(DEMO / "candidates-all.yaml", url, tmp_path / "web"), tmp_path)
        killing.measure()
    (part, *_) = killing.cache.rglob("*.part")
    part.write_bytes(part.read_bytes()[:-1])
    (killing.results / "demo-candidates-all" / "manifest.json").unlink()
    killing._look()
    assert killing.tally.faults == [
        "manifest.json is neither whole nor absent",
        ".part of the cache is neither whole nor absent",
    ]

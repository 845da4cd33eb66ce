"""`kill -9` at 200 moments: cache and results whole or absent, and the next run as if nothing had been."""

from __future__ import annotations

from benchmarks.reliability.killing import PHASES, kill_often, served, web_problem
from benchmarks.reliability.promise import Figure, Promise, Scale
from benchmarks.reliability.sites import over_http

_SEED = 1


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Kill runs of cs9-host over http on loopback; each third kill is followed by a run to its end."""
    kills = scale.count(200, 6)
    with scale.folder() as folder, served(scale.data) as url:
        problem = web_problem(over_http(folder), url, folder / "web")
        tally = kill_often(problem, folder, kills, _SEED, every=3)
    return (
        Figure(name="kills", value=sum(tally.kills.values()), wanted=kills),
        *(Figure(name=f"of these in {phase}", value=tally.kills[phase]) for phase in PHASES),
        Figure(name="of these at a chosen call of the system", value=tally.at_calls),
        Figure(name="runs that ended before they were to be killed", value=tally.too_late),
        Figure(name="runs after them that were not killed", value=tally.runs_after),
        Figure(name="files half written, other bytes, runs that failed", value=len(tally.faults), wanted=0),
        Figure(name="temporary files left after a minute and a run", value=tally.left_over, wanted=0),
    )


ROW = Promise(
    name="kill",
    promise="Killed at any moment, it leaves cache and results whole or absent; the next run writes the same bytes",
    tests=(
        "tests/faults/test_kill.py::test_killed_at_any_moment_everything_is_whole_or_absent",
        "tests/faults/test_results.py::test_what_killed_writers_left_is_removed_by_the_next",
        "tests/faults/test_cache.py::test_what_killed_writers_of_other_keys_left_goes_with_the_next_write",
    ),
    measure=measure,
)

"""A fixed number of spoilt inputs a target, each accepted or refused in words for people, and what was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import runner
from tests.fuzz.__main__ import line
from tests.fuzz.mutate import LONGEST
from tests.fuzz.runner import FINDINGS, Campaign, Worker, inputs, run, smaller
from tests.fuzz.targets import planted
from tests.fuzz.targets.all import TARGETS
from tests.fuzz.worker import Outcome

CASES = sorted((Path(__file__).parent / "cases").iterdir())
#: Of CI. `python -m tests.fuzz` tries more.
COUNT, COUNT_OF_IMPORTS = 200, 80
SEED = 20261123


@pytest.mark.parametrize("name", TARGETS)
def test_every_input_is_accepted_or_refused(name: str) -> None:
    count = COUNT_OF_IMPORTS if name.startswith("import-") else COUNT
    campaign = run(TARGETS[name], seed=SEED, count=count, minimise=False)
    assert [(data, tried.words) for data, tried in campaign.found.values()] == []
    assert (campaign.tried, campaign.bad_seeds) == (count, [])
    # A target that takes everything tries nothing.
    assert campaign.outcomes[Outcome.REFUSED] >= 4, line(campaign)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_what_was_found_is_mended(case: Path) -> None:
    """Each of these was a traceback, a crash or a hang; crashes of libsolv itself stay what they are, contained."""
    target = case.name.partition("--")[0]
    with Worker(target) as worker:
        tried = worker.attempt(case.read_bytes())
    allowed = (Outcome.REFUSED, Outcome.CONTAINED) if target == "solv" else (Outcome.REFUSED,)
    assert tried.outcome in allowed, tried.words


def test_inputs_are_the_same_for_the_same_seed() -> None:
    for name in (
        "repomd",
        "solv",
        "modules",
        "dependency",
        "run.json",
    ):
        target = TARGETS[name]
        made = list(inputs(target, 7, 30))
        assert made == list(inputs(target, 7, 30))
        assert made != list(inputs(target, 8, 30))
        assert all(len(data) <= max(LONGEST, *map(len, target.seeds()), 0) for data in made)


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        (b"good", Outcome.ACCEPTED),
        (b"refused", Outcome.REFUSED),
        (b"traceback", Outcome.TRACEBACK),
        (b"grow", Outcome.TRACEBACK),
        (b"crash", Outcome.CRASH),
        (b"hang", Outcome.HANG),
        (b"contained", Outcome.CONTAINED),
    ],
)
def test_every_fault_is_found_and_the_next_input_is_tried(
    word: bytes, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "CPU_S", 0.5)
    with Worker("planted") as worker:
        assert worker.attempt(word).outcome is outcome
        assert worker.attempt(b"good").outcome is Outcome.ACCEPTED


def test_a_finding_is_made_small() -> None:
    with Worker("planted") as worker:
        data = b"some words and a crash in the middle of them"
        assert smaller(worker, data, worker.attempt(data)) == b"crash"


def test_a_finding_is_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given = [b"a crash", b"good", b"another crash", b"refused", b"a traceback"]
    monkeypatch.setattr(runner, "inputs", lambda *_: iter(given))
    campaign = run(planted.TARGET, seed=0, count=5)
    assert [data for data, _ in campaign.found.values()] == [b"crash", b"traceback"]
    assert sum(campaign.outcomes[outcome] for outcome in FINDINGS) == 3
    assert line(campaign) == "planted: 5 inputs: 1 accepted, 1 refused, 0 contained, 1 traceback, 2 crash, 0 hang"
    assert isinstance(campaign, Campaign)

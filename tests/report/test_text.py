"""Whole reports of small results made by hand, against golden files that are reviewed as diffs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from optimizer.answer.core import CorePart
from optimizer.answer.result import Judgement, Result
from optimizer.model.solution import SolveStatus
from optimizer.report.text import result_text
from optimizer.report.wrapping import WIDTH
from tests.report.made import (
    DOWNSTREAM,
    MIB,
    STUB,
    UPSTREAM,
    answered,
    entry,
    instance,
    package,
    record,
    stage,
    unanswered,
)

GOLDEN = Path(__file__).parent / "golden"


def _proven() -> Result:
    world = instance(
        package("bash", 0, UPSTREAM, 8 * MIB, preferred=True),
        package("glibc", 1, UPSTREAM, 1_300 * MIB, preferred=True),
        package("keel", 2, DOWNSTREAM, 2 * MIB),
        package("git", 3, DOWNSTREAM, 30 * MIB),
    )
    limit = {"limit": "installed_size", "maximum": 1_350 * MIB, "least": 1_400 * MIB, "over": 50 * MIB, "exact": True}
    price = {"status": "proven", "stages": [{"objective": "divergence", "value": 3, "change": 1}]}
    nearest = {"upstream": "git-2-1.x86_64", "provides": "git = 2-1", "upstream_version_is": "newer"}
    entries = (
        entry("git", "limit", {"limits": [limit]}, price=price, nearest=nearest, features=("git", "a", "b")),
        entry("keel", "absent", {"asked_by": "feature keel", "asked": ["keel"]}),
    )
    stages = (stage("divergence", 2, 2), stage("installed_size", 1_340 * MIB, 1_340 * MIB), stage("tie_break", 0, 0))
    return answered(world, stages, entries)


def _not_proven() -> Result:
    world = instance(package("bash", 0, UPSTREAM, 8 * MIB))
    stages = (
        stage("divergence", 0, 0),
        stage("installed_size", 8 * MIB, 3 * MIB, proven=False),
        stage("packages", 1, None, proven=False),
        stage("tie_break", 0, None, proven=False),
    )
    return answered(world, stages, proven=False)


def _unknown_sizes() -> Result:
    world = instance(
        package("bash", 0, UPSTREAM, 8 * MIB, preferred=True, estimated=True),
        package("keel", 1, DOWNSTREAM, None, preferred=True),
        package("stub:agent", 2, STUB, None),
        weights=(1, 5, 1),
    )
    entries = (
        entry("keel", "absent", {"asked_by": "bash-1-1.x86_64", "asked": ["keel"]}, features=()),
        entry("stub:agent", "absent", {"asked_by": "feature agent", "asked": ["agent"]}, origin="stub"),
    )
    return answered(world, (stage("divergence", 6, 6), stage("installed_size", 8 * MIB, 8 * MIB)), entries)


def _infeasible() -> Result:
    core = (
        CorePart(kind="feature", text="git", where="image.yaml:9: features.required[0]"),
        CorePart(kind="limit", text="installed_size <= 83886080", where="image.yaml:12: limits.installed_size"),
    )
    return unanswered(instance(), SolveStatus.INFEASIBLE, "infeasible", core)


def _unexplained() -> Result:
    return unanswered(instance(), SolveStatus.INFEASIBLE, "infeasible")


def _unknown() -> Result:
    return unanswered(instance(), SolveStatus.UNKNOWN, "unknown")


def _rejected() -> Result:
    world = instance(package("bash", 0, UPSTREAM, MIB))
    judges = (
        Judgement(judge="verify", verdict="accepted"),
        Judgement(judge="libsolv", verdict="rejected", evidence=("libsolv adds glibc-1-1.x86_64",)),
    )
    result = answered(world, (stage("divergence", 0, 0),))
    return Result(world, result.solution, (), record(world, "rejected", judges=judges))


def _from_an_instance() -> Result:
    result = answered(instance(package("bash", 0, UPSTREAM, MIB)), ())
    judges = (Judgement(judge="verify", verdict="accepted"), Judgement(judge="libsolv", verdict="not asked"))
    run = msgspec.structs.replace(result.record, judges=judges)
    return Result(result.instance, result.solution, (), run, result.manifest, result.divergence)


_MADE: dict[str, Callable[[], Result]] = {
    "proven": _proven,
    "not-proven": _not_proven,
    "unknown-sizes": _unknown_sizes,
    "infeasible": _infeasible,
    "unexplained": _unexplained,
    "unknown": _unknown,
    "rejected": _rejected,
    "from-an-instance": _from_an_instance,
}


@pytest.mark.parametrize("name", sorted(_MADE))
def test_reports_are_as_reviewed(name: str) -> None:
    text = result_text(_MADE[name]())
    assert text == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= WIDTH


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(_MADE)

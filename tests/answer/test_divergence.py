"""The divergence list says what a fresh question would: each price is the answer to a problem without that source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from optimizer.answer.divergence import Entry, diverge
from optimizer.answer.result import Result
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.pipeline import Settings, solve_file
from optimizer.universe.instance import Package, PackageOrigin
from tests.cases.reading import make_runnable
from tests.cases.test_cases import SOLVED
from tests.demo.recipes import DEMO
from tests.model.making import make, package

FRESH = Settings(divergence=False)


def values(result: Result) -> list[tuple[str, int]]:
    """Every stage but the tie-break."""
    return [(stage.objective, stage.value) for stage in result.record.stages if stage.objective != "tie_break"]


def priced(entry: Entry) -> list[tuple[str, int]] | None:
    """The stages of a price; None where the source cannot go."""
    if entry.price["status"] == "impossible":
        return None
    assert entry.price["status"] == "proven"
    return [(stage["objective"], stage["value"]) for stage in entry.price["stages"]]


def asked_again(result: Result) -> list[tuple[str, int]] | None:
    """The stages of a fresh answer; None where there is none."""
    return values(result) if result.record.status == "proven" else None


def diverging(case: Path) -> bool:
    """Whether a case's answer can diverge other than by stubs, which come back where a package is taken out."""
    problem = yaml.safe_load((case / "problem.yaml").read_text())
    return "stub" not in str(problem.get("policy", "")) and any(
        repository["origin"] == "downstream" for repository in problem["repositories"]
    )


@pytest.mark.parametrize("case", [case for case in SOLVED if diverging(case)], ids=lambda case: case.name)
def test_a_price_is_what_the_answer_would_be_were_the_source_not_there(case: Path, tmp_path: Path) -> None:
    result = solve_file(make_runnable(case, tmp_path / "whole"), Settings())
    assert result.divergence is not None
    for entry in result.divergence.entries:
        without = tmp_path / f"without-{entry.source}"
        left_out = without / "case"
        left_out.mkdir(parents=True)
        for file in case.iterdir():
            (left_out / file.name).write_bytes(file.read_bytes())
        tables = yaml.load((case / "repositories.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        tables["own"] = [one for one in tables["own"] if one.get("source", one["name"]) != entry.source]
        (left_out / "repositories.yaml").write_text(yaml.safe_dump(tables))
        fresh = solve_file(make_runnable(left_out, without / "world"), FRESH)
        assert priced(entry) == asked_again(fresh)


def with_pins(problem: Path, target: Path, names: set[str]) -> Path:
    """A copy of a demo problem in which some names may come from upstream only."""
    document: dict[str, Any] = yaml.safe_load(problem.read_text(encoding="utf-8"))
    for repository in document["repositories"]:
        repository["baseurl"] = str(DEMO / repository["baseurl"])
    for key in ("equivalents", "previous", "lock"):
        if isinstance(document.get(key), str):
            document[key] = str(DEMO / document[key])
    pins = [{"name": name, "origin": "upstream"} for name in sorted(names)]
    document["pins"] = [*document.get("pins", ()), *pins]
    target.mkdir(parents=True)
    file = target / problem.name
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    return file


def of_source(result: Result, source: str) -> list[Package]:
    """The downstream packages of a source, in the answer or not."""
    sources = {
        number
        for number, one in enumerate(result.instance.sources)
        if (one.name, one.origin) == (source, PackageOrigin.DOWNSTREAM)
    }
    return [one for one in result.instance.packages if one.source in sources]


@pytest.mark.parametrize("name", ["demo", "shipped", "objective", "weights"])
def test_a_price_is_what_the_answer_would_be_were_the_source_pinned_upstream(name: str, tmp_path: Path) -> None:
    problem = DEMO / f"{name}.yaml"
    result = solve_file(problem, Settings())
    assert result.divergence is not None
    entries = [entry for entry in result.divergence.entries if entry.origin == "downstream"]
    assert entries
    for entry in entries:
        names = {one.name for one in of_source(result, entry.source)}
        fresh = solve_file(with_pins(problem, tmp_path / entry.source, names), FRESH)
        if fresh.record.status == "proven" and "stub" in {one.origin.value for one in fresh.instance.sources}:
            new = {one.name for one in fresh.instance.sources} - {one.name for one in result.instance.sources}
            assert not {one for one in new if one.startswith("stub:")}, "another question: it made a stub"
        assert priced(entry) == asked_again(fresh), entry.source


def test_changes_are_told_against_the_answer() -> None:
    result = solve_file(DEMO / "objective.yaml", Settings())
    assert result.divergence is not None
    before = dict(values(result))
    checked = 0
    for entry in result.divergence.entries:
        for stage in entry.price["stages"]:
            assert stage["change"] == stage["value"] - before[stage["objective"]]
            checked += 1
    assert checked


def test_an_answer_without_divergence_has_an_empty_list() -> None:
    instance = make("ab", required=["a"], objectives=("divergence",))
    engine = Engine.of(instance)
    assert diverge(instance, engine.solve(), engine) == ()


@pytest.mark.parametrize("budget", [Budget(time_limit_s=0), Budget(interrupted=True)], ids=["time", "ctrl-c"])
def test_a_spent_budget_gives_no_reason_and_no_price(budget: Budget) -> None:
    instance = make([package("a", origin=PackageOrigin.DOWNSTREAM)], required=["a"], objectives=("divergence",))
    engine = Engine.of(instance)
    (entry,) = diverge(instance, engine.solve(), engine, budget)
    assert (entry.source, entry.packages, entry.reason) == ("a", ("a-1-1.noarch",), "unknown")
    assert entry.price == {"status": "unknown", "stages": []}

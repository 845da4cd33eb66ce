"""Every case folder: solved, judged and explained as its `expected.yaml` says.

Its keys: `status` (proven, infeasible or error); `stages` (all but the tie-break, in order); `packages` (the whole
manifest, where only one answer is right) or `has` and `lacks`; `divergence` (by source: reason, and what of evidence,
nearest and price must be there); `core` (the whole of it, a line a part); `error` (its type and parts of its words).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from optimizer.answer.core import CorePart
from optimizer.answer.result import Result
from optimizer.pipeline import Settings, solve_file
from optimizer.universe.snapshot import encode_instance
from tests.cases.reading import CASES, make_runnable

_KEYS = {
    "proven": {"status", "stages", "packages", "has", "lacks", "divergence"},
    "infeasible": {"status", "core"},
    "error": {"status", "error"},
}


def expectation(case: Path) -> dict[str, Any]:
    """What a case expects; a key that nothing looks at would be a test that cannot fail."""
    expected: dict[str, Any] = yaml.safe_load((case / "expected.yaml").read_text(encoding="utf-8"))
    assert expected.keys() <= _KEYS[expected["status"]], case
    assert len(expected) > 1, case
    return expected


SOLVED = tuple(case for case in CASES if expectation(case)["status"] == "proven")
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
each_solved = pytest.mark.parametrize("case", SOLVED, ids=lambda case: case.name)


def test_cases_are_found() -> None:
    assert len(CASES) >= 40
    assert {case.name for case in CASES} == {path.name for path in Path(__file__).parent.iterdir() if is_case(path)}


def is_case(path: Path) -> bool:
    """Whether a path is a case folder, whole or not."""
    return path.is_dir() and not path.name.startswith("_")


@each_case
def test_case(case: Path, tmp_path: Path) -> None:
    expected = expectation(case)
    problem = make_runnable(case, tmp_path)
    if expected["status"] == "error":
        with pytest.raises(Exception, match=expected["error"]["says"]) as caught:
            solve_file(problem, Settings())
        assert type(caught.value).__name__ == expected["error"]["type"]
        return
    result = solve_file(problem, Settings())
    assert result.record.status == expected["status"], result.record.infeasible or result.record.judges
    for key in expected.keys() - {"status"}:
        CHECKS[key](result, expected[key])
    if expected["status"] == "proven":
        assert {judgement.verdict for judgement in result.record.judges} == {"accepted"}, result.record.judges


def check_stages(result: Result, expected: dict[str, int]) -> None:
    """Compare every stage, in order."""
    found = [(stage.objective, stage.value) for stage in result.record.stages if stage.objective != "tie_break"]
    assert found == list(expected.items())
    assert all(stage.value == stage.bound for stage in result.record.stages)


def nevras(result: Result) -> list[str]:
    """The manifest's packages, with their repository where the case has several of the NEVRA."""
    assert result.manifest is not None
    packages = result.instance.packages
    real = {(one.repository, one.nevra) for one in packages}
    bearers = [nevra for _, nevra in real]
    chosen = [packages[index] for index in result.solution.packages if packages[index].source is not None]
    assert len(chosen) == len(result.manifest.packages)
    return sorted(one.nevra if bearers.count(one.nevra) == 1 else f"{one.repository}/{one.nevra}" for one in chosen)


def check_packages(result: Result, expected: list[str]) -> None:
    """Compare the whole manifest."""
    assert nevras(result) == sorted(expected)


def check_has(result: Result, expected: list[str]) -> None:
    """Find packages in the manifest."""
    assert set(expected) <= set(nevras(result))


def check_lacks(result: Result, expected: list[str]) -> None:
    """Find packages in the Instance that are not in the manifest."""
    known = {one.nevra for one in result.instance.packages}
    assert set(expected) <= known
    assert not set(expected).intersection(nevras(result))


def check_divergence(result: Result, expected: dict[str, Any]) -> None:
    """Compare the sources of the divergence list, and of each entry what is expected of it."""
    assert result.divergence is not None
    entries = {entry.source: msgspec.to_builtins(entry) for entry in result.divergence.entries}
    assert entries.keys() == expected.keys()
    for source, part in expected.items():
        assert part["reason"] == entries[source]["reason"], entries[source]
        assert contains(entries[source], part), entries[source]


def check_core(result: Result, expected: list[str]) -> None:
    """Compare the whole minimal core."""
    assert [core_line(part) for part in result.record.infeasible] == expected


def core_line(part: CorePart) -> str:
    """A part of a core as cases spell it."""
    words = f"{part.package} {part.kind} {part.text}".strip()
    return words if part.least is None else f"{words}, least {part.least}"


def contains(found: Any, expected: Any) -> bool:
    """Whether a value is as expected; mappings may hold more."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            key in found and contains(found[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(contains, found, expected))
    return bool(found == expected)


CHECKS: dict[str, Callable[[Result, Any], None]] = {
    "stages": check_stages,
    "packages": check_packages,
    "has": check_has,
    "lacks": check_lacks,
    "divergence": check_divergence,
    "core": check_core,
}


def documents(result: Result) -> tuple[bytes, bytes]:
    """The bytes of manifest and divergence list."""
    return msgspec.json.encode(result.manifest), msgspec.json.encode(result.divergence)


@each_solved
def test_its_snapshot_gives_the_same_answer(case: Path, tmp_path: Path) -> None:
    result = solve_file(make_runnable(case, tmp_path), Settings())
    snapshot = tmp_path / "problem.instance"
    snapshot.write_bytes(encode_instance(result.instance))
    again = solve_file(snapshot, Settings(workers=4))
    assert documents(again) == documents(result)
    assert again.record.stages == result.record.stages


@each_solved
def test_the_order_of_packages_in_the_metadata_changes_no_stage(case: Path, tmp_path: Path) -> None:
    one = solve_file(make_runnable(case, tmp_path / "one"), Settings(divergence=False))
    other = solve_file(make_runnable(case, tmp_path / "other", backwards=True), Settings(divergence=False))
    assert other.record.stages == one.record.stages

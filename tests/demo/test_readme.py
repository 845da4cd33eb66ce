"""README.md's tables name every rule and reason, and only packages and problems that exist."""

from __future__ import annotations

import re

import pytest

from tests.demo.recipes import DEMO, PROBLEMS, read_problem, read_recipes

REASONS = ("absent", "version", "uninstallable", "conflict", "limit", "policy", "objective")
RULES = tuple(f"C{number}" for number in range(1, 11))
README = (DEMO / "README.md").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in README.splitlines()
    if re.match(r"\|[^|]*\|[^|]*\| `[a-z-]+\.yaml` \|", line)
]


@pytest.mark.parametrize("subject", [*(f"`{reason}`" for reason in REASONS), *RULES])
def test_every_reason_and_rule_has_a_row(subject: str) -> None:
    assert [row for row in ROWS if row[0] == subject]


def test_every_problem_has_a_row_and_every_row_a_problem() -> None:
    assert {row[2].strip("`") for row in ROWS} == {path.name for path in PROBLEMS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_the_packages_of_a_row_exist(row: tuple[str, ...]) -> None:
    known = {f"{side}/{recipe.name}" for side in ("harbour", "skiff") for recipe in read_recipes(side)}
    named = re.findall(r"`([^`]+)`", row[1])
    assert set(named) <= known
    assert named or "stub" in row[3]


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
def test_a_problem_says_what_it_is_for_and_bears_its_name(path: object) -> None:
    problem = next(candidate for candidate in PROBLEMS if candidate == path)
    assert problem.read_text(encoding="utf-8").startswith("# ")
    assert read_problem(problem)["name"] == ("demo" if problem.stem == "demo" else f"demo-{problem.stem}")

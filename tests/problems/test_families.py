"""Every shipped family is sound, says what it stands for, is listed; and together is less than each alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from optimizer.problem.family import is_family, load_family
from tests.cli.conftest import Run, run
from tests.problems.files import PROBLEMS, family_files, relative
from tests.requirements import require_data

__all__ = ["run"]  # the fixture


@pytest.mark.parametrize("path", family_files(), ids=relative)
def test_a_family_loads_bears_its_own_name_and_says_what_it_is(path: Path) -> None:
    family = load_family(path)
    assert is_family(path)
    assert family.name == path.stem
    assert len({problem.name for problem in family.images}) == len(family.images) >= 2
    assert re.fullmatch(r"# [A-Z].{20,}\.", path.read_text(encoding="utf-8").splitlines()[0])


def test_no_problem_is_taken_for_a_family() -> None:
    others = [path for path in PROBLEMS.rglob("*.yaml") if path not in family_files()]
    assert [path for path in others if is_family(path)] == []


@pytest.mark.data
def test_six_server_roles_ship_fewer_packages_together(run: Run) -> None:
    file = PROBLEMS / "families" / "cs9-server-roles.yaml"
    printed = run("solve", "-q", "--no-write", "--json", "--mirror", require_data(), file)
    (document,) = json.loads(printed.out)
    together, alone = document["family"]["totals"], document["family"]["alone"]
    assert document["status"] == "proven"
    assert (together["pool_packages"], alone["pool_packages"]) == (287, 301)
    assert all(image["run"]["judges"][1]["verdict"] == "accepted" for image in document["images"])

"""`pkgset suggest-equivalents`: a file of equivalents that a problem can take as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from optimizer.problem.dependency import Capability
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Origin
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO
from tests.oracle.repositories import write_repositories
from tests.oracle.world import OraclePackage, World

HEAD = "# Proposed by `pkgset suggest-equivalents`: read each row before you keep it."


def _package(name: str, repository: str, source: str = "", *files: str) -> OraclePackage:
    return OraclePackage(name, repository=repository, source=source or name, files=files)


PACKAGES = (
    _package("bash", "ours"),
    _package("bash-lang", "ours", "bash"),
    _package("no", "ours", "no", "/usr/bin/no", "/usr/bin/yes"),
    _package("glib:x", "ours"),
    _package("two_ways", "ours"),
    _package("alone", "ours"),
    _package("bash", "theirs"),
    _package("yes-and-no", "theirs", "", "/usr/bin/no", "/usr/bin/yes"),
    _package("two-ways", "theirs"),
    _package("two.ways", "theirs"),
)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """Two repositories, `ours` and `theirs`, as a mirror has them."""
    origins = (("ours", Origin.DOWNSTREAM), ("theirs", Origin.UPSTREAM))
    write_repositories(World(origins, PACKAGES), tmp_path / "mirror")
    return tmp_path / "mirror"


def _sides(mirror: Path) -> list[str]:
    return ["--upstream", "theirs", "--downstream", "ours", "--mirror", str(mirror)]


def _problem(mirror: Path, table: Path) -> Path:
    document = {
        "format": 1,
        "name": "suggested",
        "arch": "x86_64",
        "repositories": [
            {"id": "theirs", "origin": "upstream", "baseurl": str(mirror / "theirs")},
            {"id": "ours", "origin": "downstream", "baseurl": str(mirror / "ours")},
        ],
        "features": {},
        "equivalents": table.name,
    }
    file = table.parent / "problem.yaml"
    file.write_text(yaml.safe_dump(document))
    return file


def test_the_file_says_what_is_proposed_why_and_what_is_not(run: Run, mirror: Path) -> None:
    printed = run("suggest-equivalents", *_sides(mirror))
    assert printed.exit_code == 0
    assert printed.out.splitlines() == [
        HEAD,
        "format: 1",
        "equivalents:",
        "  # score 80",
        "  bash-lang: {upstream: bash, why: source bash as well; translations lie there; same version 1}",
        "  # score 85",
        "  'no': {upstream: yes-and-no, why: provides /usr/bin/no and 1 more as well; same version 1}",
        "# Undecided, with the candidates and their scores:",
        "#   two_ways: two-ways (75), two.ways (75)",
    ]
    assert printed.err == "2 of 5 downstream names that upstream lacks have a row proposed\n"


def test_a_problem_takes_the_file_and_its_rows_are_not_proposed_again(run: Run, mirror: Path) -> None:
    table = mirror.parent / "table.yaml"
    table.write_text(run("suggest-equivalents", *_sides(mirror)).out)
    file = _problem(mirror, table)
    rows = load_problem(file).equivalents
    assert {row.name: row.upstream for row in rows} == {
        "bash-lang": (Capability("bash"),),
        "no": (Capability("yes-and-no"),),
    }
    assert run("check", file).exit_code == 0
    again = run("suggest-equivalents", file)
    assert again.out.splitlines()[:4] == [
        HEAD,
        "format: 1",
        "equivalents: {}",
        "# Undecided, with the candidates and their scores:",
    ]
    assert again.err.startswith("0 of 3 ")


def test_json_has_every_missing_name_with_all_its_evidence(run: Run, mirror: Path) -> None:
    found = {one["name"]: one for one in json.loads(run("suggest-equivalents", *_sides(mirror), "--json").out)}
    assert sorted(found) == ["alone", "bash-lang", "glib:x", "no", "two_ways"]
    assert found["alone"] == {"name": "alone", "proposed": None, "others": []}
    assert found["no"]["proposed"] == {
        "upstream": "yes-and-no",
        "score": 85,
        "evidence": ["provides /usr/bin/no and 1 more as well", "same version 1"],
    }
    assert [other["upstream"] for other in found["two_ways"]["others"]] == ["two-ways", "two.ways"]


def test_directories_do_as_well_as_names_of_a_mirror(run: Run, mirror: Path) -> None:
    named = run("suggest-equivalents", *_sides(mirror))
    placed = run("suggest-equivalents", "--upstream", mirror / "theirs", "--downstream", mirror / "ours")
    assert placed.out == named.out


def test_few_words_say_why(run: Run, tmp_path: Path) -> None:
    path = "/usr/share/" + "long/" * 20 + "path"
    packages = (_package("a", "ours", "a", path, "/usr/bin/a"), _package("b", "theirs", "b", path, "/usr/bin/a"))
    origins = (("ours", Origin.DOWNSTREAM), ("theirs", Origin.UPSTREAM))
    write_repositories(World(origins, packages), tmp_path)
    out = run("suggest-equivalents", *_sides(tmp_path)).out
    assert yaml.safe_load(out)["equivalents"]["a"]["why"] == "provides /usr/bin/a and 1 more as well; same version 1"


def test_the_demo_lacks_one_certain_row(run: Run) -> None:
    printed = run("suggest-equivalents", DEMO / "demo.yaml")
    assert yaml.safe_load(printed.out)["equivalents"] == {
        "glibc-lang": {"upstream": "glibc-common", "why": "source glibc as well; translations lie there"}
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name a PROBLEM, or --upstream and --downstream"),
        (["--upstream", "theirs"], "name a PROBLEM, or --upstream and --downstream"),
        ([str(DEMO / "demo.yaml"), "--upstream", "theirs"], "name a PROBLEM, or --upstream and --downstream"),
        (["--upstream", "nowhere", "--downstream", "ours"], "nowhere is neither a directory nor a URL"),
    ],
)
def test_wrong_usage_is_told(run: Run, arguments: list[str], told: str) -> None:
    printed = run("suggest-equivalents", *arguments)
    assert printed.exit_code == 2
    assert told in printed.err
    assert printed.out == ""


def test_a_directory_without_metadata_is_no_repository(run: Run, mirror: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    printed = run("suggest-equivalents", "--upstream", tmp_path / "empty", "--downstream", mirror / "ours")
    assert printed.exit_code == 66
    assert printed.out == ""

"""`pkgset import`: what goes to stdout and to stderr, what is written, and how wrong files and words end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.problem.load import load_problem
from optimizer.problem.problem import Origin
from tests.cli.conftest import Run

_KICKSTART = """repo --name=base --baseurl=https://mirror.example/$releasever/
%packages --nocore
bash
net*
%end
"""


@pytest.fixture
def kickstart(tmp_path: Path) -> Path:
    """A small kickstart file."""
    file = tmp_path / "small.ks"
    file.write_text(_KICKSTART)
    return file


def test_the_problem_goes_to_stdout_and_the_counts_to_stderr(run: Run, kickstart: Path) -> None:
    printed = run("import", str(kickstart))
    assert printed.exit_code == 0
    assert "    - bash\n" in printed.out
    assert "#   small.ks:4: net*: a pattern" in printed.out
    assert "read as kickstart: 1 required" in printed.err
    assert "2 things did not carry over" in printed.err
    assert "give --repository base=URL" in printed.err


def test_a_file_is_written_once_and_only_over_another_if_forced(run: Run, kickstart: Path, tmp_path: Path) -> None:
    target = tmp_path / "image.yaml"
    first = run("import", str(kickstart), "-o", str(target), "--releasever", "41")
    assert (first.exit_code, first.out) == (0, f"{target}\n")
    problem = load_problem(target)
    assert problem.name == "small"
    assert problem.repositories[0].locations == ("https://mirror.example/41/",)
    again = run("import", str(kickstart), "-o", str(target))
    assert (again.exit_code, again.out) == (2, "")
    assert "--force" in again.err
    assert run("import", str(kickstart), "-o", str(target), "--force", "--name", "other").exit_code == 0
    assert load_problem(target).name == "other"


def test_given_repositories_stand_in_and_come_beside(run: Run, kickstart: Path, tmp_path: Path) -> None:
    target = tmp_path / "image.yaml"
    given = ["--repository", "base=https://here.example:8080/x:upstream", "--repository", "ours=build:downstream"]
    printed = run("import", str(kickstart), "-o", str(target), *given)
    assert printed.exit_code == 0
    assert "is not known" not in printed.err
    found = [(one.id, one.origin, one.locations) for one in load_problem(target).repositories]
    assert found == [
        ("base", Origin.UPSTREAM, ("https://here.example:8080/x",)),
        ("ours", Origin.DOWNSTREAM, (str(tmp_path / "build"),)),
    ]


def test_a_given_url_that_will_not_do_is_told(run: Run, kickstart: Path, tmp_path: Path) -> None:
    target = tmp_path / "image.yaml"
    printed = run("import", str(kickstart), "-o", str(target), "--repository", "base=ftp://x/$y:downstream")
    assert printed.exit_code == 0
    assert "ftp://x/$y will not do: expected only the variables" in printed.err
    assert load_problem(target).repositories[0].origin is Origin.DOWNSTREAM


def test_json_has_the_problem_and_what_was_lost(run: Run, kickstart: Path, tmp_path: Path) -> None:
    target = tmp_path / "image.yaml"
    document = json.loads(run("import", str(kickstart), "--json", "-o", str(target)).out)
    assert (document["format"], document["output"]) == ("kickstart", str(target))
    assert document["problem"]["features"] == {"required": ["bash"]}
    assert [(lost["line"], lost["what"]) for lost in document["not_carried_over"]] == [
        (1, "baseurl https://mirror.example/$releasever/ of the repository base"),
        (4, "net*"),
    ]
    assert [one["id"] for one in document["placeholders"]] == ["base"]
    assert load_problem(target).name == "small"


def test_standard_input_is_a_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"bash-5.2-1.fc41.aarch64\n")))
    printed = run("import", "-", "--pins")
    assert printed.exit_code == 0
    assert "name: imported\narch: aarch64\n" in printed.out
    assert "pins:\n  - bash = 5.2-1.fc41\n" in printed.out


def test_formats_are_listed(run: Run) -> None:
    names = [line.split()[0] for line in run("import", "--list").out.splitlines()]
    assert names == [row["format"] for row in json.loads(run("import", "--list", "--json").out)]
    assert {"kickstart", "kiwi", "rpm-qa"} <= set(names)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "FILE is needed"),
        (["{file}", "--from", "kickstrat"], "did you mean 'kickstart'?"),
        (["{file}", "--from", "kiwi"], "small.ks:1: expected XML"),
        (["{file}", "--repository", "x"], "is not ID=URL"),
        (["{file}", "--repository", "x=https://h/o:downstrem"], "no origin; did you mean 'downstream'"),
        (["{file}", "--repository", "a b=x"], "expected as id a name of letters"),
        (["{file}", "--arch", "x86-64"], "did you mean x86_64"),
        (["{file}", "--profile", "cloud"], "expected a profile 'cloud', and it has none"),
        (["{file}.none"], "No such file"),
    ],
)
def test_wrong_use_ends_in_2(run: Run, kickstart: Path, arguments: list[str], words: str) -> None:
    printed = run("import", *(argument.format(file=kickstart) for argument in arguments))
    assert (printed.exit_code, printed.out) == (2, "")
    assert words in printed.err
    assert "Traceback" not in printed.err


def test_a_problem_file_and_an_unknown_file_are_told_so(run: Run, tmp_path: Path) -> None:
    problem = tmp_path / "problem.yaml"
    problem.write_text("format: 1\nrepositories: []\nfeatures: {}\n")
    assert "found a problem file of pkgset" in run("import", str(problem)).err
    problem.write_text("two words\n")
    printed = run("import", str(problem))
    assert printed.exit_code == 2
    assert "say which it is with --from: kickstart, " in printed.err


@pytest.mark.data
def test_a_real_list_is_imported_checked_and_solved(run: Run, data_directory: Path, tmp_path: Path) -> None:
    target = tmp_path / "micro.yaml"
    source = data_directory / "lists" / "photon-1.0-tp1" / "micro.json"
    repository = f"photon-1.0-tp1={data_directory / 'photon-1.0-tp1'}:downstream"
    assert run("import", str(source), "-o", str(target), "--repository", repository).exit_code == 0
    assert run("check", "-q", str(target)).exit_code == 0
    document = json.loads(run("solve", "-q", "--no-write", "--json", str(target)).out)
    chosen = {package["name"] for package in document[0]["manifest"]["packages"]}
    assert set(json.loads(source.read_text())["packages"]) <= chosen

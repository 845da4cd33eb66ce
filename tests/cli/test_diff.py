"""`pkgset diff`: on results, problems and other tools' lists, real ones too; its exit codes are a check in CI."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.requirements import PROJECT_ROOT

REAL = PROJECT_ROOT / "problems" / "real"
MIB = 1 << 20


@pytest.fixture
def results(run: Run, write_problem: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The results of a small problem, and of the same with one feature more; the working directory."""
    for name, features in (("one", "{required: [bash]}"), ("two", "{required: [bash, keel]}")):
        assert run("solve", write_problem(name, features), "-o", tmp_path / "results").exit_code == 0
    monkeypatch.chdir(tmp_path / "results")
    return tmp_path / "results"


def packages(directory: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((directory / "manifest.json").read_bytes())["packages"]
    return found


def rpm_qa(held: list[dict[str, Any]], *, epochs: bool = False) -> str:
    """What `rpm -qa` would print, with epochs as `--queryformat '%{NEVRA}\\n'` does; a key's entry is among it."""
    lines = ["gpg-pubkey-8483c65d-5ccc5b19"]
    for one in held:
        epoch = f"{one['epoch']}:" if epochs and one["epoch"] else ""
        lines.append(f"{one['name']}-{epoch}{one['version']}-{one['release']}.{one['arch']}")
    return "\n".join(lines) + "\n"


def test_two_results(run: Run, results: Path) -> None:
    printed = run("diff", "one", "two")
    assert (printed.exit_code, printed.err) == (0, "")
    one, two = packages(results / "one"), packages(results / "two")
    added = {held["name"] for held in two} - {held["name"] for held in one}
    lines = printed.out.splitlines()
    assert lines[0] == "one -> two"
    assert next(line for line in lines if line.startswith("packages")).split() == [
        "packages", str(len(one)), str(len(two)), f"+{len(added)}"
    ]  # fmt: skip
    assert any("feature keel (new); brings" in line for line in lines)
    assert "keel" in added


def test_json_is_the_comparison_and_adds_up(run: Run, results: Path) -> None:
    document = json.loads(run("diff", "one", "two", "--json", "--budget", "divergence=+3").out)
    one, two = packages(results / "one"), packages(results / "two")
    amounts = {amount["quantity"]: amount for amount in document["difference"]["amounts"]}
    assert list(amounts) == ["packages", "installed_size", "download_size", "sources", "divergence"]
    for side, held in (("before", one), ("after", two)):
        assert amounts["installed_size"][side] == sum(package["installed_size"] or 0 for package in held)
    rows = [row for word in ("added", "removed", "changed") for row in document["difference"][word]]
    assert sum(row["bytes"] or 0 for row in rows) == sum(cause["bytes"] for cause in document["causes"])
    assert document["features"]["keel"] == ["keel"]
    assert document["budgets"][0]["verdict"] == "kept"
    assert document["difference"]["added"][0]["after"]["origin"] in ("upstream", "downstream")


def test_exit_codes(run: Run, results: Path) -> None:
    assert run("diff", "one", "one", "--exit-code").exit_code == 0
    assert run("diff", "one", "two").exit_code == 0
    assert run("diff", "one", "two", "--exit-code").exit_code == 1
    assert run("diff", "one", "two", "--budget", "packages=+500").exit_code == 0
    assert run("diff", "one", "two", "--budget", "packages=+500", "--budget", "packages=+0").exit_code == 3
    assert run("diff", "one", "two", "--exit-code", "--budget", "packages=+0").exit_code == 3


@pytest.mark.parametrize("form", ["--json", "--markdown"])
def test_a_broken_budget_names_culprits_on_stderr_where_stdout_is_for_others(
    run: Run, results: Path, form: str
) -> None:
    printed = run("diff", "one", "two", form, "--budget", "divergence=+0")
    assert printed.exit_code == 3
    first, culprit = printed.err.splitlines()[:2]
    assert first == "budget divergence=+0: BROKEN: downstream sources +3, 3 more than allowed"
    assert culprit.startswith("  ")
    assert "  keel: keel" in printed.err.splitlines()
    assert run("diff", "one", "two", form, "--budget", "divergence=+3").err == ""


def test_manifests_problems_and_instances_are_the_same_sides(
    run: Run, results: Path, write_problem: Callable[..., Path], tmp_path: Path
) -> None:
    renamed = tmp_path / "kept-elsewhere.json"
    renamed.write_bytes((results / "two" / "manifest.json").read_bytes())
    problem = write_problem("two", "{required: [bash, keel]}")
    for path in ("two/manifest.json", renamed, "two/problem.instance", problem):
        assert run("diff", "two", path, "--exit-code").exit_code == 0, path
        assert run("diff", "one", path, "--exit-code").exit_code == 1, path


def test_an_old_result_has_no_instance(run: Run, results: Path) -> None:
    for name in ("problem.instance", "run.json", "divergence.json"):
        (results / "one" / name).unlink()
    assert "feature keel" in run("diff", "one", "two").out


def test_a_list_on_standard_input(run: Run, results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = rpm_qa(packages(results / "two"), epochs=True).encode()

    def asked(*arguments: str) -> Any:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        return run("diff", *arguments)

    printed = asked("two", "-", "--exit-code")
    assert (printed.exit_code, printed.err) == (0, "")
    assert printed.out.startswith("two -> standard input: nothing differs\n")
    assert asked("-", "one", "--exit-code").exit_code == 1
    assert run("diff", "-", "-").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("one", "nowhere"), "'nowhere' does not exist"),
        (("one", "two", "--budget", "pakages=+1"), "expected a quantity: packages"),
        (("one", "two", "--json", "--markdown"), "--json and --markdown both want stdout"),
        (("one", "junk.json"), "junk.json"),
        (("one", "empty"), "manifest.json: No such file or directory"),
    ],
)
def test_wrong_usage_is_told(run: Run, results: Path, arguments: tuple[str, ...], words: str) -> None:
    (results / "junk.json").write_text('{"packages": 3}')
    (results / "empty").mkdir()
    printed = run("diff", *arguments)
    assert (printed.exit_code, printed.out) == (2, "")
    assert words in printed.err


def test_a_problem_without_an_answer_cannot_be_compared(
    run: Run, results: Path, write_problem: Callable[..., Path]
) -> None:
    problem = write_problem("none", "{required: [bash], forbidden: [bash]}")
    printed = run("diff", "one", problem)
    assert printed.exit_code == 1
    assert printed.err == "pkgset: none is infeasible: there is no answer to ask about\n"
    assert run("solve", problem, "-o", results).exit_code == 1
    stored = run("diff", "one", results / "none")
    assert (stored.exit_code, stored.out, stored.err) == (1, "", printed.err)


@pytest.mark.data
def test_centos_stream_9s_host_and_container(run: Run, data_directory: Path, tmp_path: Path) -> None:
    files = [REAL / f"{name}.yaml" for name in ("cs9-container-base", "cs9-host")]
    assert run("solve", *files, "--mirror", data_directory, "-o", tmp_path).exit_code == 0
    before, after = tmp_path / "cs9-container-base", tmp_path / "cs9-host"
    document = json.loads(run("diff", before, after, "--json").out)
    difference = document["difference"]
    assert (len(difference["added"]), difference["removed"], difference["changed"]) == (118, [], [])
    assert document["causes"][0]["chain"] == [{"name": "feature: kernel", "state": "new feature"}]
    assert "linux-firmware" in document["causes"][0]["packages"]
    assert sum(cause["bytes"] for cause in document["causes"]) == sum(row["bytes"] for row in difference["added"])
    grown = run("diff", before, after, "--budget", "installed_size<=200MiB")
    assert grown.exit_code == 3
    assert (
        "budget installed_size<=200MiB: BROKEN: installed size 599.2 MiB, 399.2 MiB more than allowed\n" in grown.out
    )


@pytest.mark.data
def test_the_how_to_shows_what_is_printed(
    run: Run, data_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old = (REAL / "cs9-host.yaml").read_text().replace("name: cs9-host", "name: image")
    for directory, text in (("baseline", old), ("results", old.replace("- chrony", "- chrony\n    - firewalld"))):
        (tmp_path / "image.yaml").write_text(text)
        assert run("solve", "image.yaml", "--mirror", data_directory, "-o", directory).exit_code == 0
    page = (PROJECT_ROOT / "docs" / "how-to" / "size-budget-in-ci.md").read_text(encoding="utf-8")
    command, output = page.split("```")[1:4:2]
    printed = run(*command.removeprefix("sh\npkgset ").split())
    assert printed.exit_code == 3
    assert output == "\n" + printed.out


@pytest.mark.data
@pytest.mark.parametrize("epochs", [True, False])
def test_a_host_and_what_rpm_says_is_on_it(run: Run, data_directory: Path, tmp_path: Path, epochs: bool) -> None:
    run("solve", REAL / "cs9-host.yaml", "--mirror", data_directory, "-o", tmp_path)
    held = packages(tmp_path / "cs9-host")
    real = tmp_path / "rpm-qa.txt"
    real.write_text(rpm_qa(held, epochs=epochs))
    assert run("diff", tmp_path / "cs9-host", real, "--exit-code").exit_code == 0
    old = [one | {"version": "5.1.0"} if one["name"] == "bash" else one for one in held if one["name"] != "podman"]
    real.write_text(rpm_qa(old, epochs=epochs))
    ask = ("diff", real, tmp_path / "cs9-host", "--json", "--budget")
    document = json.loads(run(*ask, "packages=+1").out)
    difference = document["difference"]
    assert [row["name"] for row in difference["added"]] == ["podman"]
    assert [(row["name"], row["version"]) for row in difference["changed"]] == [("bash", "newer")]
    podman, bash = (next(one["installed_size"] for one in held if one["name"] == name) for name in ("podman", "bash"))
    # What rpm -qa does not say cannot have been less than nothing: so much, and no more, was added.
    assert difference["amounts"][1]["most"] == podman + bash
    assert run(*ask, f"installed_size=+{podman + bash}").exit_code == 0
    assert run(*ask, f"installed_size=+{podman}").exit_code == 3


@pytest.mark.data
def test_lists_of_other_tools(run: Run, data_directory: Path, tmp_path: Path) -> None:
    lists = data_directory / "lists"
    photon = json.loads(
        run("diff", lists / "photon-1.0-tp1/micro.json", lists / "photon-1.0-tp1/minimal.json", "--json").out
    )
    names = [
        set(json.loads((lists / f"photon-1.0-tp1/{name}.json").read_text())["packages"])
        for name in ("micro", "minimal")
    ]
    assert {row["name"] for row in photon["difference"]["added"]} == names[1] - names[0]
    lock = {"metadata": {}, "packages": {"bash": {"evra": "5.1.8-2.el9.x86_64"}, "new": {"evra": "1:2-3.noarch"}}}
    (tmp_path / "manifest-lock.x86_64.json").write_text(json.dumps(lock))
    (tmp_path / "names.txt").write_text("bash\n")
    document = json.loads(run("diff", tmp_path / "names.txt", tmp_path / "manifest-lock.x86_64.json", "--json").out)
    assert [row["after"]["evr"] for row in document["difference"]["added"]] == ["1:2-3"]
    assert document["difference"]["changed"] == []

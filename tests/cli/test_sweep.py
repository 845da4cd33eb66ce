"""`pkgset sweep`: every combination, kept and resumed, the same bytes whatever the jobs; failures stay alone."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from optimizer.batch.kept import code_version
from optimizer.batch.variation import Point
from optimizer.cli.point import load_point, solve_point
from optimizer.cli.task import Task, settings_of
from optimizer.cli.terminal import Terminal
from optimizer.export import results
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO
from tests.requirements import missing

SET = ("--set", "limits.packages=null,60,1", "--set", "policy.downstream=shipped,rebuilt")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PKGSET_CACHE", str(tmp_path / "cache"))


def _files(directory: Path, *, timed: bool) -> dict[str, bytes]:
    found = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in found if timed or path.name != "run.json"}


def test_each_run_is_what_solve_gives_for_the_changed_file(run: Run, tmp_path: Path) -> None:
    printed = run("sweep", DEMO / "weights.yaml", *SET, "-o", tmp_path / "out", "--json")
    runs = json.loads(printed.out)["runs"]
    assert [list(held["set"].values()) for held in runs] == [
        [limit, downstream] for limit in ("null", "60", "1") for downstream in ("shipped", "rebuilt")
    ]
    assert [held["status"] for held in runs][-2:] == ["infeasible", "infeasible"]
    assert printed.exit_code == 1
    name = runs[1]["name"]
    assert name == "demo-weights+packages-null+downstream-rebuilt"
    changed = tmp_path / "changed.yaml"
    text = (DEMO / "weights.yaml").read_text().replace("baseurl: ", f"baseurl: {DEMO}/")
    text = text.replace("equivalents: ", f"equivalents: {os.path.relpath(DEMO, tmp_path)}/")
    changed.write_text(text.replace("name: demo-weights", f"name: {name}"))
    assert run("solve", changed, "-o", tmp_path / "alone").exit_code == 0
    one = json.loads((tmp_path / "alone" / name / "manifest.json").read_bytes())
    assert json.loads((tmp_path / "out" / name / "manifest.json").read_bytes()) == one
    assert runs[1]["packages"] == one["totals"]["packages"]
    assert runs[1]["stages"]["installed_size"] == one["totals"]["installed_size"]


def test_repeated_it_solves_nothing_and_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    first = run("sweep", DEMO / "weights.yaml", *SET, "-o", tmp_path / "one", "--csv", tmp_path / "one.csv")
    again = run(
        "sweep", DEMO / "weights.yaml", *SET, "-o", tmp_path / "two", "--jobs", "2", "--csv", tmp_path / "two.csv"
    )
    assert again.out == first.out
    assert "6 of 6 runs were known already" in again.err
    assert _files(tmp_path / "one", timed=True) == _files(tmp_path / "two", timed=True)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_an_answer_that_is_known_names_the_files_of_whoever_asks(run: Run, tmp_path: Path) -> None:
    text = (DEMO / "weights.yaml").read_text().replace("baseurl: ", f"baseurl: {DEMO}/")
    asked = tmp_path / "asked.yaml"
    text = text.replace("equivalents: ", f"equivalents: {os.path.relpath(DEMO, tmp_path)}/")
    found = []
    for remark in ("", "# the same question\n", "# the same question\n"):
        asked.write_text(text + remark)
        printed = run("sweep", asked, "--set", "limits.packages=60,61", "-o", tmp_path / "out")
        found.append("2 of 2 runs were known already" in printed.err)
        for record in (tmp_path / "out").glob("*/run.json"):
            files = {held["name"]: held["checksum"] for held in json.loads(record.read_bytes())["files"]}
            assert files["asked.yaml"] == f"sha256:{sha256(asked.read_bytes()).hexdigest()}"
    assert found == [False, True, True]


def test_jobs_change_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outs = []
    for jobs in ("1", "3"):
        monkeypatch.setenv("PKGSET_CACHE", str(tmp_path / f"cache{jobs}"))
        printed = run("sweep", DEMO / "weights.yaml", *SET, "-o", tmp_path / jobs, "--jobs", jobs, "--csv", "-")
        outs.append((printed.out, _files(tmp_path / jobs, timed=False)))
        assert "known" not in printed.err
    assert outs[0] == outs[1]
    rows = list(csv.DictReader(io.StringIO(outs[0][0])))
    assert [row["status"] for row in rows].count("infeasible") == 2
    assert rows[0]["set.limits.packages"] == "null"


def test_a_run_that_fails_stays_alone(run: Run, tmp_path: Path) -> None:
    printed = run("sweep", DEMO / "weights.yaml", "--set", "limits.packages=many,60,few", "-o", tmp_path / "out")
    assert printed.exit_code == 2
    assert [line.split()[1] for line in printed.out.splitlines()[2:5]] == ["error", "proven", "error"]
    assert "limits.packages: expected" in printed.err
    assert "[demo-weights+packages-many]" in printed.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["demo-weights+packages-60"]


def test_a_killed_sweep_goes_on_where_it_was(run: Run, tmp_path: Path) -> None:
    """Killed with no time to tidy up; what was finished is not solved again."""
    before = code_version.__wrapped__()
    arguments = ("sweep", str(DEMO / "weights.yaml"), "--set", "limits.packages=30..60", "-o", str(tmp_path / "out"))
    process = subprocess.Popen(
        [sys.executable, "-m", "optimizer", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while len(list((tmp_path / "out").glob("*/run.json"))) < 3:
        assert time.monotonic() < until, "nothing was solved within a minute"
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = len(list((tmp_path / "out").glob("*/run.json")))
    printed = run(*arguments)
    if code_version.__wrapped__() != before:
        pytest.skip("the code was changed under this test")
    known = next(int(line.split()[0]) for line in printed.err.splitlines() if "known already" in line)
    assert known >= done
    assert len(list((tmp_path / "out").glob("*/run.json"))) == 31


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "limits.instaled_size=1"], "did you mean 'installed_size'"),
        (["--set", "limits.packages"], "expected KEY=VALUE"),
        (["--set", "limits.packages=1", "--json", "--csv", "-"], "both want stdout"),
        ([], "Missing option '--set'"),
    ],
)
def test_wrong_usage(run: Run, arguments: list[str], words: str) -> None:
    printed = run("sweep", DEMO / "weights.yaml", *arguments)
    assert (printed.exit_code, printed.out) == (2, "")
    assert words in printed.err


def test_parquet_holds_the_table(run: Run, tmp_path: Path) -> None:
    if find_spec("pyarrow") is None:
        missing("pip install 'pkgset[parquet]'")
    parquet: Any = import_module("pyarrow.parquet")  # its types are not published with it
    file = tmp_path / "runs.parquet"
    printed = run("sweep", DEMO / "weights.yaml", *SET, "--no-write", "--parquet", file, "--json")
    runs, rows = json.loads(printed.out)["runs"], parquet.read_table(file).to_pylist()
    assert [row["name"] for row in rows] == [held["name"] for held in runs]
    assert [row["packages"] for row in rows] == [held["packages"] for held in runs]
    assert rows[0]["set.policy.downstream"] == "shipped"


def test_a_long_sweep_says_how_far_it_is_and_how_fast(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimizer.cli.pace._TELL_EVERY_S", 0.0)
    printed = run("sweep", DEMO / "weights.yaml", "--set", "limits.packages=50..61", "--no-write")
    first, *_, last = printed.err.splitlines()
    assert re.fullmatch(r"1 of 12 runs, [0-9.]+ a second, [0-9]+ (s|min) left", first)
    assert re.fullmatch(r"12 runs in [0-9]+ s, [0-9.]+ a second: 12 proven", last)
    assert run("sweep", DEMO / "weights.yaml", "--set", "limits.packages=50..61", "--no-write", "--quiet").err == ""


def test_a_run_stopped_while_it_is_written_has_no_row_of_an_answer(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files are not there; its answer is kept for the next time."""
    point = Point("demo-weights+packages-60", ((("limits", "packages"), 60),))
    task = Task(DEMO / "weights.yaml", tmp_path / "out", None, None, 1, point)
    settings = settings_of(task, Terminal(bars=False, echo=False))

    def stop(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(results, "write_files", stop)
    outcome = solve_point(task, load_point(task.file, point), settings)
    assert (outcome.exit_code, outcome.document["status"]) == (130, "interrupted")
    monkeypatch.undo()
    monkeypatch.setenv("PKGSET_CACHE", str(tmp_path / "cache"))
    printed = run("sweep", task.file, "--set", "limits.packages=60", "-o", tmp_path / "out")
    assert (printed.exit_code, printed.err) == (0, "1 of 1 runs were known already\n")

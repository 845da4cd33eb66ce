"""`pkgset frontier`: the table, the files, and a search that is stopped and taken up again."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from optimizer.model.solve import Engine
from optimizer.problem.problem import ObjectiveKind
from optimizer.report import frontier_plot
from optimizer.universe.instance import Instance
from optimizer.universe.snapshot import encode_instance
from tests.cli.conftest import Run
from tests.cli.instances import weighted_cover
from tests.model.making import make
from tests.model.test_frontier import ladder
from tests.requirements import PROJECT_ROOT

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write an Instance into the working directory; without one, the ladder of five rungs."""
    monkeypatch.chdir(tmp_path)

    def one(instance: Instance | None = None, **changes: Any) -> Path:
        file = tmp_path / "made.instance"
        file.write_bytes(encode_instance(msgspec.structs.replace(instance or ladder(5), **changes)))
        return file

    return one


def values(document: dict[str, Any]) -> list[tuple[int, ...]]:
    return [tuple(point["values"].values()) for point in document["points"]]


def test_the_table_says_what_each_step_costs_and_which_package_buys_it(run: Run, write: Write) -> None:
    printed = run("frontier", write(), "--vary", "installed_size")
    assert (printed.exit_code, printed.err) == (0, "")
    lines = printed.out.splitlines()
    assert lines[0] == "made: divergence against installed size: every point there is, each proven"
    assert [line.split() for line in lines if line[:1].isdigit()][1][-7:] == [
        "+1",
        "-16",
        "B",
        "16",
        "B",
        "each",
        "*",
    ]
    at = lines.index("      downstream, more: d4")
    assert lines[at + 1 : at + 3] == ["      in: d4 (100 B)", "      out: u4 (116 B)"]
    assert lines[-1] == "written: results/made/frontier-installed_size-divergence.json"


def test_json_is_the_file_and_names_every_package(run: Run, write: Write, tmp_path: Path) -> None:
    printed = run("frontier", write(), "--vary", "installed_size,divergence", "--json", "-o", "out")
    document = json.loads(printed.out)
    file = tmp_path / "out" / "made" / "frontier-installed_size-divergence.json"
    assert json.loads(file.read_bytes()) == document
    assert document["objectives"] == ["divergence", "installed_size"]
    assert document["status"] == "proven"
    assert values(document) == [(0, 531), (1, 515), (2, 507), (3, 503), (4, 501), (5, 500)]
    packages = [package["name"] for package in document["packages"]]
    points = [{packages[place] for place in point["packages"]} for point in document["points"]]
    assert points[0] == {"u0", "u1", "u2", "u3", "u4"}
    assert points[5] == {"d0", "d1", "d2", "d3", "d4"}
    for before, after, point in zip(points, points[1:], document["points"][1:], strict=False):
        assert {packages[place] for place in point["gained"]} == after - before
        assert {packages[place] for place in point["lost"]} == before - after
        assert set(point["maintained"]) == {name for name in after if name.startswith("d")}
    assert document["points"][2]["change"] == {"divergence": 1, "installed_size": -8}
    assert document["points"][2]["totals"]["installed_size"] == 507
    assert document["steepest"] == 1


def test_csv_goes_to_stdout_or_a_file(run: Run, write: Write, tmp_path: Path) -> None:
    printed = run("frontier", write(), "--vary", "installed_size", "--csv", "-")
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    assert [(row["divergence"], row["installed_size"]) for row in rows][:2] == [("0", "531"), ("1", "515")]
    assert (rows[1]["installed_size_change"], rows[1]["gained"], rows[1]["lost"]) == (
        "-16",
        "d4-1-1.noarch",
        "u4-1-1.noarch",
    )
    run("frontier", write(), "--vary", "installed_size", "--csv", tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text() == printed.out


@pytest.mark.parametrize("name", ["curve.svg", "curve.png"])
def test_a_picture_has_the_same_bytes_every_time(run: Run, write: Write, tmp_path: Path, name: str) -> None:
    pytest.importorskip("matplotlib")
    pictures = []
    for _ in range(2):
        printed = run("frontier", write(), "--vary", "installed_size", "--plot", tmp_path / name)
        assert printed.exit_code == 0, printed.err
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]
    assert pictures[0].startswith(b"\x89PNG" if name.endswith("png") else b"<?xml")
    if name.endswith("svg"):
        assert "installed size (MiB)" in pictures[0].decode()
        assert "date" not in pictures[0].decode()


def test_without_matplotlib_the_command_to_install_it_is_told(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(frontier_plot, "import_module", refuse)
    printed = run("frontier", write(), "--vary", "installed_size", "--plot", "curve.svg")
    assert printed.exit_code == 2
    assert printed.err == "pkgset: a picture needs matplotlib: pip install 'pkgset[report]'\n"
    assert printed.out.startswith("made: divergence against installed size")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--vary", "instaled_size"), "'instaled_size' is no objective; did you mean installed_size"),
        (("--vary", "packages,packages"), "one objective or two different ones"),
        (("--vary", "packages,age,changes"), "one objective or two different ones"),
        (("--vary", "weak"), "made ignores weak dependencies"),
        (("--vary", "changes"), "made has no earlier manifest"),
        (("--vary", "packages,features"), "made has no optional features to vary"),
        (("--vary", "packages", "--plot", "x.pdf"), "a picture is a file named *.svg or *.png"),
        (("--vary", "packages", "--json", "--csv", "-"), "--json and --csv - both want stdout"),
        (("--vary", "packages", "--most", "1"), "--most"),
    ],
)
def test_wrong_usage_is_told(run: Run, write: Write, arguments: tuple[str, ...], words: str) -> None:
    printed = run("frontier", write(), *arguments)
    assert (printed.exit_code, printed.out) == (2, "")
    assert words in printed.err


def test_a_size_nobody_knows_may_not_count_where_the_problem_says_so(run: Run, write: Write) -> None:
    plain = ladder(2)
    unknown = msgspec.structs.replace(plain.packages[0], download_bytes=None)
    file = write(plain, packages=(unknown, *plain.packages[1:]), unknown_bytes=None)
    printed = run("frontier", file, "--vary", "download_size")
    assert printed.exit_code == 2
    assert "the download_size of 1 candidates is unknown" in printed.err


def test_an_infeasible_problem_ends_in_1(run: Run, write: Write) -> None:
    file = write(make("a", required=["a"], forbidden=["a"], objectives=("packages",)))
    printed = run("frontier", file, "--vary", "divergence", "--csv", "-")
    assert printed.exit_code == 1
    assert "infeasible" in run("frontier", file, "--vary", "divergence").out


def test_what_a_limit_on_points_left_out_is_told(run: Run, write: Write) -> None:
    printed = run("frontier", write(), "--vary", "installed_size", "--most", "3")
    assert printed.exit_code == 0
    assert "every point proven, but not every point there is" in printed.out
    assert "not looked for: points with divergence between 1 and 5" in printed.out


def test_what_ranks_above_both_is_held_unless_asked_otherwise(run: Run, write: Write) -> None:
    instance = make(
        "abc", required=[("any", "a", "b")], optional=[("c", 4)], objectives=("features", "divergence", "packages")
    )
    held = json.loads(run("frontier", write(instance), "--vary", "packages", "--json").out)
    assert held["objectives"] == ["features", "packages"]
    held = json.loads(run("frontier", write(instance), "--vary", "packages,divergence", "--json").out)
    assert (held["held"], values(held), held["then"]) == ({"features": 4}, [(0, 2)], [])
    free = json.loads(run("frontier", write(instance), "--vary", "packages,divergence", "--no-hold", "--json").out)
    assert (free["held"], values(free), free["then"]) == ({}, [(0, 1)], ["features"])


def test_a_result_directory_keeps_its_frontiers(run: Run, write: Write, tmp_path: Path) -> None:
    file = write()
    run("solve", file, "-o", "elsewhere")
    of_file = run("frontier", file, "--vary", "installed_size", "--json").out
    file.unlink()
    printed = run("frontier", "elsewhere/made", "--vary", "installed_size", "--json")
    assert printed.out == of_file
    assert (tmp_path / "elsewhere" / "made" / "frontier-installed_size-divergence.json").is_file()


def test_no_write_writes_nothing(run: Run, write: Write, tmp_path: Path) -> None:
    run("frontier", write(), "--vary", "installed_size", "--no-write")
    assert [path.name for path in tmp_path.iterdir()] == ["made.instance"]


def test_a_search_stopped_by_time_goes_on_to_the_same_bytes(run: Run, write: Write, tmp_path: Path) -> None:
    name = "frontier-installed_size-divergence"
    run("frontier", write(), "--vary", "installed_size", "-o", "whole")
    stopped = run("frontier", write(), "--vary", "installed_size", "-o", "parts", "--time-limit", "0.000001")
    assert stopped.exit_code == 3
    assert stopped.err == "stopped early: the same command goes on from here\n"
    assert run("frontier", write(), "--vary", "installed_size", "-o", "parts").exit_code == 0
    for suffix in (".json", ".state"):
        whole, parts = (tmp_path / place / "made" / f"{name}{suffix}" for place in ("whole", "parts"))
        assert whole.read_bytes() == parts.read_bytes()


def test_a_finished_frontier_is_read_without_a_solve(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run("frontier", write(), "--vary", "installed_size", "--json").out

    def refuse(*_arguments: Any, **_options: Any) -> Any:
        raise AssertionError("solved again")

    monkeypatch.setattr(Engine, "best", refuse)
    assert run("frontier", write(), "--vary", "installed_size", "--json").out == first
    assert run("frontier", write(), "--vary", "packages").exit_code == 70


@pytest.mark.parametrize("damage", [b"", b"{", b'{"format": 1}', b"\xff\xfe"])
def test_a_state_that_cannot_be_read_is_not_used(run: Run, write: Write, tmp_path: Path, damage: bytes) -> None:
    first = run("frontier", write(), "--vary", "installed_size", "--json").out
    (tmp_path / "results" / "made" / "frontier-installed_size-divergence.state").write_bytes(damage)
    assert run("frontier", write(), "--vary", "installed_size", "--json").out == first


def test_a_state_of_another_question_is_not_used(run: Run, write: Write) -> None:
    run("frontier", write(), "--vary", "installed_size")
    changed = write(ladder(4))
    document = json.loads(run("frontier", changed, "--vary", "installed_size", "--json").out)
    assert values(document) == [(0, 415), (1, 407), (2, 403), (3, 401), (4, 400)]
    dearer = write(objectives=(ObjectiveKind.DIVERGENCE, ObjectiveKind.AGE))
    assert json.loads(run("frontier", dearer, "--vary", "installed_size", "--json").out)["then"] == ["age"]


def sized_cover() -> Instance:
    """A cover with many points, each a moment's work: bytes against packages."""
    cover = weighted_cover("made", packages=60, features=60, providers=6)
    packages = tuple(
        msgspec.structs.replace(package, download_bytes=(index * 7919) % 1000 + 1)
        for index, package in enumerate(cover.packages)
    )
    return msgspec.structs.replace(cover, packages=packages)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_search_that_is_interrupted_or_killed_goes_on(
    run: Run, write: Write, tmp_path: Path, number: signal.Signals
) -> None:
    file, name = write(sized_cover()), "frontier-download_size-installed_size"
    ask = ("frontier", file, "--vary", "download_size", "--most", "6")
    run(*ask, "-o", "whole")
    state = tmp_path / "parts" / "made" / f"{name}.state"
    code = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", code, sys.executable, "-m", "optimizer", *map(str, ask), "-o", "parts"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not state.exists():
        assert time.monotonic() < until
        time.sleep(0.002)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    if number is signal.SIGINT and process.returncode != 0:
        assert (process.returncode, err) == (3, "stopped early: the same command goes on from here\n")
    assert run(*ask, "-o", "parts").exit_code == 0
    for suffix in (".json", ".state"):
        whole, parts = (tmp_path / place / "made" / f"{name}{suffix}" for place in ("whole", "parts"))
        assert whole.read_bytes() == parts.read_bytes()


@pytest.mark.data
def test_the_how_to_shows_what_is_printed(run: Run, data_directory: Path) -> None:
    page = (PROJECT_ROOT / "docs" / "how-to" / "frontier.md").read_text(encoding="utf-8")
    shown = page.split("```")[3].strip().splitlines()
    assert shown.pop() == "..."
    file = PROJECT_ROOT / "problems" / "photon-1.0-tp1-minimal.yaml"
    ask = ("frontier", file, "--mirror", data_directory, "--vary", "installed_size", "--no-write")
    printed = run(*ask)
    assert printed.exit_code == 0
    assert printed.out.splitlines()[: len(shown)] == shown

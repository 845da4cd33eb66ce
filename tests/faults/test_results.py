"""Result folders as strangers left them, and killed writers: no foreign file is written, nothing left over."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimizer.export.writing import write_whole
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO

PROBLEM = DEMO / "limits.yaml"
NAME = "demo-limits"
FILES = ["divergence.json", "manifest.json", "problem.instance", "run.json"]


def _names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize("kind", ["symlink", "hard link", "dangling"])
def test_links_among_the_results_are_replaced_and_not_followed(kind: str, run: Run, tmp_path: Path) -> None:
    target, foreign = tmp_path / "results" / NAME, tmp_path / "foreign"
    target.mkdir(parents=True)
    foreign.write_text("precious")
    for name in FILES:
        if kind == "hard link":
            (target / name).hardlink_to(foreign)
        else:
            (target / name).symlink_to(foreign if kind == "symlink" else tmp_path / "nowhere")
    assert run("solve", PROBLEM, "-o", target.parent).exit_code == 0
    assert foreign.read_text() == "precious"
    assert _names(target) == FILES
    assert not any(path.is_symlink() for path in target.iterdir())
    assert not (tmp_path / "nowhere").exists()


def test_a_link_of_another_user_is_not_followed(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that everyone may write, it could lead to files of ours."""
    results, foreign = tmp_path / "results", tmp_path / "foreign"
    results.mkdir()
    foreign.mkdir()
    (results / NAME).symlink_to(foreign)
    assert run("solve", PROBLEM, "-o", results).exit_code == 0, "our own link is"
    assert _names(foreign) == FILES
    for path in foreign.iterdir():
        path.unlink()
    if os.geteuid() == 0:
        os.lchown(results / NAME, 12345, 12345)
    else:
        user = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    printed = run("solve", PROBLEM, "-o", results)
    assert printed.exit_code == 2
    assert printed.err == f"{PROBLEM}: {results / NAME}: is a link that another user made\n"
    assert _names(foreign) == []
    assert printed.out.startswith(f"{NAME}: proven optimal"), "the answer is told all the same"


@pytest.mark.parametrize("name", FILES)
def test_a_folder_where_a_file_belongs_is_named(name: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / NAME / name / "x").mkdir(parents=True)
    printed = run("solve", PROBLEM, "-o", tmp_path)
    assert printed.exit_code == 2
    assert printed.err == f"{PROBLEM}: {tmp_path / NAME / name}: Is a directory\n"
    assert [held for held in _names(tmp_path / NAME) if held.startswith(".")] == []
    assert name == "run.json" or "run.json" not in _names(tmp_path / NAME)


def test_what_killed_writers_left_is_removed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    left = [tmp_path / f".manifest.json.abcd_{number:03}.unfinished" for number in range(3)]
    others = [tmp_path / name for name in (".manifest.json.swp", ".run.json.abcdefgh.unfinished", "manifest.json~")]
    for file in (*left, *others):
        file.write_text("half")
        long_ago = time.time() - 3600
        os.utime(file, (long_ago, long_ago))
    left[1].touch()  # a writer may be about to lock it
    write_whole(path, b"{}")
    assert _names(tmp_path) == sorted(["manifest.json", left[1].name, *(other.name for other in others)])
    years_ahead = time.time() + 1e8  # the clock was wrong then, or is now
    os.utime(left[1], (years_ahead, years_ahead))
    write_whole(path, b"{}")
    assert not left[1].exists()


def test_a_writer_at_work_is_not_disturbed(tmp_path: Path) -> None:
    code = """
import os, sys, pathlib, optimizer.export.writing as writing
def replace(unfinished, path):
    os.utime(unfinished, (0, 0))
    print("ready", flush=True)
    sys.stdin.readline()
    os.rename(unfinished, path)
pathlib.Path.replace = replace
writing.write_whole(pathlib.Path(sys.argv[1]), b"slow")
"""
    path = tmp_path / "x.json"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as slow:
        assert slow.stdout is not None
        assert slow.stdout.readline() == "ready\n"
        write_whole(path, b"quick")
        assert path.read_bytes() == b"quick"
        slow.communicate("\n", timeout=30)
    assert slow.returncode == 0
    assert path.read_bytes() == b"slow"
    assert _names(tmp_path) == ["x.json"]


def _pkgset(*arguments: str | Path, stdout: str = os.devnull, file_limit: int | None = None) -> tuple[int, str]:
    """Run `pkgset` in a process of its own and return its exit code and what it says on stderr."""

    def bound() -> None:
        if file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    command = [sys.executable, "-m", "optimizer", *map(str, arguments)]
    with Path(stdout).open("w") as file:
        done = subprocess.run(
            command, stdout=file, stderr=subprocess.PIPE, text=True, timeout=60, preexec_fn=bound, check=False
        )
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", [("solve", "--no-write"), ("solve", "--json", "--no-write"), ("check",)])
def test_a_full_standard_output_is_named(words: tuple[str, ...]) -> None:
    code, said = _pkgset(*words, PROBLEM, stdout="/dev/full")
    assert (code, said) == (2, "pkgset: standard output: No space left on device\n")


def test_a_full_standard_output_does_not_cost_the_results(tmp_path: Path) -> None:
    assert _pkgset("solve", PROBLEM, "-o", tmp_path, stdout="/dev/full")[0] == 2
    assert _names(tmp_path / NAME) == FILES


def test_a_full_disk_of_results_is_named_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    code, said = _pkgset("solve", PROBLEM, "-o", tmp_path, file_limit=1000)
    assert (code, said) == (2, f"{PROBLEM}: {tmp_path / NAME / 'manifest.json'}: File too large\n")
    assert _names(tmp_path / NAME) == []

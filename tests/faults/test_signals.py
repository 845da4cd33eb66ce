"""SIGINT, SIGTERM and SIGHUP at every stage of the way: the best answer so far, or nothing at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import optimizer.export.results as results
from optimizer import pipeline
from optimizer.answer.divergence import diverge
from optimizer.cli.interrupt import SIGNALS, Interrupts, Stopped
from optimizer.export.writing import write_whole
from optimizer.model.interruption import holding
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.universe.snapshot import encode_instance
from tests.cli.conftest import Run
from tests.cli.instances import weighted_cover
from tests.demo.recipes import DEMO
from tests.faults.processes import start
from tests.repository.making import PRIMARY, Part, write_repository
from tests.repository.serving import serve, silence

PROBLEM, NAME = DEMO / "limits.yaml", "demo-limits"
FILES = ["divergence.json", "manifest.json", "problem.instance", "run.json"]
WORDS = {
    signal.SIGINT: "pkgset: interrupted",
    signal.SIGTERM: "pkgset: ended by SIGTERM",
    signal.SIGHUP: "pkgset: ended by SIGHUP",
}

every_signal = pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)


def _names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir()) if directory.exists() else []


@every_signal
def test_during_a_download_nothing_is_written(number: signal.Signals, tmp_path: Path) -> None:
    root = write_repository(tmp_path / "root", [Part("primary", PRIMARY)])
    with serve(root) as web:
        web.answers["/repodata/primary.xml.gz"] = [silence(20)] * 4
        problem = tmp_path / "p.yaml"
        problem.write_text(
            f"format: 1\nname: p\narch: x86_64\nrepositories: [{{id: r, origin: upstream, baseurl: {web.url}}}]\n"
            "features: {required: [a]}\n"
        )
        started = start("solve", problem, "-o", tmp_path / "results", cache=tmp_path / "cache")
        started.wait_for(lambda: "GET /repodata/primary.xml.gz" in web.asked)
        assert any(path.is_file() for path in (tmp_path / "cache").rglob("*")), "it is being written"
        started.process.send_signal(number)
        ended = started.end()
    assert (ended.exit_code, ended.out) == (128 + number, "")
    assert ended.err == WORDS[number].replace("pkgset:", f"{problem}:") + "\n"
    assert not (tmp_path / "results").exists()
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_during_the_search_the_best_answer_is_kept(number: signal.Signals, tmp_path: Path) -> None:
    file = tmp_path / "hard.instance"
    file.write_bytes(encode_instance(weighted_cover("hard", packages=150, features=200, providers=8)))
    started = start("solve", file, "-o", tmp_path / "results")
    started.wait_for(lambda: started.threads() > 1)
    time.sleep(3)
    started.process.send_signal(number)
    ended = started.end()
    assert (ended.exit_code, ended.err) == (3, "")
    assert ended.out.startswith("hard: feasible, not proven optimal")
    assert json.loads((tmp_path / "results/hard/run.json").read_bytes())["status"] == "not proven"
    assert _names(tmp_path / "results/hard") == FILES


def test_a_batch_in_the_background_of_a_shell_ends_too(tmp_path: Path) -> None:
    """Such a job ignores Ctrl-C, and so would the processes that it starts."""
    files = [tmp_path / f"{name}.instance" for name in ("one", "two", "three")]
    for file in files:
        file.write_bytes(encode_instance(weighted_cover(file.stem, packages=150, features=200, providers=8)))
    started = start("solve", *files, "--jobs", "2", "-o", tmp_path / "results", ignoring=signal.SIGINT)
    started.wait_for(lambda: started.solving() == 2)
    time.sleep(3)
    started.process.send_signal(signal.SIGTERM)
    ended = started.end()
    assert ended.exit_code == 130
    assert ended.err == f"{files[2]}: not solved: interrupted\n"
    for file in files[:2]:
        assert json.loads((tmp_path / "results" / file.stem / "run.json").read_bytes())["status"] == "not proven"
    assert _names(tmp_path / "results") == ["one", "two"]


def test_what_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """`nohup pkgset solve` outlives its terminal."""
    file = tmp_path / "hard.instance"
    file.write_bytes(encode_instance(weighted_cover("hard", packages=150, features=200, providers=8)))
    started = start("solve", file, "--time-limit", "2", "--no-write", ignoring=signal.SIGHUP)
    started.wait_for(lambda: started.threads() > 1)
    for _ in range(5):
        started.process.send_signal(signal.SIGHUP)
    begun = time.monotonic()
    assert started.end().exit_code == 3
    assert time.monotonic() - begun > 0.5


@every_signal
def test_before_a_first_answer_there_is_nothing_to_keep(
    number: signal.Signals, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve = Engine.solve

    def interrupted(engine: Any, *arguments: Any, **options: Any) -> Any:
        signal.raise_signal(number)
        return solve(engine, *arguments, **options)

    monkeypatch.setattr(Engine, "solve", interrupted)
    printed = run("solve", PROBLEM, "-o", tmp_path)
    assert (printed.exit_code, printed.out) == (128 + number, "")
    assert printed.err == WORDS[number].replace("pkgset:", f"{PROBLEM}:") + "\n"
    assert _names(tmp_path) == []


@every_signal
def test_between_two_runs_of_the_solver_the_answer_is_kept(
    number: signal.Signals, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a stage is done and the next one not begun, no solver is there to take the signal."""
    solve = Engine.solve
    stages: list[Any] = []

    def interrupted(engine: Any, *arguments: Any, on_stage: Callable[[Any], None], **options: Any) -> Any:
        def note(stage: Any) -> None:
            on_stage(stage)
            stages.append(stage)
            if len(stages) == 1:
                signal.raise_signal(number)

        engine.reduce = False  # so that each stage is a run of the solver
        return solve(engine, *arguments, on_stage=note, **options)

    monkeypatch.setattr(Engine, "solve", interrupted)
    printed = run("solve", PROBLEM, "-o", tmp_path)
    assert (printed.exit_code, printed.err) == (3, "")
    assert _names(tmp_path / NAME) == FILES
    run_record = json.loads((tmp_path / NAME / "run.json").read_bytes())
    assert run_record["status"] == "not proven"
    assert [judge["verdict"] for judge in run_record["judges"]] == ["accepted", "accepted"]


@every_signal
def test_while_the_divergence_is_explained_the_answer_is_kept(
    number: signal.Signals, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any) -> Any:
        signal.raise_signal(number)
        return diverge(*arguments)

    monkeypatch.setattr(pipeline, "diverge", interrupted)
    printed = run("solve", PROBLEM, "-o", tmp_path)
    assert (printed.exit_code, printed.err) == (0, "")
    assert _names(tmp_path / NAME) == FILES


@every_signal
@pytest.mark.parametrize("file", FILES)
def test_while_results_are_written_they_are_whole_or_absent(
    number: signal.Signals, file: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("solve", PROBLEM, "-o", tmp_path / "good").exit_code == 0

    def interrupted(path: Path, content: bytes) -> None:
        write_whole(path, content)
        if path.name == file:
            signal.raise_signal(number)

    monkeypatch.setattr(results, "write_whole", interrupted)
    printed = run("solve", PROBLEM, "-o", tmp_path / "results")
    assert printed.exit_code == 128 + number
    assert printed.err == WORDS[number].replace("pkgset:", f"{PROBLEM}:") + "\n"
    target = tmp_path / "results" / NAME
    assert ("run.json" in _names(target)) == (file == "run.json")
    assert not [name for name in _names(target) if name.startswith(".")]
    for name in _names(target):
        if name != "run.json":
            assert (target / name).read_bytes() == (tmp_path / "good" / NAME / name).read_bytes()


def test_a_second_signal_is_not_held_back() -> None:
    budget = Budget()
    with Interrupts(), holding(budget) as held:
        signal.raise_signal(signal.SIGTERM)
        assert budget.interrupted
        assert isinstance(held.error, Stopped)
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGINT)


def test_handlers_are_left_as_they_were() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interrupts(), holding(Budget()):
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_other_threads_have_no_handlers() -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with Interrupts(), holding(Budget()):
                pass
        except BaseException as error:  # noqa: BLE001 - told to the main thread
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failures == []


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m optimizer solve {PROBLEM} -o {tmp_path} | head -c 10; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.endswith("0\n")
    assert done.stderr == ""
    assert _names(tmp_path / NAME) == FILES


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_standard_streams_do_not_reach_the_results(closed: str, tmp_path: Path) -> None:
    """A closed descriptor's number goes to the next file that is opened."""
    command = f"{sys.executable} -m optimizer solve {PROBLEM} -o {tmp_path} {closed}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert _names(tmp_path / NAME) == FILES
    assert json.loads((tmp_path / NAME / "run.json").read_bytes())["status"] == "proven"

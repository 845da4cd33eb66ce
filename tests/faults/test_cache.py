"""One cache for many: killed writers, poison, full disks, waiting for one another, clocks that jump."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from optimizer.repository import cache as cache_module
from optimizer.repository.cache import Cache
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO
from tests.faults.processes import start
from tests.repository.making import create_repository
from tests.repository.serving import Web, serve

PROBLEM, NAME = DEMO / "limits.yaml", "demo-limits"
FILES = ("divergence.json", "manifest.json", "problem.instance")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    packages = [(f"bash-0:{number}-1.x86_64", ()) for number in range(50)]
    with serve(create_repository(tmp_path / "served", packages, {})) as web:
        yield web


@pytest.fixture
def over_the_web(web: Web, tmp_path: Path) -> Path:
    """A problem over one repository on a web server."""
    problem = tmp_path / "web.yaml"
    problem.write_text(
        f"format: 1\nname: web\narch: x86_64\nrepositories: [{{id: r, origin: upstream, baseurl: {web.url}}}]\n"
        "features: {required: [bash]}\n"
    )
    return problem


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def _abandon(cache: Cache, key: str, age_s: float) -> Path:
    """Leave what a writer of `key` that was killed leaves."""
    path = cache.store(key, lambda unfinished: None)
    assert path is not None
    left = path.with_name(f"{path.name[:16]}abcdefgh.unfinished")
    path.rename(left)
    os.utime(left, (time.time() - age_s,) * 2)
    return left


@pytest.mark.parametrize("age_s", [3600.0, -1e8], ids=["old", "from a clock that ran years ahead"])
def test_what_killed_writers_of_other_keys_left_goes_with_the_next_write(age_s: float, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    left = [_abandon(cache, f"{number}.part", age_s) for number in range(20)]
    fresh = _abandon(cache, "fresh.part", 0.0)
    assert all(path.exists() for path in left)
    Cache(tmp_path).store("another.part", lambda path: None)
    assert not any(path.exists() for path in left)
    assert fresh.exists(), "its writer may be about to lock it"


def test_who_wants_the_same_waits_for_who_makes_it(tmp_path: Path) -> None:
    made: list[int] = []

    def make(unfinished: Path) -> None:
        time.sleep(0.3)
        unfinished.write_bytes(b"x")

    def want(number: int) -> bytes:
        cache = Cache(tmp_path)
        with cache.alone("x.part"):
            path = cache.get("x.part")
            if path is None:
                made.append(number)
                path = cache.store("x.part", make)
        assert path is not None
        return path.read_bytes()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(want, range(8))) == {b"x"}
    assert len(made) == 1


def test_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "PATIENCE_S", 0.3)
    stuck, entered = threading.Event(), threading.Event()

    def hold() -> None:
        with Cache(tmp_path).alone("x.part"):
            entered.set()
            stuck.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert entered.wait(10)
        begun = time.monotonic()
        with Cache(tmp_path).alone("x.part"):
            assert 0.25 < time.monotonic() - begun < 10
    finally:
        stuck.set()
        thread.join()


def test_a_slow_one_that_gets_on_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "PATIENCE_S", 0.4)
    cache, entered = Cache(tmp_path), threading.Event()

    def slowly(path: Path) -> None:
        with path.open("wb", buffering=0) as file:
            for _ in range(8):
                file.write(b"x")
                entered.set()
                time.sleep(0.15)

    def make() -> None:
        with Cache(tmp_path).alone("x.part"):
            Cache(tmp_path).store("x.part", slowly)

    thread = threading.Thread(target=make)
    thread.start()
    assert entered.wait(10)
    with cache.alone("x.part"):
        path = cache.get("x.part")
    thread.join()
    assert path is not None
    assert path.read_bytes() == b"x" * 8


def test_a_cache_that_cannot_be_locked_is_no_reason_to_stop() -> None:
    with Cache(Path("/proc/pkgset")).alone("x.part"):
        pass


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_many_runs_at_once_on_one_cache(warm: bool, web: Web, over_the_web: Path, tmp_path: Path) -> None:
    """Twenty at a time: the same bytes, and each part fetched once; `python -m benchmarks.reliability` has 200."""
    cache = tmp_path / "cache"
    if warm:
        assert start("solve", over_the_web, "--no-write", cache=cache).end().exit_code == 0
        web.asked.clear()
    runs = [start("solve", over_the_web, "-o", tmp_path / str(number), cache=cache) for number in range(20)]
    ends = [run.end() for run in runs]
    assert {(end.exit_code, end.err) for end in ends} == {(0, "")}
    written = {tuple((tmp_path / str(number) / "web" / name).read_bytes() for name in FILES) for number in range(20)}
    assert len(written) == 1
    assert len([asked for asked in web.asked if "primary" in asked]) == (0 if warm else 1)
    assert not list(cache.rglob("*.unfinished"))


# Poison.


def _solved(run: Run, cache: Path, results: Path, monkeypatch: pytest.MonkeyPatch, problem: Path) -> str:
    monkeypatch.setenv("PKGSET_CACHE", str(cache))
    shutil.rmtree(results, ignore_errors=True)
    printed = run("solve", problem, "-o", results)
    assert printed.exit_code == 0, printed.err
    return printed.err


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _noise(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def _older(path: Path) -> None:
    path.write_bytes(b"SOLV\0\0\0\1" + path.read_bytes()[8:])


def _link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def _foreign(path: Path) -> None:
    path.unlink()
    other = path.with_name("other")
    other.write_bytes(b"somebody's")
    path.hardlink_to(other)


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def _writable(path: Path) -> None:
    path.chmod(0o666)


POISONS = (_truncate, _empty, _zeros, _noise, _older, _link, _foreign, _directory, _fifo, _writable)


@pytest.mark.parametrize("poison", POISONS, ids=lambda poison: poison.__name__)
def test_poison_changes_no_result(
    poison: Callable[[Path], None],
    run: Run,
    web: Web,
    over_the_web: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache, good, bad = tmp_path / "cache", tmp_path / "good", tmp_path / "bad"
    assert _solved(run, cache, good, monkeypatch, over_the_web) == ""
    kinds = {path.suffix for path in _files(cache)}
    assert kinds == {".part", ".solv"}
    for path in _files(cache):
        poison(path)
    said = _solved(run, cache, bad, monkeypatch, over_the_web)
    assert said == "" or (poison is _directory and said.count("is not used: Is a directory") == 1), said
    for name in FILES:
        assert (bad / "web" / name).read_bytes() == (good / "web" / name).read_bytes()


@pytest.mark.parametrize(
    "place", ["a file", "a link to nothing", "everyone's", "another user's", "not there to make"]
)
def test_a_cache_that_cannot_be_used_is_one_warning(
    place: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    if place == "a file":
        cache.write_text("mine")
    elif place == "a link to nothing":
        cache.symlink_to(tmp_path / "nowhere")
    elif place == "everyone's":
        cache.mkdir()
        cache.chmod(0o777)
    elif place == "another user's":
        cache.mkdir()
        if os.geteuid() != 0:
            pytest.skip("only root can give a directory away")
        os.chown(cache, 12345, 12345)
    else:
        cache = Path("/proc/pkgset")
    said = _solved(run, cache, tmp_path / "results", monkeypatch, PROBLEM)
    (line,) = said.splitlines()
    assert line.startswith(f"warning: cache {cache} is not used: ")
    assert not (tmp_path / "nowhere").exists()
    assert place != "a file" or cache.read_text() == "mine"


def test_a_cache_that_is_replaced_while_it_is_used(web: Web, over_the_web: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    ended = threading.Event()

    def replace() -> None:
        while not ended.wait(0.01):
            shutil.rmtree(cache, ignore_errors=True)

    thread = threading.Thread(target=replace)
    thread.start()
    try:
        runs = [start("solve", over_the_web, "-o", tmp_path / str(number), cache=cache) for number in range(4)]
        ends = [run.end() for run in runs]
    finally:
        ended.set()
        thread.join()
    assert {end.exit_code for end in ends} == {0}, ends
    written = {tuple((tmp_path / str(number) / "web" / name).read_bytes() for name in FILES) for number in range(4)}
    assert len(written) == 1


# Disks that are full.


def _limited(limit: int, cache: Path, *arguments: str | Path, **environment: str) -> tuple[int, str]:
    """Run `pkgset` where no file may grow beyond `limit` bytes: a disk that is full at any byte wanted."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-m", "optimizer", *map(str, arguments)],
        env=os.environ | environment | {"PKGSET_CACHE": str(cache)},
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=bound,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str, int], Path]]:
    """`small_disk(name, size)` is a new file system of that many KiB; only root may mount one."""
    mounted: list[Path] = []

    def make(name: str, kibibytes: int) -> Path:
        place = tmp_path / name
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k,mode=700", "none", str(place)]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("nothing can be mounted here")
        mounted.append(place)
        return place

    yield make
    for place in mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("kibibytes", [4, 8, 12, 16, 24])
def test_a_full_disk_under_the_cache_does_not_stop_a_solve(
    kibibytes: int,
    small_disk: Callable[[str, int], Path],
    run: Run,
    web: Web,
    over_the_web: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache = small_disk("small", kibibytes)
    for _ in range(2):
        said = _solved(run, cache, tmp_path / "results", monkeypatch, over_the_web)
        assert said in ("", f"warning: cache {cache} is not used: No space left on device\n")
        assert not list(cache.rglob("*.unfinished"))
    monkeypatch.setenv("PKGSET_CACHE", str(tmp_path / "roomy"))
    good = {name: (tmp_path / "results" / "web" / name).read_bytes() for name in FILES}
    _solved(run, tmp_path / "roomy", tmp_path / "results", monkeypatch, over_the_web)
    assert good == {name: (tmp_path / "results" / "web" / name).read_bytes() for name in FILES}


def test_a_read_only_cache_is_read(
    small_disk: Callable[[str, int], Path], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = small_disk("small", 1000)
    _solved(run, cache, tmp_path / "results", monkeypatch, PROBLEM)
    subprocess.run(["mount", "-o", "remount,ro", str(cache)], check=True)
    assert _solved(run, cache, tmp_path / "results", monkeypatch, PROBLEM) == ""
    other = DEMO / "rich.yaml"
    said = _solved(run, cache, tmp_path / "results", monkeypatch, other)
    assert said in ("", f"warning: cache {cache} is not used: Read-only file system\n")


@pytest.mark.parametrize("kibibytes", [4, 8, 16])
def test_a_full_disk_under_the_results_is_named(
    kibibytes: int, small_disk: Callable[[str, int], Path], run: Run
) -> None:
    results = small_disk("small", kibibytes)
    printed = run("solve", PROBLEM, "-o", results)
    assert printed.exit_code == 2
    assert printed.err.startswith(f"{PROBLEM}: {results}/")
    assert printed.err.endswith(": No space left on device\n")
    assert printed.out.startswith(f"{NAME}: proven optimal"), "the answer is told all the same"
    assert "run.json" not in [path.name for path in _files(results)]
    assert not [path for path in _files(results) if path.name.startswith(".")]


def test_a_full_temporary_directory_is_named(
    small_disk: Callable[[str, int], Path], web: Web, over_the_web: Path, tmp_path: Path
) -> None:
    place = small_disk("small", 4)
    started = start("solve", over_the_web, "-o", tmp_path / "results", cache=tmp_path / "cache", TMPDIR=str(place))
    ended = started.end()
    assert ended.exit_code == 2, ended
    assert ended.err == f"{over_the_web}: temporary directory {place}: No space left on device\n"
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("limit", [0, 1000])
def test_a_limit_on_files_is_a_full_disk_too(limit: int, over_the_web: Path, tmp_path: Path) -> None:
    code, said = _limited(limit, tmp_path / "cache", "solve", over_the_web, "--no-write")
    assert code in (0, 2), said
    assert code == 0 or "File too large" in said or "No usable temporary directory" in said
    assert len(said.splitlines()) <= 2
    assert not list((tmp_path / "cache").rglob("*.unfinished"))


# Clocks.


@pytest.mark.tool("faketime")
@pytest.mark.parametrize("moment", ["1971-01-01 00:00:00", "2037-12-31 00:00:00"])
def test_the_clock_changes_no_result_and_ages_nothing(moment: str, web: Web, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert start("solve", PROBLEM, "-o", tmp_path / "now", cache=cache).end().exit_code == 0
    command = ["faketime", "-f", f"@{moment}", sys.executable, "-m", "optimizer", "solve", str(PROBLEM)]
    command += ["-o", str(tmp_path / "then"), "--time-limit", "30"]
    known = os.environ | {"PKGSET_CACHE": str(cache)}
    before = {path: path.stat().st_mtime_ns for path in _files(cache)}
    done = subprocess.run(command, env=known, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path: path.stat().st_mtime_ns for path in _files(cache)} == before, "read, not made again"
    for name in FILES:
        assert (tmp_path / "then" / NAME / name).read_bytes() == (tmp_path / "now" / NAME / name).read_bytes()


@pytest.mark.parametrize("jump_s", [-1e9, 1e9])
def test_a_clock_that_jumps_in_the_middle_ends_no_budget(
    jump_s: float, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Limits are counted by a clock that nobody sets."""
    real, asked = time.time, list[None]()

    def jumping() -> float:
        asked.append(None)
        return real() + (jump_s if len(asked) > 1 else 0)

    monkeypatch.setattr(time, "time", jumping)
    printed = run("solve", PROBLEM, "--no-write", "--time-limit", "30")
    assert (printed.exit_code, printed.err) == (0, "")

"""The cache: whole files only, whoever writes at the same time and however a writer ends."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from optimizer.repository.cache import Cache, cache_directory
from tests.repository.making import Warnings

KEY = "sha256:00ff.solv"
SIZE = 1 << 20


def write(content: bytes) -> Callable[[Path], None]:
    def fill(path: Path) -> None:
        path.write_bytes(content)

    return fill


def stored(cache: Cache, key: str, content: bytes) -> Path:
    path = cache.store(key, write(content))
    assert path is not None
    return path


def files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def test_what_is_stored_is_got_and_replaced(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new" / "cache")
    assert cache.get(KEY) is None
    path = stored(cache, KEY, b"one")
    assert path.suffix == ".solv"
    assert cache.get(KEY) == path == stored(cache, KEY, b"two")
    assert path.read_bytes() == b"two"
    assert cache.get("sha256:00ff.part") is None


@pytest.mark.parametrize("key", ["../../x", "/etc/passwd", "a/b\0c", "x" * 9000, "", "é.solvx"])
def test_any_key_is_a_file_inside(key: str, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert stored(cache, key, b"x").resolve().is_relative_to(tmp_path.resolve())
    assert cache.get(key) is not None


def test_entries_sizes_and_clear(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    (tmp_path / "mine.txt").write_text("not the cache's")
    for number, kind in enumerate(("solv", "solvx", "part")):
        stored(cache, f"{number}.{kind}", bytes(10))
    assert sorted(entry.kind for entry in cache.entries()) == ["part", "solv", "solvx"]
    assert cache.total_size() == 30
    assert cache.clear() == (3, 30)
    assert cache.entries() == ()
    assert files(tmp_path) == [tmp_path / "mine.txt"]


def test_a_writer_that_fails_leaves_nothing_and_its_error_goes_through(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.store(KEY, fail)
    assert files(tmp_path) == []


def test_a_writer_that_fails_keeps_the_earlier_content(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    path = stored(cache, KEY, b"good")

    def fail(unfinished: Path) -> None:
        raise FileNotFoundError(errno.ENOENT, "the writer's own trouble")

    with pytest.raises(FileNotFoundError):
        cache.store(KEY, fail)
    assert path.read_bytes() == b"good"


def _store_often(directory: str, letter: int) -> int:
    cache = Cache(Path(directory))
    for _ in range(5):
        cache.store(KEY, write(bytes([letter]) * SIZE))
        path = cache.get(KEY)
        assert path is not None
        content = path.read_bytes()
        assert len(content) == SIZE
        assert len(set(content)) == 1, "a mixture of two writers"
    return letter


def test_processes_and_threads_that_store_one_key_never_mix(tmp_path: Path) -> None:
    directory, letters = str(tmp_path), range(65, 71)
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool, ThreadPoolExecutor(4) as threads:
        from_processes = pool.starmap_async(_store_often, [(directory, letter) for letter in letters])
        from_threads = list(threads.map(lambda letter: _store_often(directory, letter), letters))
        assert from_processes.get(timeout=60) == from_threads == list(letters)
    assert len(files(tmp_path)) == 1


KILLED = """
import sys, time
from pathlib import Path
from optimizer.repository.cache import Cache
def write(path):
    path.write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)
Cache(Path(sys.argv[1])).store(sys.argv[2], write)
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_writer_leaves_nothing_that_counts(ending: signal.Signals, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    command = [sys.executable, "-c", KILLED, str(tmp_path), KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        (unfinished,) = files(tmp_path)
        long_ago = time.time() - 3600
        os.utime(unfinished, (long_ago, long_ago))
        cache.clear()
        assert unfinished.exists(), "a writer at work is not swept away"
        process.send_signal(ending)
    assert cache.get(KEY) is None
    assert cache.entries() == ()
    stored(cache, KEY, b"after")
    assert [path.read_bytes() for path in files(tmp_path)] == [b"after"]


def test_a_directory_that_is_no_directory_is_one_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    progress = Warnings()
    cache = Cache(tmp_path / "file" / "cache", progress)
    assert cache.store(KEY, write(b"x")) is None
    assert cache.store(KEY, write(b"x")) is None
    assert cache.get(KEY) is None
    assert cache.clear() == (0, 0)
    assert len(progress.texts) == 1
    assert "is not used" in progress.texts[0]


def test_a_directory_that_cannot_be_written_is_a_warning() -> None:
    progress = Warnings()
    # Not even root makes directories there.
    assert Cache(Path("/proc/pkgset"), progress).store(KEY, write(b"x")) is None
    assert progress.texts == ["cache /proc/pkgset is not used: No such file or directory"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_a_warning(number: int, tmp_path: Path) -> None:
    progress = Warnings()

    def fail(path: Path) -> None:
        raise OSError(number, os.strerror(number))

    assert Cache(tmp_path, progress).store(KEY, fail) is None
    assert os.strerror(number) in progress.texts[0]
    assert files(tmp_path) == []


def test_a_directory_everyone_may_write_is_not_trusted(tmp_path: Path) -> None:
    stored(Cache(tmp_path), KEY, b"x")
    tmp_path.chmod(0o777)
    progress = Warnings()
    cache = Cache(tmp_path, progress)
    assert cache.get(KEY) is None
    assert cache.store(KEY, write(b"y")) is None
    assert "writable by everyone" in progress.texts[0]


@pytest.mark.parametrize("spoil", ["owner", "mode", "link"])
def test_a_file_others_may_have_made_is_not_trusted(
    spoil: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path / "cache")
    path = stored(cache, KEY, b"x")
    if spoil == "owner":
        user = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    elif spoil == "mode":
        path.chmod(0o666)
    else:
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    assert cache.get(KEY) is None


def test_the_directory_is_chosen_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PKGSET_CACHE", str(tmp_path))
    assert cache_directory() == tmp_path == Cache().directory
    monkeypatch.delenv("PKGSET_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_directory() == tmp_path / "xdg" / "pkgset"
